"""The pages of the desk about courses: list, form, files, providers, demand, over HTTP on both databases, and in Chromium."""
