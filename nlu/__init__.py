"""Understanding what a person wrote: language, safety screen, intents, article matching. Knows neither articles' texts nor dialogs."""
