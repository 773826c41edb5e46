"""Load the demonstration organisation; generate a register of any size to measure on."""

from registry.demo.actions.generating import Generated, generate
from registry.demo.actions.organisation import load

__all__ = ["Generated", "generate", "load"]
