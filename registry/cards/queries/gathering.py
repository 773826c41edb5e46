"""card_facts(): everything a card states, in a fixed number of statements, of one moment, or not at all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from registry.audit.models import ENTRY
from registry.cards.queries import assurance, classification, incidents, measured, operation, rows, since
from registry.cards.rules.facts import DRAFT, CardFacts, CardStopped, Criterion, Origin
from registry.data_sources import queries as data_sources
from registry.data_sources.models import QualityCheck, QualityResult
from registry.data_sources.queries import Use
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Seat, require
from registry.lifecycle import queries as lifecycle
from registry.objectives import queries as objectives
from registry.ownership import queries as ownership
from registry.packs import queries as packs
from registry.people import queries as people
from registry.systems.models import System

_TRIES = 3


class _Place(NamedTuple):
    """Where the ledger stands about one system: the last entry, and how many there are."""

    seq: int
    at: str
    leaf: str
    changes: int


def card_facts(session: Session, actor: Actor, system: System, *, names_evidence: bool = False) -> CardFacts:
    """Everything the card of a system states, as it stands now. The caller has found the system for this actor.

    Evidence is told without its titles unless `names_evidence`, which whoever puts a card forward may choose. Raises Forbidden, and CardStopped when something cannot be read or the record changes all the while: a card
    that left it out, or printed zero in its place, would lie.
    """
    require(actor, Permission.CARD_READ, system.id)
    session.flush()
    for _ in range(_TRIES):
        # PostgreSQL shows each statement the latest commits. When the ledger stands at the end where it stood at
        # the beginning, everything between was of one record.
        session.expire_all()
        place = _place(session, system)
        facts = _gathered(session, system, place, names_evidence=names_evidence)
        if _place(session, system) == place:
            return facts
    raise CardStopped(
        f"The record of {system.key} kept changing while its card was put together. Try again in a moment."
    )


@contextmanager
def _reading(what: str) -> Iterator[None]:
    """Stop the card when this part of it cannot be read."""
    try:
        yield
    except (SQLAlchemyError, LookupError) as error:
        raise CardStopped(
            f"The card was not made: {what} could not be read ({type(error).__name__}). "
            "A card never prints a number in place of one that was not counted."
        ) from error


def _place(session: Session, system: System) -> _Place:
    about = ENTRY.c.system_id == system.id
    count = sa.select(sa.func.count()).select_from(ENTRY).where(about).scalar_subquery()
    last = sa.select(ENTRY.c.seq, ENTRY.c.at, ENTRY.c.leaf_hash, count).where(about)
    with _reading("the ledger"):
        row = session.connection().execute(last.order_by(ENTRY.c.seq.desc()).limit(1)).first()
    if row is None:
        raise CardStopped(
            f"The card was not made: the ledger holds no entry about {system.key}. "
            "The register is damaged; run registry audit verify."
        )
    return _Place(*row)


def _gathered(session: Session, system: System, place: _Place, *, names_evidence: bool) -> CardFacts:
    facts = _stated(session, system, place, names_evidence=names_evidence)
    with _reading("the edition before"):
        return replace(facts, since=since.changes_since(session, system, facts))


def _stated(session: Session, system: System, place: _Place, *, names_evidence: bool) -> CardFacts:
    number = system.id or 0
    with _reading("the unit"):
        unit = people.unit_paths(session)[system.unit_id]
    with _reading("the seats"):
        held = ownership.held_on(session, number)
        handover = ownership.pending_handover(session, number)
    if not any(each.assignment.seat is Seat.OWNER for each in held):
        raise CardStopped(
            f"The card was not made: {system.key} has no accountable owner. "
            "The register is damaged; run registry audit verify."
        )
    with _reading("the objective"):
        objective = objectives.objective_of(session, number)
        values = objectives.values_of(session, number)
    with _reading("the metrics"):
        metrics = objectives.metrics_of(session, number)
        retired = objectives.metrics_of(session, number, retired=True)
    with _reading("the sources of data"):
        uses = data_sources.uses_of(session, number)
        checks = _checks(session, uses)
    at = datetime.fromisoformat(place.at)
    with _reading("the versions"):
        versions = operation.versions(session, number)
    with _reading("the readings"):
        readings = operation.readings(session, metrics)
    with _reading("the alerts"):
        alerts = operation.alerts(session, number)
    with _reading("the dependencies"):
        dependencies = operation.dependencies(session, system)
    with _reading("the feedback"):
        feedback = operation.what_people_say(session, number, at)
    with _reading("the counts by group"):
        attributes = measured.attributes(session, number)
    with _reading("the forecasts"):
        calibration = measured.calibration(session, number)
    with _reading("the drift of features"):
        drift, without_baseline = measured.drift(session, number)
    with _reading("the incidents"):
        log = incidents.log_of(session, number, at)
    with _reading("the classification"):
        run = classification.classified(session, number)
    with _reading("the reviews, risks, tests and evidence"):
        assured = assurance.assured(session, system, at.date(), names_evidence=names_evidence)
    with _reading("the names of people"):
        wanted = rows.people_named(metrics, [source for _, source in uses])
        names = {key: person.name for key, person in people.people_by_id(session, wanted).items()}
    with _reading("the rule pack"):
        pack = packs.current(session, "baseline", clock.today())
        record = lifecycle.standing_of(session, system, held)
    with _reading("the record"):
        return CardFacts(
            edition=DRAFT,
            origin=Origin(place.seq, at, place.leaf, place.changes, system.version),
            pack=rows.rule_pack(pack),
            criteria=tuple(Criterion(each.id, each.pattern, each.says, each.holds) for each in record.items),
            identity=rows.identity(system),
            ownership=rows.ownership(system, unit, held, handover),
            use=rows.use(system),
            incidents=log,
            tier=system.tier,
            classification=run,
            objective=rows.objective(objective) if objective else None,
            metrics=tuple(rows.metric(each, names, readings[each.id or 0]) for each in metrics),
            retired_metrics=tuple(rows.retired_metric(each) for each in retired),
            realised=tuple(rows.realised(each) for each in values),
            sources=rows.sources(uses, checks, names),
            versions=versions,
            alerts=alerts,
            dependencies=dependencies,
            feedback=feedback,
            attributes=attributes,
            calibration=calibration,
            drift=drift,
            without_baseline=without_baseline,
            assurance=assured,
        )


def _checks(session: Session, uses: Sequence[Use]) -> rows.Checks:
    """The quality checks in use of all these sources, each with its latest result, in one statement."""
    numbers = sorted({source.id for _, source in uses if source.id is not None})
    if not numbers:
        return {}
    place = sa.func.row_number().over(
        partition_by=col(QualityResult.quality_check_id),
        order_by=(col(QualityResult.measured_on).desc(), col(QualityResult.id).desc()),
    )
    ours = select(QualityCheck.id).where(col(QualityCheck.data_source_id).in_(numbers))
    ranked = (
        select(col(QualityResult.id), place.label("place"))
        .where(col(QualityResult.quality_check_id).in_(ours))
        .subquery()
    )
    latest = select(ranked.c.id).where(ranked.c.place == 1)
    is_latest = (col(QualityResult.quality_check_id) == col(QualityCheck.id)) & col(QualityResult.id).in_(
        latest
    )
    query = (
        select(QualityCheck, QualityResult)
        .join(QualityResult, is_latest, isouter=True)
        .where(col(QualityCheck.data_source_id).in_(numbers), col(QualityCheck.retired_at).is_(None))
    )
    found: rows.Checks = {}
    for check, result in session.exec(query.order_by(col(QualityCheck.id))):
        found.setdefault(check.data_source_id, []).append((check, result))
    return found
