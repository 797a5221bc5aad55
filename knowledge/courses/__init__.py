"""Language courses: the record, files of it, the catalogue in the database, finding in it, and what people want to be told of it.

What Lotse says about courses is in `dialogs`, what the desk shows in `desk`; the tables are in `store.courses`.
"""
