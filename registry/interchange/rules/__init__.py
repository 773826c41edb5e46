"""Inventories to drafts of systems: profiles, values, keys and what becomes of each row."""
