"""A command as it is typed, in this process, on a database of the test's own."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from registry import cli
from registry.store.session import Database


@dataclass(frozen=True)
class Told:
    """The exit code, the answer on standard output and the rest on standard error."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """The one document on standard output; anything else beside it is no JSON."""
        found: dict[str, Any] = json.loads(self.out)
        return found


class Typed:
    """The command line."""

    def __init__(self, database: Database, capture: pytest.CaptureFixture[str]) -> None:
        self.database, self.capture = database, capture

    def __call__(self, *words: str) -> Told:
        self.capture.readouterr()
        code = cli.run(list(words))
        said = self.capture.readouterr()
        return Told(code, said.out, said.err)
