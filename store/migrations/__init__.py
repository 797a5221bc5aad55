"""Schema steps, run by `store.migrate`."""
