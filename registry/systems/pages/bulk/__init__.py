"""Changing several systems at once: choosing what to do, seeing what it would do, doing it."""

from registry.systems.pages.bulk import views

__all__ = ["views"]
