"""The blueprint; whether passkeys are offered here, on what terms; and by what a browser that was asked is known again."""

import secrets
from typing import cast

from flask import Blueprint, current_app
from flask import session as cookie

from registry.kernel.errors import NotFound
from registry.passkeys.rules import Terms, site_at
from registry.passkeys.rules.ceremonies import is_installed
from registry.settings import Settings

pages = Blueprint("passkeys", __name__)

# Beside the session's secret, which is drawn anew whenever somebody says again who they are.
_ASKED = "asked"


def terms_of(settings: Settings) -> Terms | None:
    """On what terms passkeys open this installation; None where they are not offered: without the extra, or a site for them."""
    site = site_at(settings.base_url, settings.organisation)
    if site is None or not is_installed():
        return None
    return Terms(site, settings.emergency_accounts, settings.oidc_issuer)


def offered() -> Terms | None:
    """The terms of this installation, if it offers passkeys."""
    return cast("Terms | None", current_app.extensions["passkeys"])


def terms() -> Terms:
    """The terms of this installation. Raises NotFound where it offers no passkeys."""
    found = offered()
    if found is None:
        raise NotFound
    return found


def browser() -> str:
    """What tells this browser from others, from the first question it is asked on."""
    if _ASKED not in cookie:
        cookie[_ASKED] = secrets.token_urlsafe(16)
    return str(cookie[_ASKED])


@pages.app_context_processor
def _passkeys_offered() -> dict[str, object]:
    return {"passkeys_are_offered": offered() is not None}
