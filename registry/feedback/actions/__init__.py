"""Open and close a system's door; take feedback in; sort and answer it; keep themes and known limitations; write figures as readings."""

from registry.feedback.actions.doors import replace_code, set_door
from registry.feedback.actions.limitations import add_limitation, end_limitation
from registry.feedback.actions.measuring import write_figures
from registry.feedback.actions.receiving import Incoming, Received, receive, receive_from_link
from registry.feedback.actions.themes import merge_themes, put_under, rename_theme
from registry.feedback.actions.triage import answer, dismiss, escalate, judge_spam, link_limitation

__all__ = [
    "Incoming",
    "Received",
    "add_limitation",
    "answer",
    "dismiss",
    "end_limitation",
    "escalate",
    "judge_spam",
    "link_limitation",
    "merge_themes",
    "put_under",
    "receive",
    "receive_from_link",
    "rename_theme",
    "replace_code",
    "set_door",
    "write_figures",
]
