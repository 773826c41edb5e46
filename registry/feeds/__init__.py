"""Calendars and news by a secret address, for programs that can send no header."""
