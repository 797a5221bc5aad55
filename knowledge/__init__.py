"""Articles, contacts, places: content, loaders, checks. Knows neither how questions are matched (`nlu`) nor how answers are said (`dialogs`)."""
