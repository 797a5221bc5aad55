"""Cases: conversations that need a human; and the person's own data. Queue and relay for advisers live here, what is said lives in `dialogs`."""
