"""Issue editions once they are approved; make the cards people asked for by the hundred, and sweep them out in time."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import takewhile
from tempfile import TemporaryFile
from typing import Any, Final

from sqlmodel import Session

from registry.accounts.queries import actor_for
from registry.cards.actions import bundling
from registry.cards.actions.collecting import Register, as_it_stood, cards_of
from registry.cards.actions.issuing import issue
from registry.cards.models import BundledCard, CardBundle
from registry.cards.queries import bundles
from registry.cards.queries.editions import not_issued
from registry.cards.render.packing import Packed
from registry.cards.render.press import press_of
from registry.cards.render.printing import Printers
from registry.cards.rules.bundles import KEPT_FOR, BundleState
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, may, the_registry
from registry.kernel.errors import NotFound
from registry.output.pdf.document import MOST_ATTACHED
from registry.people.models import Person
from registry.people.rules import is_active
from registry.settings import Settings
from registry.store.files import Files, Stored
from registry.store.past import PastBusy, PastRefused, PastUnknown, Recipe, put_plainly, reads_of
from registry.store.session import Database
from registry.worker.actions import Handler, PartDone, reading_long

# A worker does one thing at a time: other work comes in between, and a part ends well within a job's lease.
_SECONDS_A_PART: Final = 60.0
_LARGEST_CARD: Final = 2 * MOST_ATTACHED
_LARGEST_FILE: Final = 1 << 36
_LEFT_ALONE_FOR: Final = timedelta(hours=1)


def on_card_approved(database: Database, payload: dict[str, Any]) -> None:  # noqa: ARG001 - all that wait are issued
    """Make the document of every approved edition that has none."""
    issue_waiting(database, Settings.from_environment())


def issue_waiting(database: Database, settings: Settings) -> None:
    """The same with these settings. Raises what issue() raises: the worker tries again."""
    with database.transaction(read_only=True) as session:
        waiting = not_issued(session)
    press = press_of(settings)
    for number in waiting:
        issue(database, the_registry("worker"), number, press)


def making(recipe: Callable[[], Recipe]) -> Handler:
    """The job that makes the cards somebody asked for; `recipe` says what the past day is made of that they may be of."""

    def make_bundle(database: Database, payload: dict[str, Any]) -> None:
        """Make some of the cards, or, when none is left to be made, pack them.

        Raises PartDone while there is more to do. A card that is made is not made again, whatever stops this process.
        """
        number = int(payload["subject_id"])
        begun = _begun(database, number)
        if begun is None:
            return
        actor, day, waiting = begun
        settings = Settings.from_environment()
        files = Files(settings.data_dir, bundling.room_of(number))
        if not waiting:
            _make_up_for_what_is_lost(database, number, files)
            _pack(database, actor, number, files)
            return
        try:
            with _register(database, recipe, day) as register:
                _make_some(database, actor, number, waiting, files, settings, register)
        except (PastRefused, PastUnknown) as refused:
            _give_up(database, number, put_plainly(refused))
            return
        except PastBusy as busy:
            # Somebody else lays out a day: the cards come after it, and other work before them.
            raise PartDone from busy
        raise PartDone

    return make_bundle


@contextmanager
def _register(database: Database, recipe: Callable[[], Recipe], day: date | None) -> Iterator[Register]:
    if day is None:
        with reading_long(database) as long:
            yield Register(long.ask)
    else:
        with reads_of(database, recipe, day) as reads:
            yield as_it_stood(day, reads)


def _begun(database: Database, number: int) -> tuple[Actor, date | None, list[int]] | None:
    """Who asked, the past day they asked of, and the systems whose card is to be made; None where there is nothing to do."""
    with database.transaction() as session:
        try:
            bundle = bundles.bundle_by_number(session, number, lock=True)
        except NotFound:
            # A backup holds the job and no bundle: on a register that was put back there is nothing to be made.
            return None
        if bundle.state is not BundleState.MAKING:
            return None
        actor = _asker(session, bundle)
        if not may(actor, Permission.CARD_BUNDLE):
            bundling.give_up(bundle, "Whoever asked may no longer take cards away.")
            return None
        return actor, bundle.as_of, bundles.waiting(session, number)


def _give_up(database: Database, number: int, says: str) -> None:
    with database.transaction() as session:
        bundle = bundles.bundle_by_number(session, number, lock=True)
        if bundle.state is BundleState.MAKING:
            bundling.give_up(bundle, says)


def _asker(session: Session, bundle: CardBundle) -> Actor:
    """Whoever asked, with what they may see now; nobody at all once they have left."""
    person = session.get_one(Person, bundle.asked_by_id)
    if not is_active(person.active_from, person.active_to, clock.today()):
        return Actor(person.id, person.name, via="worker")
    return actor_for(session, person, via="worker")


def _make_some(
    database: Database,
    actor: Actor,
    number: int,
    waiting: list[int],
    files: Files,
    settings: Settings,
    register: Register,
) -> None:
    until = time.monotonic() + _SECONDS_A_PART
    in_time = takewhile(lambda _: time.monotonic() < until, waiting)
    press = press_of(settings)
    with Printers(settings.printers) as printers:
        for system_id, line, pdf in cards_of(database, actor, in_time, press, printers.draw, register):
            if pdf and line.edition is None:
                # What was issued is in the database for good; only drafts are kept beside it until they are packed.
                files.keep(io.BytesIO(pdf), limit=_LARGEST_CARD)
            with database.transaction() as session:
                bundle = bundles.bundle_by_number(session, number, lock=True)
                if bundle.state is not BundleState.MAKING:
                    return
                bundling.keep_card(session, bundle, system_id, line)


def _make_up_for_what_is_lost(database: Database, number: int, files: Files) -> None:
    """Raise PartDone where a draft is no longer here as it was kept: it is made again before anything is packed."""
    with database.transaction(read_only=True) as session:
        lost = [
            each.system_id
            for each in bundles.cards_in(session, number)
            if each.sha256 and not each.why and each.edition is None and not files.is_whole(each.sha256)
        ]
    if not lost:
        return
    with database.transaction() as session:
        bundle = bundles.bundle_by_number(session, number, lock=True)
        if bundle.state is BundleState.MAKING:
            bundling.make_again(session, bundle, lost)
    raise PartDone


def _pack(database: Database, actor: Actor, number: int, files: Files) -> None:
    with database.transaction(read_only=True) as session:
        stored = _packed(session, bundles.bundle_by_number(session, number), files)
    with database.transaction() as session:
        bundle = bundles.bundle_by_number(session, number, lock=True)
        if bundle.state is BundleState.MAKING:
            bundling.conclude(session, actor, bundle, stored)
    for digest, _ in list(files.kept()):
        if digest != stored.sha256:
            files.drop(digest)


def _packed(session: Session, bundle: CardBundle, files: Files) -> Stored:
    with TemporaryFile() as file:
        with Packed(file, bundle.asked_at, bundle.as_of) as packed:
            for card in bundles.cards_in(session, bundle.id or 0):
                packed.add(replace(card.line, day=bundle.as_of), _content(session, card, files))
        file.seek(0)
        return files.keep(file, limit=_LARGEST_FILE)


def _content(session: Session, card: BundledCard, files: Files) -> bytes:
    if card.why:
        return b""
    if card.edition is not None:
        return bundles.issued_pdf(session, card.system_id, card.edition)
    return files.path(card.sha256).read_bytes()


def sweep_bundles(database: Database, _payload: dict[str, Any]) -> None:
    """End what has been kept as long as was said, and delete the files of what nobody can fetch any more."""
    now = clock.now()
    for number in _numbers(database, now - KEPT_FOR, bundles.over_since):
        with database.transaction() as session:
            bundling.sweep(bundles.bundle_by_number(session, number, lock=True))
    data_dir = Settings.from_environment().data_dir
    # A worker may still have been at it when somebody cancelled.
    for number in _numbers(database, now - _LEFT_ALONE_FOR, bundles.with_files_to_drop):
        Files(data_dir, bundling.room_of(number)).clear()
        with database.transaction() as session:
            bundling.forget(session, bundles.bundle_by_number(session, number, lock=True))


def _numbers(
    database: Database, since: datetime, which: Callable[[Session, datetime], list[int]]
) -> list[int]:
    with database.transaction(read_only=True) as session:
        return which(session, since)
