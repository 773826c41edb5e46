"""Frameworks as data: controls, what shows each, and what a system states of them."""
