"""Tell of what has happened, choose how one is told, and what becomes of letters on their way."""

from registry.notices.actions.choosing import choose, mark_read, send_again, set_for_house, try_mail
from registry.notices.actions.hooking import (
    Stated,
    add_hook,
    edit_hook,
    replace_secret,
    resend,
    switch,
    try_hook,
)

__all__ = [
    "Stated",
    "add_hook",
    "choose",
    "edit_hook",
    "mark_read",
    "replace_secret",
    "resend",
    "send_again",
    "set_for_house",
    "switch",
    "try_hook",
    "try_mail",
]
