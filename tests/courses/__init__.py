"""The course catalogue: files, search, news, ways in."""
