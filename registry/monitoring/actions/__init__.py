"""Receive readings, answer alerts."""
