"""How a form that binds asks once more who somebody is: by password and code, or by the provider they came from."""

from datetime import datetime

from flask import current_app

from registry.accounts import queries as accounts
from registry.accounts.actions import confirm_identity
from registry.accounts.rules import is_confirmed
from registry.identity.pages.shared import offered
from registry.identity.queries import known
from registry.kernel import clock
from registry.kernel.errors import Problem, RuleBroken
from registry.second_steps.actions import Typed
from registry.second_steps.queries import factor_of
from registry.store.sealing import Purpose
from registry.web.confirming import Asking, Way, browser_secret, renew
from registry.web.flask_app import actor, seal, session


def _given() -> datetime | None:
    found = accounts.confirmed_at(session(), browser_secret())
    return found if is_confirmed(found, clock.now()) else None


def _way() -> tuple[Way, str]:
    found = offered()
    if found is not None and known.opened_by(session(), browser_secret()) is not None:
        return Way.PROVIDER, found.terms.name
    has_step = factor_of(session(), actor().person_id or 0) is not None
    return (Way.CODE if has_step else Way.PASSWORD), ""


def _confirm(password: str, code: str) -> datetime:
    way, name = _way()
    if way is Way.PROVIDER:
        raise RuleBroken([Problem("password", f"Confirm with {name} first, then send this again.")])
    only_for = current_app.config["REGISTRY_PASSWORDS_ONLY_FOR"]
    typed = Typed(code, seal(Purpose.SECOND_STEP))
    at, fresh = confirm_identity(session(), actor(), browser_secret(), password, typed, only_for=only_for)
    renew(fresh)
    return at


ASKING = Asking(_given, _way, _confirm)
