"""What needs attention first; why AI fails, counted by pattern and month."""

from registry.portfolio.rules.attention import Coverage, Rank, Task, Urgency, Words, ordered, rank_of

__all__ = ["Coverage", "Rank", "Task", "Urgency", "Words", "ordered", "rank_of"]
