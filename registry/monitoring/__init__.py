"""Readings of metrics, judged as they come; alerts; what has fallen silent."""
