"""What narrows the log, as an address states it: what happened, to what, by whom and when. What erasing an entry takes."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session
from wtforms import PasswordField

from registry.audit.queries.log import first_since
from registry.audit.queries.state import audited_tables
from registry.audit.rules.erasing import LONGEST_BASIS
from registry.kernel.errors import Problem
from registry.kernel.events import Event
from registry.kernel.text import number_of
from registry.store.columns import LARGEST_NUMBER
from registry.web.confirming import own_password
from registry.web.formkit import Form, Line, Text, Wanted

_CODE_LIMIT = 40
_EMAIL_LIMIT = 320


class EraseForm(Form):
    """Why the words of an entry are erased, and the word of two people."""

    basis = Text(
        "Legal basis and request",
        LONGEST_BASIS,
        "Such as: Article 17(1)(b) GDPR, request of 4 May 2026. It stands in the ledger for good: name nobody.",
        rows=3,
        required=True,
    )
    approved_by = Line(
        "E-mail of who approves it",
        _EMAIL_LIMIT,
        "An administrator or auditor who stands beside you, and not you.",
        required=True,
    )
    their_password = PasswordField(
        "Their password",
        [Wanted()],
        description="They type it themselves: nobody approves by being named.",
        render_kw={"autocomplete": "off"},
    )
    their_code = Line(
        "Their code",
        _CODE_LIMIT,
        "If they sign in with a second step.",
        render_kw={"autocomplete": "off", "inputmode": "numeric"},
    )
    password = own_password()


def narrowed(session: Session, asked: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    """The parameters as entries() takes them, and `until_seq`; what names nothing is added to the problems."""
    event, kind = asked.get("event", ""), asked.get("kind", "")
    if event and event not in set(Event):
        problems.append(Problem("event", "There is no such event."))
    if kind and kind not in audited_tables():
        problems.append(Problem("kind", "There is no such kind of thing."))
    system_id = _number(asked.get("system", ""), "system", "a system, such as AI-0042", problems)
    actor_id = _number(asked.get("actor", ""), "actor", "a person", problems)
    since, until = _day(asked, "since", problems), _day(asked, "until", problems)
    return {
        "event": Event(event) if event in set(Event) else None,
        "kind": kind or None,
        "system_id": system_id,
        "actor_id": actor_id,
        "from_seq": first_since(session, since.isoformat()) if since else None,
        "until_seq": first_since(session, (until + timedelta(days=1)).isoformat()) if until else None,
    }


def _number(text: str, field: str, of: str, problems: list[Problem]) -> int | None:
    text = text.strip()
    plain = int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else None
    number = plain if plain is not None else number_of("AI", text) if field == "system" else None
    if text and (number is None or number > LARGEST_NUMBER):
        problems.append(Problem(field, f"Write the number of {of}."))
        return None
    return number


def _day(asked: Mapping[str, str], name: str, problems: list[Problem]) -> date | None:
    text = asked.get(name, "").strip()
    try:
        # A day is followed by another one here, and the calendar ends.
        return min(date.fromisoformat(text), date.max - timedelta(days=1)) if text else None
    except ValueError:
        problems.append(Problem(name, "Write a day as year, month and day: 2026-11-30."))
        return None
