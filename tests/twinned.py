"""One act through both its doors, the page and the API: they must leave the same entry, with the same changes of the same rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session
from werkzeug.test import TestResponse

from registry.audit.queries import entries
from registry.audit.queries.history import HistoryItem, ObjectChange
from registry.kernel import clock
from registry.store.session import Database
from tests.web.pages import filled


@dataclass(frozen=True)
class Act:
    """What is typed on a page, and what a program sends instead. `read` is where that finds the ETag it has to hold to."""

    page: str
    typed: Mapping[str, Any]
    verb: str
    path: str
    sent: Mapping[str, Any]
    read: str = ""


class Twins:
    """Does acts as one of the cast by page and by program. Nothing is kept, so that either finds what the other found."""

    def __init__(
        self,
        client_of: Callable[[str], FlaskClient],
        program: Callable[..., TestResponse],
        database: Database,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.client_of, self.program = client_of, program
        self.database, self.monkeypatch = database, monkeypatch

    def left(self, name: str, act: Act) -> tuple[list[HistoryItem], list[HistoryItem]]:
        """What the ledger would tell of the act done on the page, and of that done by a program; both go well."""
        browser, etag = self.client_of(name), self.etag(name, act.read)
        shown = browser.get(act.page)
        typed = (filled(shown.text) if shown.status_code == 200 else {}) | dict(act.typed)
        with clock.frozen(clock.now()):
            by_page, page_told = self._seen(lambda: browser.post(act.page, data=typed))
            by_program, told = self._seen(lambda: self.sent(name, act, etag))
        assert by_page.status_code == 303, (act.page, by_page.text)
        assert by_program.status_code in {200, 201}, (act.path, by_program.text)
        return page_told, told

    def sent(self, name: str, act: Act, etag: str = "") -> TestResponse:
        """The reply to what the program sends."""
        return self.program(name, act.verb, act.path, dict(act.sent), etag)

    def etag(self, name: str, path: str) -> str:
        """The ETag of what somebody reads there; it is also how their token comes to be."""
        reply = self.program(name, "GET", path or "/systems?limit=1")
        return reply.headers["ETag"] if path else ""

    def _seen(self, act: Callable[[], TestResponse]) -> tuple[TestResponse, list[HistoryItem]]:
        told: list[HistoryItem] = []
        known = self._last()

        def taken_back(session: Session) -> None:
            told.extend(_plain(each) for each in entries(session, from_seq=known + 1))
            session.rollback()

        with self.monkeypatch.context() as patch:
            patch.setattr(Session, "commit", taken_back)
            reply = act()
        return reply, told

    def _last(self) -> int:
        with self.database.transaction(read_only=True) as session:
            return max((each.seq for each in entries(session, limit=1)), default=0)


def _plain(item: HistoryItem) -> HistoryItem:
    """The entry without the door it came through, and without the numbers that new rows were given."""
    new = {(one.kind, one.object_id) for one in item.objects if one.verb == "added"}
    subject_id = 0 if (item.subject_kind, item.subject_id) in new else item.subject_id
    objects = tuple(_unnumbered(one) if (one.kind, one.object_id) in new else one for one in item.objects)
    return replace(item, via="", token_id=None, request_id="", subject_id=subject_id, objects=objects)


def _unnumbered(one: ObjectChange) -> ObjectChange:
    return replace(one, object_id=0, changes=tuple(each for each in one.changes if each.column != "id"))
