"""Feedback through the JSON door: passed on, read and sorted; its themes and known limitations. Answering it is for people."""

from registry.feedback.api import keeping, sorting
from registry.feedback.api.pieces import api

__all__ = ["api", "keeping", "sorting"]
