"""Inventories, cards and lists of other shapes, read in and written out."""
