"""Articles, contacts, places: content, loaders, checks. How questions are matched is in `nlu`, how answers are said in `dialogs`."""
