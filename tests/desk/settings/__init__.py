"""Team, settings and people at the desk, over HTTP on both databases."""
