"""Rule packs: those that come with the registry and those added; which edition is in force on a day."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.packs import rules
from registry.packs.models import PackEdition
from registry.packs.rules import AlertRule, ConfirmationRule, NotAPack, Pack, ReportingRule

# Where a transaction keeps the added editions it has read, with the transaction they were read in.
_ADDED = "packs_added"
# What the texts of added editions say, by their SHA-256.
_READ: dict[str, Pack | None] = {}


def shipped() -> tuple[Pack, ...]:
    """Every pack that comes with the registry. Raises ValueError for a file that is no sound pack."""
    return tuple(map(_shipped, sorted(_files())))


def shipped_editions(pack_id: str) -> tuple[Pack, ...]:
    """The editions of one pack that come with the registry."""
    # A file is named after its pack and its edition, which is held to when it is read; the others need not be read.
    named = sorted(name for name in _files() if name.startswith(f"{pack_id}-"))
    return tuple(pack for pack in map(_shipped, named) if pack.id == pack_id)


@cache
def _files() -> dict[str, Traversable]:
    folder = files("registry.packs") / "shipped"
    return {path.name: path for path in folder.iterdir() if path.name.endswith(".yaml")}


@cache
def _shipped(name: str) -> Pack:
    try:
        pack = rules.read(_files()[name].read_text(encoding="utf-8"))
    except NotAPack as error:
        raise ValueError(f"{name}: {error}") from error
    others = rules.practices_known(shipped_editions("practices")) if pack.controls else ()
    problems = [str(each) for each in rules.problems_with_pack(pack, others)]
    if name != f"{pack.id}-{pack.edition}.yaml":
        problems.append(f"the file of {pack.said} is named {pack.id}-{pack.edition}.yaml")
    if problems:
        raise ValueError(f"{name}: {'; '.join(problems)}")
    return pack


def editions(session: Session, pack_id: str | None = None) -> tuple[Pack, ...]:
    """Every edition there is, shipped or added, or those of one pack.

    One statement in a transaction, however often it is asked. An added edition this release can no longer read is left
    out; `added` lists it.
    """
    ours = [each.pack for each in added(session) if each.pack and pack_id in (None, each.pack_id)]
    return rules.together(shipped() if pack_id is None else shipped_editions(pack_id), ours)


@dataclass(frozen=True, slots=True)
class Added:
    """An edition somebody has added; its `pack` is None where this release can no longer read it."""

    pack_id: str
    edition: str
    title: str
    effective_from: date
    sha256: str
    added_at: datetime
    added_by_id: int | None
    pack: Pack | None


_COLUMNS: tuple[Any, ...] = tuple(
    getattr(PackEdition, each.name) for each in fields(Added) if each.name != "pack"
)


def added(session: Session) -> Sequence[Added]:
    """The editions somebody has added, the newest first."""
    known: tuple[Any, Sequence[Added]] | None = session.info.get(_ADDED)
    if known is None or known[0] is not session.get_transaction():
        # Read first: it is reading that begins a transaction where there is none.
        found = _read_added(session)
        known = session.info[_ADDED] = (session.get_transaction(), found)
    return known[1]


def forget_added(session: Session) -> None:
    """Have this transaction read the added editions anew: one has just been added."""
    session.info.pop(_ADDED, None)


def _read_added(session: Session) -> list[Added]:
    rows: Any = session.execute(sa.select(*_COLUMNS).order_by(col(PackEdition.id).desc())).all()
    # Whatever the database, a text of this digest reads the same: it is read once in the life of the process.
    missing = {each.sha256 for each in rows} - _READ.keys()
    if missing:
        texts = sa.select(col(PackEdition.sha256), col(PackEdition.text)).where(
            col(PackEdition.sha256).in_(sorted(missing))
        )
        _READ.update((digest, _parsed(text)) for digest, text in session.execute(texts))
    values: list[tuple[Any, ...]] = [(*each, _READ[each.sha256]) for each in rows]
    return [Added(*each) for each in values]


def _parsed(text: str) -> Pack | None:
    try:
        return rules.read(text)
    except NotAPack:
        return None


def current(session: Session, pack_id: str, on: date) -> Pack:
    """The edition of a pack in force on that day. Raises LookupError where there is none.

    Before the first edition applied, the first: a past day is looked at by the rules that came, not by none.
    """
    known = editions(session, pack_id)
    first = min((pack.effective_from for pack in known if pack.id == pack_id), default=on)
    return rules.current(known, pack_id, max(on, first))


def edition(session: Session, pack_id: str, edition: str) -> Pack | None:
    """That edition of a pack, in force or not, or None: what a decision made by it is read with."""
    return next((pack for pack in editions(session, pack_id) if pack.edition == edition), None)


def frameworks_on(session: Session, on: date) -> list[Pack]:
    """The edition in force on that day of every pack that asks for controls, by title."""
    return rules.frameworks_on(editions(session), on)


def framework_on(session: Session, pack_id: str, on: date) -> Pack | None:
    """The edition of that framework in force on that day, or None where no pack of that id asks for controls."""
    return next((pack for pack in frameworks_on(session, on) if pack.id == pack_id), None)


def text_of(session: Session, pack_id: str, edition: str) -> str | None:
    """The YAML of an edition, as it was shipped or added; None where there is none."""
    wanted = (col(PackEdition.pack_id) == pack_id, col(PackEdition.edition) == edition)
    text: str | None = session.execute(sa.select(col(PackEdition.text)).where(*wanted)).scalar()
    if text is None and any(pack.edition == edition for pack in shipped_editions(pack_id)):
        return _files()[f"{pack_id}-{edition}.yaml"].read_text(encoding="utf-8")
    return text


def confirmation_on(session: Session, on: date) -> ConfirmationRule:
    """How often owners confirm, by the baseline in force on that day. Raises LookupError where it does not say."""
    pack = current(session, "baseline", on)
    if pack.confirmation is None:
        raise LookupError(f"{pack.said} does not say how often owners confirm")
    return pack.confirmation


def alerts_on(session: Session, on: date) -> AlertRule:
    """How long alerts may wait, by the baseline in force on that day. Raises LookupError where it does not say."""
    pack = current(session, "baseline", on)
    if pack.alerts is None:
        raise LookupError(f"{pack.said} does not say how long an alert may wait")
    return pack.alerts


def reporting_on(session: Session, on: date) -> tuple[Pack, ReportingRule]:
    """What authorities are to be told of incidents by the edition in force on that day, and that edition.

    Raises LookupError where there is none.
    """
    # What the law asked for on that day, which is nothing before it applied.
    pack = rules.current(editions(session, "eu-incidents"), "eu-incidents", on)
    if pack.reporting is None:
        raise LookupError(f"{pack.said} does not say what authorities are to be told")
    return pack, pack.reporting


def gates_on(session: Session, on: date) -> Pack:
    """What systems must show before each stage, by the edition in force on that day. Raises LookupError where there is none."""
    pack = current(session, "gates", on)
    if not pack.gates:
        raise LookupError(f"{pack.said} does not say what a system must show")
    return pack
