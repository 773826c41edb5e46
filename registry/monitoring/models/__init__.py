"""Readings, alerts, and what is kept beside them."""
