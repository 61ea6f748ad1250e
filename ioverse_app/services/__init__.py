"""What the application does: verbs that take a session and raise sentences."""
