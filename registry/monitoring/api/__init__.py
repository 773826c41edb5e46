"""Readings through the JSON door."""

from registry.monitoring.api.snapshots import api

__all__ = ["api"]
