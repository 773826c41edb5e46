"""What one was told and how one wants to be; whether mail works; webhooks and what was sent to them."""

from registry.notices.pages import hooks, inbox, mail
from registry.notices.pages.shared import pages

__all__ = ["hooks", "inbox", "mail", "pages"]
