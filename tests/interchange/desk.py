"""The import pages as a clerk drives them, with the worker's jobs run between the pages."""

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlmodel import select

from registry import wiring
from registry.interchange.models import InventoryImport
from registry.interchange.rules.imports import ImportState
from registry.store.session import Database
from registry.systems.models import System
from registry.worker.actions import by_name, follow, run_next
from registry.worker.models import Job
from registry.worker.rules import JobState

_HIDDEN = re.compile(r'<input[^>]*type="(?:hidden|checkbox)"[^>]*>')
_SELECT = re.compile(r'<select[^>]*name="(field-[^"]*)"[^>]*>(.*?)</select>', re.DOTALL)


def work(database: Database) -> None:
    """Follow the ledger and run what is due, until nothing is."""
    handlers = by_name(wiring.FOLLOW_UPS, wiring.SCHEDULE)
    while follow(database, wiring.FOLLOW_UPS) or run_next(database, handlers):
        pass
    with database.transaction(read_only=True) as session:
        assert [job.last_error for job in session.exec(select(Job)) if job.state is not JobState.DONE] == []


class Desk:
    """One clerk's browser, and one import after another in it."""

    def __init__(self, client: FlaskClient, database: Database) -> None:
        self.client, self.database, self.number = client, database, 0

    def upload(self, content: bytes | Path, name: str = "") -> str:
        """Upload a file; the page that follows."""
        data = content.read_bytes() if isinstance(content, Path) else content
        name = name or (content.name if isinstance(content, Path) else "inventory.csv")
        head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        # By hand: the test client would put a large file into a temporary one and leave it open.
        sent = head.encode() + data + b"\r\n--x--\r\n"
        reply = self.client.post("/imports/new", data=sent, content_type="multipart/form-data; boundary=x")
        assert reply.status_code == 303, reply.get_data(as_text=True)
        self.number = int(reply.location.rsplit("/", 1)[1])
        return self.page()

    def page(self, **query: Any) -> str:
        reply = self.client.get(f"/imports/{self.number}", query_string=query)
        assert reply.status_code == 200
        return reply.get_data(as_text=True)

    def form(self, **query: Any) -> dict[str, str]:
        """What the mapping form would send as it stands."""
        return form_of(self.page(**query))

    def post(self, step: str, data: Mapping[str, Any] | None = None) -> int:
        return self.client.post(f"/imports/{self.number}/{step}", data=dict(data or {})).status_code

    def check(self, changes: Mapping[str, str] | None = None, **query: Any) -> InventoryImport:
        """Send the mapping with some changes and let the worker check it."""
        assert self.post("check", self.form(**query) | dict(changes or {})) == 303
        work(self.database)
        return self.stands()

    def carry_out(self, steward: int) -> InventoryImport:
        data = {"attempt": str(self.stands().attempt), "steward_id": str(steward)}
        assert self.post("apply", data) == 303
        work(self.database)
        return self.stands()

    def undo(self) -> InventoryImport:
        assert self.post("undo") == 303
        work(self.database)
        return self.stands()

    def stands(self) -> InventoryImport:
        with self.database.transaction(read_only=True) as session:
            return session.get_one(InventoryImport, self.number)

    def report(self) -> dict[str, Any]:
        reply = self.client.get(f"/imports/{self.number}/report.json")
        assert reply.status_code == 200
        return reply.get_json()

    def whole(self, content: bytes | Path, steward: int, name: str = "") -> dict[str, int]:
        """From the file to the register, taking every guess; the five counts that are not zero."""
        self.upload(content, name)
        assert self.check().state is ImportState.CHECKED
        shown = self.stands().tally
        assert self.carry_out(steward).state is ImportState.IMPORTED
        assert self.stands().tally == shown
        return {key: count for key, count in shown.items() if count}


def form_of(page: str) -> dict[str, str]:
    """The fields of the mapping form on a page, as a browser would send them."""
    part = page[page.index('/check"') :]
    found = {}
    for tag in _HIDDEN.findall(part):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if given.get("type") == "hidden" or " checked" in tag:
            found[unescape(given["name"])] = unescape(given.get("value", ""))
    for name, options in _SELECT.findall(part):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen.group(1) if chosen else ""
    dates = re.search(r'name="dates".*?</select>', part, re.DOTALL)
    assert dates
    chosen = re.search(r'<option selected value="([^"]*)"', dates.group())
    return found | {"dates": chosen.group(1) if chosen else "", "save_as": ""}


def place_of(form: Mapping[str, str], column: str) -> str:
    """The number by which the mapping form calls a column."""
    return next(
        name.removeprefix("column-")
        for name, value in form.items()
        if value == column and name.startswith("column-")
    )


def systems(database: Database) -> dict[str, System]:
    with database.transaction(read_only=True) as session:
        return {system.name: system for system in session.exec(select(System))}
