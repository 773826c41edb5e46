"""Rule packs: those that come with the registry and those added; which edition is in force on a day."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from sqlmodel import Session

from registry.packs import rules
from registry.packs.rules import AlertRule, ConfirmationRule, NotAPack, Pack, ReportingRule


def shipped() -> tuple[Pack, ...]:
    """Every pack that comes with the registry. Raises ValueError for a file that is no sound pack."""
    return tuple(pack for name in sorted(_files()) for pack in [_shipped(name)])


def shipped_editions(pack_id: str) -> tuple[Pack, ...]:
    """The editions of one pack that come with the registry. No other file is read for it."""
    # A file is named after its pack and its edition, which is held to when it is read.
    return tuple(
        pack for name in _files() if name.startswith(f"{pack_id}-") if (pack := _shipped(name)).id == pack_id
    )


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


def editions(session: Session, pack_id: str | None = None) -> tuple[Pack, ...]:  # noqa: ARG001
    """Every edition there is, or those of one pack."""
    return shipped() if pack_id is None else shipped_editions(pack_id)


def current(session: Session, pack_id: str, on: date) -> Pack:
    """The edition of a pack in force on that day. Raises LookupError where there is none."""
    return rules.current(editions(session, pack_id), pack_id, on)


def edition(session: Session, pack_id: str, edition: str) -> Pack | None:
    """That edition of a pack, in force or not, or None: what a decision made by it is read with."""
    return next((pack for pack in editions(session, pack_id) if pack.edition == edition), None)


def frameworks_on(session: Session, on: date) -> list[Pack]:
    """The edition in force on that day of every pack that asks for controls, by title."""
    return rules.frameworks_on(editions(session), on)


def framework_on(session: Session, pack_id: str, on: date) -> Pack | None:
    """The edition of that framework in force on that day, or None where no pack of that id asks for controls."""
    found: Iterable[Pack] = (pack for pack in frameworks_on(session, on) if pack.id == pack_id)
    return next(iter(found), None)


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
    pack = current(session, "eu-incidents", on)
    if pack.reporting is None:
        raise LookupError(f"{pack.said} does not say what authorities are to be told")
    return pack, pack.reporting


def gates_on(session: Session, on: date) -> Pack:
    """What systems must show before each stage, by the edition in force on that day. Raises LookupError where there is none."""
    pack = current(session, "gates", on)
    if not pack.gates:
        raise LookupError(f"{pack.said} does not say what a system must show")
    return pack
