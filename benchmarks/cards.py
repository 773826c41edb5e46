"""How long a card takes: laid out warm beside WeasyPrint's own time for the same page, many of them on two children
beside one, and one that has been issued, out of the store.

    python -m benchmarks.cards --rounds 7 --cards 500

It ends with 1 where a card takes over 1.15 times what WeasyPrint alone takes, two children make less than 1.7 times as many
as one, or an issued edition takes 10 ms or more.

WeasyPrint alone lays out the same page, style sheet, attachments and kind of PDF in a process that has nothing else in it
(benchmarks.engine), with nothing of ours around it: no walls, no tuning, no corrections for PDF/UA. Ours is Printer.make with a child that waits, the pipe to
and from it included. The rounds of both take turns, so that what else the machine does meets both.
"""

import argparse
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE

from flask.testing import FlaskClient
from sqlmodel import Session

from registry.accounts.actions import open_session
from registry.app import create_app
from registry.cards.actions import editions
from registry.cards.actions.issuing import issue
from registry.cards.render import document_of
from registry.cards.render.page import document_html
from registry.cards.render.press import press_of
from registry.cards.render.printing import Printers
from registry.cards.rules.facts import CardFacts
from registry.cards.rules.frozen import Frozen
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.output.pdf import Attached, Printer
from registry.server import settle
from registry.settings import Settings
from registry.store import migrate
from registry.store.session import Database
from registry.systems.models import System
from tests.cards.sample import full
from tests.cast import Cast, find_cast, raise_cast

ISSUED_RUNS = 200
MOST_BESIDE_ENGINE = 1.15
LEAST_BY_TWO = 1.7
MOST_MS_ISSUED = 10.0


def milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1_000


def card_of(number: int) -> CardFacts:
    """A card with something of everything in it, each time of another system."""
    facts = full()
    return replace(facts, identity=replace(facts.identity, key=f"AI-{number:04}"))


@contextmanager
def engine_alone(page: str, attached: list[Attached]) -> Iterator[Callable[[], float]]:
    """What has WeasyPrint lay the page out in a process of its own and says how many milliseconds that took."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "page.html").write_text(page, "utf-8")
        for each in attached:
            Path(folder, each.name).write_bytes(each.data)
        with subprocess.Popen(
            [sys.executable, "-m", "benchmarks.engine", folder], text=True, stdin=PIPE, stdout=PIPE
        ) as engine:

            def laid_out() -> float:
                assert engine.stdin
                assert engine.stdout
                engine.stdin.write("again\n")
                engine.stdin.flush()
                return float(engine.stdout.readline())

            yield laid_out
            engine.kill()


def one(rounds: int) -> bool:
    """A card by itself, warm, by turns with the engine alone. Whether it takes little more."""
    frozen = Frozen.draft(card_of(1))
    page, identity, attached = document_of(frozen)
    ours, theirs, html = [], [], []
    with Printer(renders_per_child=rounds + 2) as printer, engine_alone(page, attached) as alone:
        pages = printer.make(page, identity=identity, attachments=attached).pages
        alone()
        for _ in range(rounds):
            theirs.append(alone())
            ours.append(milliseconds(lambda: printer.make(page, identity=identity, attachments=attached)))
            html.append(milliseconds(lambda: document_html(frozen)))
    engine, child, page_made = map(statistics.median, (theirs, ours, html))
    print(f"one card of {pages} pages, warm, medians of {rounds} rounds by turns")
    print(f"{'':26}{'ms':>9}{'ms a page':>12}")
    for name, took in (("WeasyPrint alone", engine), ("ours, in a child", child), ("its HTML", page_made)):
        print(f"{name:26}{took:9.0f}{took / pages:12.1f}")
    pairs = statistics.median(mine / its for mine, its in zip(ours, theirs, strict=True))
    print(f"ours is {child / engine:.2f} times WeasyPrint alone (median of pairs {pairs:.2f})")
    return pairs <= MOST_BESIDE_ENGINE


def many(count: int) -> bool:
    """Many cards on one child and on two; each half of them by turns, so that neither has the quieter hour.

    Whether two make nearly twice as many.
    """
    cards = [Frozen.draft(card_of(number)) for number in range(1, count + 1)]
    halves = [cards[: count // 2], cards[count // 2 :]]
    took = {1: 0.0, 2: 0.0}
    for turn, half in enumerate(halves):
        for children in (1, 2) if turn == 0 else (2, 1):
            with Printers(children) as printers:
                # Each child is started before the clock is.
                list(printers.draw(cards[:children]))
                began = time.perf_counter()
                made = sum(1 for drawn in printers.draw(half) if isinstance(drawn, bytes))
                took[children] += time.perf_counter() - began
            if made < len(half):
                raise SystemExit(f"only {made} of {len(half)} cards could be made")
    print(f"\n{count} cards at once, on {len(os.sched_getaffinity(0))} cores")
    for children, seconds in took.items():
        print(
            f"{children} {'child' if children == 1 else 'children':9}{seconds:9.1f} s{count / seconds:9.2f} cards/s"
        )
    print(f"two children make {took[1] / took[2]:.2f} times as many as one")
    return took[1] / took[2] >= LEAST_BY_TWO


@contextmanager
def issued(folder: Path) -> Iterator[tuple[FlaskClient, str]]:
    """A browser in which somebody is signed in, and the address of an edition that was issued."""
    settings = Settings(data_dir=folder, secret_key=secrets.token_urlsafe(48))
    database = Database(settings.database)
    migrate.upgrade(database)
    secret = secrets.token_urlsafe(32)
    with database.transaction() as session:
        raise_cast(session)
    with database.transaction() as session:
        cast = find_cast(session)
        edition = _approved(session, cast)
        open_session(session, cast.people["otto"], secret, "a benchmark")
    issue(database, the_registry("command"), edition, press_of(settings))
    app = create_app(settings, database)
    settle()
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["secret"] = secret
    yield client, f"/systems/{cast.triage.key}/card/editions/1/card.pdf"
    database.dispose()


def _approved(session: Session, cast: Cast) -> int:
    system = session.get_one(System, cast.triage.id)
    found = editions.put_forward(session, cast.actor(session, "ada"), system, "")
    rita = cast.actor(session, "rita")
    editions.decide(session, rita, found, "", approves=True, confirmed_at=clock.now())
    session.flush()
    return found.id or 0


def stored() -> bool:
    """An edition that has not changed, as the page hands it out: whole requests in process, sign-in included.

    Whether it takes next to no time.
    """
    with tempfile.TemporaryDirectory() as folder, issued(Path(folder)) as (client, address):
        size = len(client.get(address).data)
        took = sorted(milliseconds(lambda: client.get(address).data) for _ in range(ISSUED_RUNS))
    print(f"\nan issued edition of {size / 1e3:,.0f} kB out of the store, {ISSUED_RUNS} requests in process")
    print(f"p50 {statistics.median(took):.1f} ms, p95 {took[int(ISSUED_RUNS * 0.95)]:.1f} ms")
    return statistics.median(took) < MOST_MS_ISSUED


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cards", type=int, default=60, help="how many at once; 0 leaves that out")
    given = parser.parse_args()
    kept = {"one card": one(given.rounds)}
    if given.cards:
        kept["many cards"] = many(given.cards)
    kept["an issued edition"] = stored()
    print(f"load while it ran: {os.getloadavg()[0]:.1f}")
    missed = [name for name, is_kept in kept.items() if not is_kept]
    print(f"slower than it should be: {', '.join(missed)}" if missed else "all as fast as it should be")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
