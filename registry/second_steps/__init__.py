"""Codes of half a minute after the password, and recovery codes."""
