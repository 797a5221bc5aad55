"""Tables, sessions, encryption and migrations. Says how rows are kept, never what they mean; the rules live in the services above."""
