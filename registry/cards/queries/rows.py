"""Rows of the register as the parts of a card. Names of people who answer for something, and nothing else of them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any, TypeVar

from registry.cards.rules import facts as card
from registry.data_sources.models import DataSource, QualityCheck, QualityResult
from registry.data_sources.queries import Use
from registry.data_sources.rules.sources import Purpose
from registry.kernel.guard_rails import Bound
from registry.objectives.models import Objective, SuccessMetric, ValueRealised
from registry.ownership.models import Handover
from registry.ownership.queries import Held
from registry.packs.rules import Pack
from registry.systems.models import System
from registry.systems.rules.record import Link

Checks = dict[int, list[tuple[QualityCheck, QualityResult | None]]]
Part = TypeVar("Part")


def _copied(kind: type[Part], row: Any, **given: Any) -> Part:
    """A part of the card whose fields carry the names of the row's columns, but for those given."""
    names = {each.name for each in fields(kind)} - given.keys()  # type: ignore[arg-type]
    return kind(**{name: getattr(row, name) for name in names}, **given)


def identity(system: System) -> card.Identity:
    """What the system is."""
    links = tuple(Link(str(link["label"]), str(link["url"])) for link in system.links)
    return _copied(card.Identity, system, links=links)


def ownership(system: System, unit: str, held: Sequence[Held], handover: Handover | None) -> card.Ownership:
    """Who answers for the system."""
    return _copied(
        card.Ownership,
        system,
        unit=unit,
        holders=tuple(_holder(each) for each in held),
        handover_offered_at=handover.offered_at if handover else None,
        supplier=card.Supplier(
            system.vendor_name, system.vendor_contract, system.vendor_data_access, system.vendor_exit
        ),
    )


def _holder(held: Held) -> card.Holder:
    seat, person = held.assignment, held.person
    return card.Holder(
        seat=seat.seat,
        name=held.name,
        since=seat.from_at,
        email=person.email if person else "",
        is_team=person is None,
        accepted_at=seat.accepted_at,
        to_be_confirmed=seat.to_be_confirmed,
        last_day=person.active_to if person else None,
    )


def use(system: System) -> card.Use:
    """What the system is meant for."""
    return _copied(card.Use, system, intended=system.intended_use)


def rule_pack(pack: Pack) -> card.RulePack:
    """The rule pack's edition."""
    return _copied(card.RulePack, pack)


def objective(row: Objective) -> card.Objective:
    """What the system is for."""
    return _copied(card.Objective, row)


def metric(row: SuccessMetric, names: Mapping[int, str], readings: Sequence[card.Reading]) -> card.Metric:
    """One success metric with its newest readings."""
    return _copied(
        card.Metric,
        row,
        warn=_rail(row.warn_bound, row.warn_low, row.warn_high),
        breach=_rail(row.breach_bound, row.breach_low, row.breach_high),
        number_owner=_name(names, row.number_owner_id),
        groups=tuple(row.groups),
        latest=next((each for each in readings if not each.group), None),
        by_group=tuple(each for each in readings if each.group),
    )


def _rail(bound: Bound | None, low: Decimal | None, high: Decimal | None) -> card.Rail | None:
    return card.Rail(bound, low, high) if bound else None


def retired_metric(row: SuccessMetric) -> card.RetiredMetric:
    """A metric that is no longer used."""
    if row.retired_at is None:
        raise ValueError(f"the metric {row.slug} is in use")
    return card.RetiredMetric(row.slug, row.name, row.retired_at, row.retired_because)


def realised(row: ValueRealised) -> card.Realised:
    """An entry of realised value."""
    return _copied(card.Realised, row, on=row.on_day)


def people_named(metrics: Sequence[SuccessMetric], sources: Sequence[DataSource]) -> set[int]:
    """The numbers of the people whose names the card prints beside those in the seats."""
    numbers = {row.number_owner_id for row in metrics}
    for source in sources:
        numbers |= {source.owner_id, source.steward_id}
    return {number for number in numbers if number is not None}


def sources(uses: Sequence[Use], checks: Checks, names: Mapping[int, str]) -> tuple[card.Source, ...]:
    """The sources in the order of their uses, each once, with what it is used for."""
    rows = {source.id: source for _, source in uses}
    used = {
        number: tuple(
            card.SourceUse(each.purpose, each.from_at, each.note)
            for each, source in uses
            if source.id == number
        )
        for number in rows
    }
    return tuple(
        _source(row, used[number], checks.get(number or 0, []), names) for number, row in rows.items()
    )


def _source(
    row: DataSource,
    used: tuple[card.SourceUse, ...],
    checks: Sequence[tuple[QualityCheck, QualityResult | None]],
    names: Mapping[int, str],
) -> card.Source:
    return _copied(
        card.Source,
        row,
        revision=row.version,
        uses=used,
        owner=_name(names, row.owner_id),
        steward=_name(names, row.steward_id),
        allowed_purposes=tuple(Purpose(purpose) for purpose in row.allowed_purposes),
        checks=tuple(_check(check, result) for check, result in checks),
    )


def _check(row: QualityCheck, latest: QualityResult | None) -> card.QualityCheck:
    return _copied(
        card.QualityCheck,
        row,
        acceptable=card.Rail(row.bound, row.low, row.high),
        latest=_copied(card.QualityResult, latest, on=latest.measured_on) if latest else None,
    )


def _name(names: Mapping[int, str], number: int | None) -> str:
    # A number that names nobody is damage, not a field left empty: KeyError stops the card.
    return "" if number is None else names[number]
