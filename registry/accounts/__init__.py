"""Signing in and staying signed in: passwords, sessions, tokens, roles, and confirming once more who one is."""
