"""Pages of other publishers: reading, keeping, finding."""
