"""Sections 1, 2 and 4: what the system is, who answers for it, what it is meant for."""

from registry.cards.rules import operation
from registry.cards.rules.facts import CardFacts, Holder, Ownership, Supplier
from registry.cards.rules.reviewed import attestation
from registry.cards.rules.shapes import NOTHING, Field, Section, Table
from registry.cards.rules.words import (
    always,
    cell,
    chosen,
    conditional,
    counted,
    day,
    day_of,
    line,
    prose,
    said,
    unbroken,
)
from registry.kernel.actor import Seat
from registry.ownership.rules import SEAT_SAID
from registry.systems.rules.record import AUTONOMY

_NOBODY = "nobody named"
# Asked of every system: one of these without a holder is a finding, not a row to leave out.
_ASKED_SEATS = (Seat.OWNER, Seat.DEPUTY)


def identity(facts: CardFacts) -> Section:
    """Section 1: name, reference, description, type, stage, where it runs."""
    what = facts.identity
    return Section(
        1,
        "Identity",
        (
            always("1.1a", "Name", line(what.name)),
            operation.versions(facts),
            always("1.2a", "Summary", line(what.summary)),
            always("1.2b", "Description", prose(what.description)),
            always("1.3a", "Type of system", what.kind.said if what.kind else None),
            always("1.3b", "Technique", line(what.technique)),
            always("1.3c", "Modality", line(what.modality)),
            said("1.4a", "Lifecycle stage", _stage(facts)),
            always("1.4b", "First in service", day(what.in_service_on)),
            said("1.4c", "Who may know of it", _visibility(facts)),
            always("1.5a", "Where it runs", line(what.deployed_where)),
            conditional("1.5b", "Languages and regions", line(what.regions), applies=False),
            operation.dependencies(facts),
        ),
    )


def _stage(facts: CardFacts) -> str:
    what = facts.identity
    return f"{chosen(what.stage.value)}; on the register as {what.key} since {day_of(what.registered_at)}"


def _visibility(facts: CardFacts) -> str:
    if facts.is_restricted:
        return "Restricted: its seat holders, the heads of its unit, reviewers, auditors and administrators"
    return "Everybody in the company"


def ownership(facts: CardFacts) -> Section:
    """Section 2: who holds which seat, the unit, the people behind the data, the supplier, where to complain."""
    who = facts.ownership
    return Section(
        2,
        "Ownership and accountability",
        (
            always("2.1", "Who answers for the system", _seats(who), _NOBODY),
            always("2.2", "Unit", line(who.unit)),
            always("2.3", "Owners of the data", _behind_the_data(facts), "no source of data is named"),
            always("2.4", "Legal roles by jurisdiction", prose(who.legal_roles)),
            *_supplier(who.supplier),
            always("2.6", "Complaints and appeals", line(who.complaints_contact)),
            always("2.7a", "Ownership confirmed", _confirmed(who), "not confirmed by the owner"),
            *_handover(who),
            attestation(facts),
        ),
    )


def _supplier(supplier: Supplier) -> tuple[Field, ...]:
    """The supplier; what else is asked of one, only where there is one."""
    name = conditional("2.5a", "Supplier", line(supplier.name), applies=False)
    more = (
        conditional("2.5b", "Supplier's contract", line(supplier.contract), applies=name.is_stated),
        conditional("2.5c", "Supplier's access to data", prose(supplier.data_access), applies=name.is_stated),
        conditional("2.5d", "Way out of the supply", prose(supplier.exit), applies=name.is_stated),
    )
    return (name, *(field for field in more if name.is_stated or field.is_stated))


def _seats(who: Ownership) -> Table | None:
    if not who.holders:
        return None
    filled = {holder.seat for holder in who.holders}
    empty = [seat for seat in _ASKED_SEATS if seat not in filled]
    return Table(
        ("Seat", "Held by", "Work e-mail", "Since", "Accepted"),
        (
            *(_seat_row(holder) for holder in who.holders),
            *((SEAT_SAID[seat][0], _NOBODY, NOTHING, NOTHING, NOTHING) for seat in empty),
        ),
    )


def _seat_row(holder: Holder) -> tuple[str, ...]:
    name = cell(line(holder.name))
    if holder.is_team:
        name = f"{name} (team)"
    if holder.last_day:
        name = f"{name} (last day {day(holder.last_day)})"
    mail = NOTHING if holder.is_team else cell(line(holder.email))
    return (SEAT_SAID[holder.seat][0], name, mail, unbroken(cell(day_of(holder.since))), _accepted(holder))


def _accepted(holder: Holder) -> str:
    if holder.is_confirmed:
        return unbroken(cell(day_of(holder.accepted_at)))
    return "to be confirmed" if holder.seat is Seat.OWNER else unbroken("named by others")


def _confirmed(who: Ownership) -> str | None:
    owner = who.owner
    if owner is None or not owner.is_confirmed:
        return None
    return f"By {cell(line(owner.name))} on {cell(day_of(owner.accepted_at))}"


def _handover(who: Ownership) -> tuple[Field, ...]:
    if who.handover_offered_at is None:
        return ()
    offered = f"Offered to another person on {day_of(who.handover_offered_at)}; not answered yet"
    return (said("2.7b", "Hand-over under way", offered),)


def _behind_the_data(facts: CardFacts) -> Table | None:
    if not facts.sources:
        return None
    return Table(
        ("Source", "Owner", "Steward", "Custodian"),
        tuple(
            (
                f"{source.key} {cell(line(source.name))}",
                *(cell(line(name), _NOBODY) for name in (source.owner, source.steward, source.custodian)),
            )
            for source in facts.sources
        ),
    )


def intended_use(facts: CardFacts) -> Section:
    """Section 4: purpose, people, limits of use, how far it decides, how much."""
    use = facts.use
    return Section(
        4,
        "Intended use",
        (
            always("4.1a", "Intended purpose", prose(use.intended)),
            always("4.1b", "Users", prose(use.users)),
            always("4.1c", "People affected", prose(use.affected_people)),
            always("4.2", "Out of scope and prohibited uses", prose(use.out_of_scope)),
            always("4.3a", "Part in decisions", part_in_decisions(use.autonomy)),
            always("4.3b", "Reversibility", use.reversibility.said if use.reversibility else None),
            conditional("4.4a", "Outputs a day", counted(use.volume_per_day), applies=False),
            conditional("4.4b", "People affected a year", counted(use.affected_count), applies=False),
        ),
    )


def part_in_decisions(level: int | None) -> str | None:
    """How far the system decides by itself, with its level of autonomy."""
    return f"Level {level} of 5. {AUTONOMY[level]}" if level in AUTONOMY else None
