"""Versions of a system, what each was trained on, approved and put live."""
