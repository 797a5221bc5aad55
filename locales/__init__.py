"""Languages and every text that Lotse says: registry, gettext catalogues, dates, numbers, direction. Knows nothing of the rest."""
