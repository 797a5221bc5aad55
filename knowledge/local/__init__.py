"""What editors of one municipality keep in the database: local versions of common articles, and articles of their own (`local/<slug>`).

The values are in `record`, drafts in `keep`, publishing in `publish`, reading in `look`, checking in `checks`, joining with the common
articles in `join`, files in `files`, the published articles of a process in `shelf`. The common articles are read by `knowledge.loader`.
"""
