"""Doors and who used them; feedback by page, by code and by what waits; themes with their trends; weekly figures; surges."""

from registry.feedback.queries.answers import Told, told_by_code
from registry.feedback.queries.doors import door_by_code, door_of, tally_of
from registry.feedback.queries.figures import counts_by_day, metrics_of_feedback, weekly_figures
from registry.feedback.queries.inbox import (
    Line,
    Narrowing,
    Waiting,
    feedback_by_id,
    feedback_page,
    inbox_page,
    keys_known,
    replies_to,
    waiting_for,
)
from registry.feedback.queries.limitations import limitation_by_id, limitations_of
from registry.feedback.queries.surges import Listened, called_over_lately, listened, surge_alerts
from registry.feedback.queries.themes import (
    ThemeLine,
    merged_into,
    theme_by_id,
    theme_lines,
    theme_named,
    theme_of,
    themes_of,
)

__all__ = [
    "Line",
    "Listened",
    "Narrowing",
    "ThemeLine",
    "Told",
    "Waiting",
    "called_over_lately",
    "counts_by_day",
    "door_by_code",
    "door_of",
    "feedback_by_id",
    "feedback_page",
    "inbox_page",
    "keys_known",
    "limitation_by_id",
    "limitations_of",
    "listened",
    "merged_into",
    "metrics_of_feedback",
    "replies_to",
    "surge_alerts",
    "tally_of",
    "theme_by_id",
    "theme_lines",
    "theme_named",
    "theme_of",
    "themes_of",
    "told_by_code",
    "waiting_for",
    "weekly_figures",
]
