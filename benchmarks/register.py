"""How long the register page takes: the list, the search, each facet, each order, and the export.

    python -m benchmarks.register --systems 10000 --beside 100 --database sqlite --database postgresql

Server time of whole requests in process (sign-in, statements, template), p50 and p95 of `--runs` requests, as a member
who holds no role and therefore pays for the clause that hides restricted systems; beside a small register in the same
run, with the floor of the search: the bare LIKE over the same rows.
"""

import argparse
import secrets
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import select

from registry.accounts.actions import open_session
from registry.app import create_app
from registry.demo.actions import generate
from registry.demo.rules.wanted import Wanted
from registry.people.models import Person
from registry.server import settle
from registry.settings import Settings
from registry.store import migrate
from registry.store.session import Database
from registry.systems.queries import FACETS, SORTS
from tests import databases
from tests.store.statements import counted

VALUES = {"unit": "2", "owner": "7", "vendor": "Northgate", "visibility": "company"}


def pages() -> dict[str, str]:
    """What is asked, by name."""
    first = {facet.name: next(iter(facet.said), VALUES.get(facet.name, "")) for facet in FACETS}
    asked = {
        "the list": "/systems",
        "search, many found": "/systems?q=claim",
        "search, none found": "/systems?q=nothing+like+it",
        "search by id": "/systems?q=AI-0042",
        "every column": "/systems?"
        + "&".join(f"col={name}" for name in ("unit", "owner", "deputy", "changed")),
        "three facets": "/systems?stage=live&stage=pilot&tier=high&missing=objective",
    }
    asked |= {f"facet {name}": f"/systems?{name}={value}" for name, value in first.items()}
    asked |= {f"sort {name}": f"/systems?sort={name}" for name in SORTS}
    return asked | {"sort back": "/systems?sort=-owner"}


@contextmanager
def signed_in(database: Database) -> Iterator[FlaskClient]:
    """A browser in which a member without any role is signed in."""
    app = create_app(Settings(secret_key=secrets.token_urlsafe(48)), database)
    settle()
    app.config["WTF_CSRF_ENABLED"] = False
    secret = secrets.token_urlsafe(32)
    with database.transaction() as session:
        person = session.exec(select(Person).order_by(Person.id.desc())).first()  # type: ignore[union-attr]
        open_session(session, person, secret, "a benchmark")
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["secret"] = secret
    yield client


def timed(act: Callable[[], object], runs: int) -> tuple[float, float]:
    """p50 and p95 in milliseconds, after one run that does not count."""
    act()
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1_000)
    return statistics.median(took), sorted(took)[max(0, int(len(took) * 0.95 + 0.5) - 1)]


def measured(database: Database, runs: int) -> dict[str, tuple[float, float, int]]:
    """p50, p95 and statements of everything."""
    found = {}
    with signed_in(database) as client:
        for name, address in pages().items():
            with counted(database) as sent:
                assert client.get(address).status_code == 200, address
            found[name] = (*timed(lambda address=address: client.get(address), runs), len(sent))
        for written in ("csv", "xlsx"):
            asked = {"path": "/systems/export", "data": {"format": written}}
            found[f"export {written}"] = (*timed(lambda asked=asked: client.post(**asked).get_data(), 3), 0)
    bare = sa.text(
        "SELECT count(*) FROM system WHERE lower(name) LIKE '%claim%' OR lower(summary) LIKE '%claim%'"
    )
    with database.engine.connect() as connection:
        found["floor: LIKE alone"] = (*timed(lambda: connection.execute(bare).scalar(), runs), 1)
    return found


@contextmanager
def register(kind: databases.Kind, count: int) -> Iterator[Database]:
    """A register of so many systems, as long as it is looked at."""
    with databases.fresh(kind, f"generated{count}", migrate.upgrade) as database:
        generate(database, Wanted(count), lambda _said: None)
        with database.engine.begin() as connection:
            # A database in use has statistics of its tables; a fresh one gets them here.
            connection.exec_driver_sql("ANALYZE")
        yield database


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--systems", type=int, default=10_000)
    asked.add_argument("--beside", type=int, default=100)
    asked.add_argument("--runs", type=int, default=20)
    asked.add_argument("--database", action="append", choices=databases.KINDS)
    given = asked.parse_args()
    alive = databases.begin_run()
    try:
        for kind in given.database or databases.KINDS:
            with register(kind, given.beside) as small:
                few = measured(small, given.runs)
            with register(kind, given.systems) as large:
                many = measured(large, given.runs)
            print(f"\n{kind}, milliseconds{'':13} {given.beside:>16,} systems {given.systems:>16,} systems")
            print(f"{'':30} {'p50':>10} {'p95':>8} {'p50':>10} {'p95':>8}  statements")
            for name, (p50, p95, sent) in many.items():
                small_p50, small_p95, before = few[name]
                same = f"{sent}" if sent == before else f"{before} and {sent}"
                print(f"{name:30} {small_p50:10.1f} {small_p95:8.1f} {p50:10.1f} {p95:8.1f}  {same}")
    finally:
        databases.end_run(alive)


if __name__ == "__main__":
    main()
