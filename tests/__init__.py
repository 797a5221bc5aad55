"""The suite: one folder per layer; real databases, HTTP and browsers."""
