"""Readings and alerts as they stand."""
