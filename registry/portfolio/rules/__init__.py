"""What needs attention first; why AI fails, counted by pattern and month."""

from registry.portfolio.rules.attention import (
    Coverage,
    Rank,
    Stack,
    Task,
    Urgency,
    Words,
    ordered,
    rank_of,
    stacked,
)

__all__ = ["Coverage", "Rank", "Stack", "Task", "Urgency", "Words", "ordered", "rank_of", "stacked"]
