"""Sign-in, my account, its tokens and feeds; who makes a request."""

from registry.accounts.pages import account, feeds
from registry.accounts.pages.asking import actor_loader
from registry.accounts.pages.shared import pages
from registry.accounts.pages.signing_in import sign_in_again

__all__ = ["account", "actor_loader", "feeds", "pages", "sign_in_again"]
