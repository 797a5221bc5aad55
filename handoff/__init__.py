"""Cases: conversations that need a human; and the person's own data. What is said lives in `dialogs`."""
