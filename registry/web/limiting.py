"""How often strangers may ask: views say by which budget they are counted, and whoever has spent it is refused for a while.

Counted are tries that failed to prove who somebody is, tokens that open nothing, and requests that cost work. What is asked with a
token that holds is never refused for what others send from the same address.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, request
from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.errors import NotProven, RuleBroken, TooManyTries
from registry.limits.actions import count
from registry.limits.queries import count_in
from registry.limits.rules import SAID, Budget, cell_of, wait_for
from registry.store.session import Database

log = logging.getLogger("registry.limits")

View = TypeVar("View", bound=Callable[..., Any])

_COUNTED = "registry_counted"
_TRIED = "registry_tried"
_SETTING = "REGISTRY_LIMITS"


def counted(budget: Budget, *methods: str) -> Callable[[View], View]:
    """Mark a view whose every request of these methods is counted, and refused once the budget is spent."""

    def mark(view: View) -> View:
        setattr(view, _COUNTED, (budget, methods))
        return view

    return mark


def tried(view: View) -> View:
    """Mark a view outside the database's transaction at which somebody tries to prove who they are. It says `failed()`."""
    setattr(view, _TRIED, True)
    return view


def install(app: Flask, limits: Mapping[Budget, int]) -> None:
    """Count from here on; `limits` are how many are taken in each budget, 0 for any number."""
    app.config[_SETTING] = dict(limits)
    app.before_request(_come_in)
    app.after_request(_go_out)


def failed(budget: Budget) -> None:
    """Have this request counted once it is over: what it tried did not hold."""
    g.failed_in = budget


def spend(budget: Budget) -> None:
    """Count this request against a budget of whoever makes it. Raises TooManyTries where that is spent."""
    _refuse_or_count(budget)


def note(refused: RuleBroken) -> None:
    """Have this request counted where it was refused because somebody is not proven to be who they say."""
    if isinstance(refused, NotProven):
        failed(Budget.PROOF)


def refuse_spent(session: Session, budget: Budget) -> None:
    """Raise TooManyTries where whoever asks has spent the budget."""
    most = _most(budget)
    if most and (seconds := wait_for(count_in(session, budget, _cell(budget)), most, clock.now())):
        raise TooManyTries(SAID[budget], again_after=seconds)


def _come_in() -> None:
    view = _view()
    if getattr(view, _TRIED, False) and _most(Budget.PROOF):
        with _database().glance() as session:
            refuse_spent(session, Budget.PROOF)
    budget, methods = getattr(view, _COUNTED, (None, ()))
    if budget is not None and request.method in methods:
        _refuse_or_count(budget)


def _refuse_or_count(budget: Budget) -> None:
    """Raise TooManyTries where the budget is spent, which writes nothing; else count one more."""
    most = _most(budget)
    if not most:
        return
    with _database().glance() as session:
        refuse_spent(session, budget)
    with _database().transaction() as session:
        so_far = count(session, budget, _cell(budget))
    if so_far == most:
        log.warning("the budget %s is spent by %s", budget.value, request.remote_addr)
    if so_far > most:
        # Others were as quick between the look and the count.
        with _database().glance() as session:
            refuse_spent(session, budget)


def _go_out(reply: Response) -> Response:
    budget = g.pop("failed_in", None)
    if budget is None:
        return reply
    try:
        _refuse_or_count(budget)
    except TooManyTries as refused:
        # Who guesses passwords is refused before the next guess; of a token, that it is wrong is known only now.
        if budget is Budget.TOKEN:
            return current_app.make_response(current_app.handle_user_exception(refused))
    return reply


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint or "")


def _most(budget: Budget) -> int:
    return cast("Mapping[Budget, int]", current_app.config[_SETTING]).get(budget, 0)


def _cell(budget: Budget) -> int:
    # Who has proven who they are answers for what they try here, and nobody else at the same address does.
    who = None if getattr(_view(), _TRIED, False) else g.get("actor")
    return cell_of(
        str(current_app.secret_key),
        budget,
        person_id=who.person_id if who is not None else None,
        address=request.remote_addr or "",
    )


def _database() -> Database:
    return cast("Database", current_app.database)  # type: ignore[attr-defined]
