"""The pages of what was asked in vain."""
