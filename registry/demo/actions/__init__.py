"""Load the demonstration organisation through the same actions people use, each on its day of the past year."""

from registry.demo.actions.loading import load

__all__ = ["load"]
