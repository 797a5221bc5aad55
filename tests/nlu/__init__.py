"""Understanding, with the weights that are shipped."""
