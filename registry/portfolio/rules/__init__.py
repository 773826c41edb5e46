"""What needs attention first; why AI fails, counted by pattern and month."""

from registry.portfolio.rules.attention import (
    Coverage,
    Stack,
    Task,
    Urgency,
    ordered,
    stacked,
)

__all__ = ["Coverage", "Stack", "Task", "Urgency", "ordered", "stacked"]
