"""Whom an entry tells, what somebody may hear of it now, what waits to be mailed, and how people want it."""
