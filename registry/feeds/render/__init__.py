"""Feeds as others read them: iCalendar and Atom, the same bytes for the same things."""
