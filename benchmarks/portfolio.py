"""How long the desk, the register, the search and the portfolio take while people open them, twenty pages a second.

    python -m benchmarks.portfolio --systems 10000 --database sqlite --database postgresql [--kept URL]

A register is generated (`registry benchmark generate`), or one that was generated before is taken, and served as it is in
production: `registry serve`, gunicorn, one process for each core. Three people who are signed in open their pages by turns:
the owner of most systems, a reviewer (compliance), an executive. Pages are asked for at fixed times, whether or not earlier
ones have come (an open loop), so that a server that falls behind is not spared; and somebody writes a note every few
seconds, after which everything that was counted is counted anew.

For each page p50, p95 and p99 in milliseconds, twice: of the server, from reading the request to the last byte of its answer,
as its own log has it; and of whoever waits, from the moment the page should have been asked for to its last byte. Then the
same while the worker lays out full reports, one after the other, with how long each took. How many statements a page takes
is counted here and on a small register (--beside), with the processor time it takes by itself: other work on the machine
changes that less than it changes how long people wait. The load of the machine stands with each table.
"""

import argparse
import contextlib
import os
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col, func, select

from benchmarks.peers import free_port, served, used_by
from benchmarks.visitors import PAGES, Visitors, told
from registry.accounts.actions import open_session
from registry.accounts.models import RoleGrant
from registry.accounts.queries import actor_for
from registry.annotations.actions import write_note
from registry.app import create_app
from registry.audit.queries.checkpoints import last_seq
from registry.demo.actions import generate
from registry.demo.rules.wanted import Wanted
from registry.kernel.actor import Role, Seat
from registry.ownership.models import Assignment
from registry.people.models import Person
from registry.portfolio import actions
from registry.portfolio.models import PortfolioReport
from registry.portfolio.rules.figures import Scope
from registry.portfolio.rules.reports.filing import ReportKind, ReportState
from registry.server import settle
from registry.settings import Settings
from registry.store import migrate
from registry.store.session import Database
from registry.wiring import SCHEDULE
from registry.worker.actions import follow_from, put_in_slots
from registry.worker.models import Job
from registry.worker.rules import JobState
from tests import databases
from tests.store.statements import counted

LATE_SECONDS = 1_800


@dataclass(frozen=True)
class House:
    """A register that is served: its database, its settings, and the signed-in people by what they are."""

    database: Database
    environment: dict[str, str]
    cookies: dict[str, str]


def people(database: Database) -> dict[str, Person]:
    """The owner of most systems, the first reviewer and the first executive."""
    with database.transaction(read_only=True) as session:
        most = (
            select(Assignment.person_id)
            .where(Assignment.seat == Seat.OWNER, col(Assignment.to_at).is_(None))
            .group_by(col(Assignment.person_id))
            .order_by(func.count().desc())
        )
        found = {"owner": session.exec(most).first()}
        for name, role in (("compliance", Role.REVIEWER), ("executive", Role.EXECUTIVE)):
            held = select(RoleGrant.person_id).where(RoleGrant.role == role, col(RoleGrant.to_at).is_(None))
            found[name] = session.exec(held.order_by(col(RoleGrant.id))).first()
        return {name: session.get_one(Person, number) for name, number in found.items()}


def signed_in(database: Database, secret_key: str, folder: Path) -> dict[str, str]:
    """The cookie of each of them, as the server will read it."""
    app = create_app(Settings(secret_key=secret_key, data_dir=folder), database)
    found = {}
    for name, person in people(database).items():
        secret = secrets.token_urlsafe(32)
        with database.transaction() as session:
            open_session(session, person, secret, "a benchmark")
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["secret"] = secret
        kept = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        assert kept is not None
        found[name] = f"{kept.decoded_key}={kept.value}"
    return found


@contextlib.contextmanager
def house(kind: databases.Kind, wanted: Wanted, given: argparse.Namespace) -> Iterator[House]:
    """A register of so many systems with a data folder, as long as it is looked at."""
    with contextlib.ExitStack() as open_until:
        folder = Path(open_until.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        kept = given.kept if wanted.systems == given.systems else None
        if kept is not None:
            database = Database(kept)
        elif kind == "sqlite":
            database = Database(f"sqlite:///{folder / 'registry.sqlite3'}")
        else:
            database = open_until.enter_context(databases.fresh(kind, "empty", lambda _database: None))
        if kept is None:
            migrate.upgrade(database)
            generate(database, wanted, lambda _said: None)
        secret = secrets.token_urlsafe(48)
        environment = {
            "REGISTRY_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "REGISTRY_SECRET_KEY": secret,
            "REGISTRY_DATA_DIR": str(folder),
            "REGISTRY_LOG_FORMAT": "json",
            # On a server of the run's own there is one role, which may do everything.
            "REGISTRY_ONE_ROLE": "true",
            # So that the server's log calls each request what the visitor calls it.
            "REGISTRY_PROXIES": "1",
        }
        yield House(database, environment, signed_in(database, secret, folder))
        database.dispose()


def alone(found: House, runs: int) -> dict[str, tuple[int, float]]:
    """For each page, opened in this process by whoever of the three it costs most: its statements, and the milliseconds of
    processor time of this process (on SQLite that is all of it, on PostgreSQL what the database does comes on top).
    """
    settings = Settings(secret_key=found.environment["REGISTRY_SECRET_KEY"])
    app = create_app(settings, found.database)
    settle()
    costs: dict[str, tuple[int, float]] = {}
    for (page, address), cookie in product(PAGES.items(), found.cookies.values()):
        client, headers = app.test_client(use_cookies=False), {"Cookie": cookie}
        with counted(found.database) as sent:
            reply = client.get(address, headers=headers)
        assert reply.status_code == 200, (page, reply.status)
        used = []
        for _ in range(runs):
            before = time.process_time()
            client.get(address, headers=headers)
            used.append((time.process_time() - before) * 1_000)
        most, longest = costs.get(page, (0, 0.0))
        costs[page] = max(most, len(sent)), max(longest, statistics.median(used))
    return costs


@contextlib.contextmanager
def writing(found: House, every: float) -> Iterator[None]:
    """Somebody writes a note each so many seconds: what was counted before is then counted anew."""
    over = threading.Event()

    def write() -> None:
        while not over.wait(every):
            with found.database.transaction() as session:
                actor = actor_for(session, people(found.database)["owner"], via="session")
                owned = next(number for number, seats in actor.seats.items() if Seat.OWNER in seats)
                write_note(session, actor, owned, "Looked at it again.")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def calm(database: Database) -> None:
    """Let the worker find nothing due: what it does by the clock, and follows from the register, would come before the report."""
    with database.transaction(read_only=True) as session:
        last = last_seq(session)
    follow_from(database, last)
    put_in_slots(database, SCHEDULE)
    with database.transaction() as session:
        session.execute(sa.update(Job).values(state=JobState.DONE))


def report_beside(found: House, visitors: Visitors, log: Path, kind: str, reports: int) -> None:
    """The pages while the worker makes full reports, one after the other, and how long each took."""
    calm(found.database)
    command = [sys.executable, "-m", "registry", "worker"]
    # Of those that have ended, with their own children: the printer is in a session of its own.
    before = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    environment, nowhere = os.environ | found.environment, subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=nowhere, stderr=nowhere) as worker:
        try:
            over = threading.Event()
            took: list[float] = []
            watch = threading.Thread(target=_order, args=(found.database, reports, took, over))
            watch.start()
            pages = visitors.come(lambda _: not over.is_set())
            watch.join()
            told(f"{kind}, while the full report is made {reports} times", pages, log)
        finally:
            worker.terminate()
    used = (sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]) - before) / reports
    usual, most = statistics.median(took), max(took)
    print(f"A report took {usual:.1f} s, {most:.1f} s at most, and {used:.1f} s of processor time.")


def _order(database: Database, reports: int, took: list[float], over: threading.Event) -> None:
    """Ask for one report after the other and note how long each took; what is not filed in time took `nan`."""
    try:
        for _ in range(reports):
            with database.transaction() as session:
                actor = actor_for(session, people(database)["executive"], via="session")
                number = actions.ask(session, actor, ReportKind.FULL, Scope()).id
            took.append(_filed(database, number))
    finally:
        over.set()


def _filed(database: Database, number: int | None) -> float:
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < LATE_SECONDS:
        with database.transaction(read_only=True) as session:
            state = session.exec(select(PortfolioReport.state).where(PortfolioReport.id == number)).one()
        if state is ReportState.FILED:
            return passed
        time.sleep(0.2)
    return float("nan")


def measured(kind: databases.Kind, given: argparse.Namespace) -> None:
    """Everything on one database."""
    with house(kind, Wanted(given.beside), given) as small:
        few = alone(small, given.runs)
    sizes = (given.systems, given.snapshots, given.periods, given.entries, given.people)
    with house(kind, Wanted(*sizes), given) as found:
        many = alone(found, given.runs)
        print(f"\n{kind}, each page by itself, at {given.beside:,} and at {given.systems:,} systems")
        print(f"{'':24}{'statements':>16}{'processor, milliseconds':>28}")
        for page, (count, used) in many.items():
            before, less = few[page]
            print(f"{page:24}{before:>8}{count:>8}{less:>20.0f}{used:>8.0f}")
        port, folder = free_port(), Path(found.environment["REGISTRY_DATA_DIR"])
        log = folder / f"server-{port}.log"
        command = [sys.executable, "-m", "registry", "serve", "--no-worker", "--port", str(port)]
        command += ["--processes", str(given.processes)]
        with served(command, port, folder, **found.environment) as process, writing(found, given.every):
            visitors = Visitors(port, found.cookies, given.rate)
            visitors.come(lambda passed: passed < given.warm)
            before = used_by(process)
            pages = visitors.come(lambda passed: passed < given.seconds)
            used = (used_by(process) - before) * 1_000 / len(pages)
            told(f"{kind}, {given.rate:g} pages a second", pages, log)
            share = used * given.rate / 10
            print(f"The server used {used:.0f} ms of processor time for a page: {share:.0f} % of a core.")
            if given.reports:
                report_beside(found, visitors, log, kind, given.reports)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--systems", type=int, default=10_000)
    for name in ("snapshots", "periods", "entries", "people"):
        asked.add_argument(f"--{name}", type=int)
    asked.add_argument("--beside", type=int, default=100, help="systems of the small register")
    asked.add_argument("--rate", type=float, default=20, help="pages a second")
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--runs", type=int, default=5, help="of each page by itself")
    asked.add_argument("--warm", type=float, default=10, help="seconds that are not counted")
    asked.add_argument("--processes", type=int, default=os.cpu_count(), help="of the server")
    asked.add_argument("--every", type=float, default=5, help="seconds after which somebody writes a note")
    asked.add_argument("--reports", type=int, default=5, help="made one after the other beside the pages")
    asked.add_argument(
        "--folder", type=Path, help="where the SQLite files are made: the disk that is measured"
    )
    asked.add_argument("--kept", help="the address of a database that was generated before")
    asked.add_argument("--database", action="append", choices=databases.KINDS)
    given = asked.parse_args()
    alive = databases.begin_run()
    try:
        kept = [sa.make_url(given.kept).get_backend_name()] if given.kept else None
        for kind in kept or given.database or databases.KINDS:
            measured(kind, given)
    finally:
        databases.end_run(alive)


if __name__ == "__main__":
    main()
