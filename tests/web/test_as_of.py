"""Whatever page is asked for as of a past day is the page of that day: nothing written since shows through."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from registry.audit.actions import record
from registry.audit.models import ENTRY
from registry.audit.queries.state import audited_tables, table_of
from registry.kernel import clock
from registry.kernel.actor import LOOKS, looking_back, the_registry
from registry.kernel.events import Event
from registry.store.columns import Row
from registry.systems.models import System
from registry.systems.rules.record import Visibility
from registry.web import doors, past
from tests.web.everything import SLOW, Everything

TOKEN = re.compile(r'name="csrf_token" value="[^"]*"|name="csrf-token" content="[^"]*"')
BANNER = re.compile(r'<aside class="as-of".*?</aside>', re.DOTALL)
CHOOSER = re.compile(r'<form class="foot__as-of".*?</form>', re.DOTALL)
# The public half of a key proves what it signed: changing it is no edit, and refused.
UNTOUCHED = {"ledger_key"}
PLAIN = (sa.String, sa.Text)


@pytest.fixture
def day(everything) -> date:
    with everything.app.database.transaction(read_only=True) as session:
        return date.fromisoformat(session.scalars(sa.select(sa.func.max(ENTRY.c.at))).one()[:10])


def at(day: date, hour: int = 9):
    return clock.frozen(datetime.combine(day, time(hour), UTC))


def pages(everything: Everything) -> Iterator[tuple[str, str]]:
    for rule in everything.rules("GET"):
        view = everything.app.view_functions[rule.endpoint]
        if doors.permission_of(view) in LOOKS and rule.endpoint not in {SLOW, "past.choose"}:
            yield rule.endpoint, everything.address(rule)


def body(reply, day: date) -> str:
    text = reply.get_data().decode(errors="replace").replace(f"/as-of/{day}", "")
    for taken_out in (TOKEN, BANNER, CHOOSER):
        text = taken_out.sub("", text)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def change_everything(session) -> int:
    """Another letter at the end of every text that is free to be anything, in every row the ledger covers."""
    changed = 0
    for name, kind in sorted(audited_tables().items()):
        if name in UNTOUCHED or not kind.__module__.startswith("registry."):
            continue
        columns = [column for column in table_of(kind).columns if _is_free(kind, column)]
        for row in session.scalars(sa.select(kind)):
            for column in columns:
                if (getattr(row, column.name) or "").strip():
                    setattr(row, column.name, getattr(row, column.name)[:-1] + "¤")
                    changed += 1
    record(session, the_registry("test"), Event.SYSTEM_EDITED, None, subject_kind="test")
    return changed


def _is_free(kind: type[Row], column: sa.Column) -> bool:
    alone = column.unique or column.index or column.name in kind.__masked__
    together = any(
        column in constraint.columns
        for constraint in table_of(kind).constraints
        if isinstance(constraint, sa.UniqueConstraint | sa.CheckConstraint)
    )
    in_index = any(column.name in index.columns for index in table_of(kind).indexes)
    plain = isinstance(column.type, PLAIN) and not isinstance(column.type, sa.Enum)
    return plain and type(column.type) in PLAIN and not (alone or together or in_index)


@pytest.mark.slow
def test_each_page_as_of_a_day_is_the_page_of_that_day_after_all_was_written_anew(everything, day, monkeypatch):
    app = everything.app
    with clock.frozen(past.ended(day)):
        auditor = everything.sign_in("otto")
        with monkeypatch.context() as patch:
            known = app.load_actor
            patch.setattr(app, "load_actor", lambda session: looking_back(known(session)))
            shown = {url: (name, auditor.get(url, headers=_bearer(everything, url))) for name, url in pages(everything)}
        expected = {url: (name, body(reply, day)) for url, (name, reply) in shown.items() if reply.status_code == 200}
    assert len(expected) > 100
    with at(day + timedelta(days=1), 1), app.database.transaction() as session:
        assert change_everything(session) > 300
    differing, unlike_today = [], 0
    with at(day + timedelta(days=1)):
        auditor = everything.sign_in("otto")
        for url, (name, page) in expected.items():
            headers = _bearer(everything, url)
            then = auditor.get(f"/as-of/{day}{url}", headers=headers)
            if then.status_code != 200 or body(then, day) != page:
                differing.append((name, url, then.status_code))
            unlike_today += body(auditor.get(url, headers=headers), day) != page
    assert differing == []
    # Else the comparison would be one of pages that never change.
    assert unlike_today > 0.7 * len(expected)


def _bearer(everything: Everything, url: str) -> dict[str, str]:
    return everything.bearer if url.startswith("/api/") else {}
