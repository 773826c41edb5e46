"""`registry import` as the command line runs it, on a database of the test's own, with small invented inventories."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
import yaml
from sqlmodel import select

from registry import cli
from registry.audit.models import ENTRY, PAYLOAD
from registry.audit.queries import verify
from registry.ownership.queries import open_owner
from registry.people.queries import unit_paths
from registry.store.session import Database
from registry.systems.models import System

Rows = list[dict[str, str]]

BOTS: Rows = [
    {"name": "Mail router", "summary": "Routes letters.", "department": "Post", "stage": "live"},
    {"name": "Claim reader", "summary": "Reads claims.", "department": "Claims", "stage": "pilot"},
    {"name": "Fraud finder", "summary": "Finds rings.", "department": "Claims", "stage": "retired"},
]


@dataclass(frozen=True)
class Told:
    """What the command answered and said."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        return json.loads(self.out)

    def ended(self) -> dict[str, int]:
        """The five counts that are not zero."""
        endings = ("created", "updated", "unchanged", "duplicate", "refused")
        found = {name: self.answer[name] for name in endings}
        assert sum(found.values()) == self.answer["rows"]
        return {name: count for name, count in found.items() if count}


class Importing:
    """The command and what it leaves behind."""

    def __init__(self, database: Database, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.database, self.folder, self.capture = database, folder, capture

    def written(self, rows: Rows, name: str = "inventory.csv") -> Path:
        """An inventory in the format its name says."""
        path = self.folder / name
        _WRITERS[path.suffix](path, rows)
        return path

    def __call__(self, file: Path | Rows, *options: str) -> Told:
        path = self.written(file) if isinstance(file, list) else file
        self.capture.readouterr()
        code = cli.run(["import", str(path), "--json", *options])
        said = self.capture.readouterr()
        return Told(code, said.out, said.err)

    def systems(self) -> dict[str, System]:
        with self.database.transaction(read_only=True) as session:
            return {system.name: system for system in session.exec(select(System))}

    def owner(self, name: str) -> tuple[str, bool]:
        """Who answers for a system, and whether that is still to be confirmed."""
        with self.database.transaction(read_only=True) as session:
            system = session.exec(select(System).where(System.name == name)).one()
            seat = open_owner(session, system.id or 0)
            from registry.people.models import Person

            return session.get_one(Person, seat.person_id).email, seat.to_be_confirmed

    def units(self) -> dict[int, str]:
        with self.database.transaction(read_only=True) as session:
            return unit_paths(session)

    def events(self) -> list[str]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(sa.select(ENTRY.c.event).order_by(ENTRY.c.seq)).scalars())

    def last_note(self) -> dict[str, str]:
        query = sa.select(PAYLOAD.c.payload).order_by(PAYLOAD.c.seq.desc()).limit(1)
        with self.database.engine.connect() as connection:
            return json.loads(connection.execute(query).scalar_one())["note"]

    def ledger_is_whole(self) -> bool:
        with self.database.transaction(read_only=True) as session:
            return verify(session).ok


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n\t') else text


def _separated(path: Path, rows: Rows) -> None:
    """With a byte order mark and Windows line ends, as spreadsheets save it."""
    mark = "\t" if path.suffix == ".tsv" else ","
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    text = "".join(mark.join(map(_cell, line)) + "\r\n" for line in lines)
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())


def _workbook(path: Path, rows: Rows) -> None:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Systems")
        for place, line in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
            for column, text in enumerate(line):
                page.write_string(place, column, text)


_WRITERS = {
    ".csv": _separated,
    ".tsv": _separated,
    ".xlsx": _workbook,
    ".json": lambda path, rows: path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8"),
    ".yaml": lambda path, rows: path.write_text(
        yaml.safe_dump(rows, allow_unicode=True, sort_keys=False), encoding="utf-8"
    ),
}
