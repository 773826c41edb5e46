"""A plugin of pytest: leave out the tests of another database, and write what became of each with its figures.

    python -m pytest -p benchmarks.programme.watching --programme-report FILE --programme-database sqlite

A test tells a figure by the fixture record_property, and by the name "database" which one it is about, where it starts a server of
its own. A line of the report is one phase of one test.
"""

import json
from pathlib import Path

import pytest

from benchmarks.programme.shapes import KINDS

_FIXTURES = ("database", "empty_database", "kind")
_DATABASE = "database"
_MOST_SAID = 600


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--programme-report", type=Path, required=True)
    parser.addoption("--programme-database", choices=KINDS, default=None)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Watch(config.getoption("programme_report")))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked, left = config.getoption("programme_database"), []
    for item in list(items):
        kind = kind_of(item)
        item.user_properties.append((_DATABASE, kind))
        if asked and kind not in {asked, ""}:
            left.append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def kind_of(item: pytest.Item) -> str:
    """The database a test runs on, "" where it needs none or both."""
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    named = (parameters.get(each) for each in _FIXTURES)
    fixed = {"sqlite_only": "sqlite", "postgresql_only": "postgresql"}
    of_one = (kind for fixture, kind in fixed.items() if fixture in getattr(item, "fixturenames", ()))
    return next((str(each) for each in (*named, *of_one) if each in KINDS), "")


def _why(report: pytest.TestReport) -> str:
    """What it broke on, as pytest tells it in short."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return " ".join((crash.message if crash else report.longreprtext).split())[:_MOST_SAID]


class _Watch:
    def __init__(self, report: Path) -> None:
        self._report = report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        figures = dict(report.user_properties)
        told = {
            "test": report.nodeid,
            "when": report.when,
            "outcome": report.outcome,
            "seconds": report.duration,
            "database": figures.pop(_DATABASE, ""),
            "figures": figures,
            "why": _why(report) if report.failed else "",
        }
        with self._report.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")
