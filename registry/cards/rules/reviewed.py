"""Who looked at the system and put their name to it: reviews, sign-off, the owner's attestation, waivers (0.3, 2.7, 11.3, 14)."""

from collections.abc import Iterator, Sequence
from datetime import date

from registry.cards.rules.facts import (
    Assurance,
    Attested,
    CardFacts,
    ReviewHeld,
    SeatSigned,
    SignOffSheet,
    WaiverHeld,
)
from registry.cards.rules.shapes import NOTHING, Field, Need, Section, Table, at_most
from registry.cards.rules.words import (
    always,
    cell,
    chosen,
    day,
    day_of,
    instant,
    line,
    lowered,
    not_kept,
    not_then,
    said,
)
from registry.kernel.text import counted, listed, shortened
from registry.reviews.rules.kinds import Decision

MOST_REVIEWS = 12
"""How many reviews, conditions and waivers are printed; card.json holds all of them."""

_C = Need.CONDITIONAL
_REASON_SHOWN = 240
_NOBODY = "nobody"
_DECIDED = {
    Decision.APPROVE: "Approved",
    Decision.APPROVE_WITH_CONDITIONS: "Approved with conditions",
    Decision.REQUEST_CHANGES: "Changes requested",
    Decision.REJECT: "Rejected",
}
_SILENT = "No review is printed here, for this card was frozen before cards stated them; it makes no statement about compliance."
_APART = "A review is decided by a reviewer who has no part in the system; beyond that this card makes no statement about compliance."
_MORE_ROWS = "in card.json"


def sign_off(facts: CardFacts) -> tuple[Field, ...]:
    """0.3: the seats that sign for the record, each with name, meaning and instant, and whether they still hold."""
    if facts.assurance is None:
        return (not_then("0.3", "Sign-off by seat"),)
    sheet = facts.assurance.sign_off
    if sheet is None:
        return (Field("0.3", "Sign-off by seat", Need.ALWAYS, None, "no sheet was opened", asked=False),)
    rows = (
        *(_signed(each) for each in sheet.signed),
        *((chosen(seat.value) or "", "nobody has signed", NOTHING, NOTHING) for seat in sheet.unsigned),
    )
    table = Table(("Seat", "Name", "Meaning", "Signed"), rows)
    return (
        said("0.3", "Sign-off by seat", table if rows else "No seat is asked to sign"),
        said("0.3b", "Sheet", _sheet(sheet)),
    )


def _signed(each: SeatSigned) -> tuple[str, ...]:
    return (
        chosen(each.seat.value) or "",
        cell(line(each.printed_name)),
        cell(line(each.meaning)),
        instant(each.at),
    )


def _sheet(sheet: SignOffSheet) -> str:
    opened = f"{sheet.key} of {day_of(sheet.opened_at)}, by {cell(line(sheet.edition))}"
    return f"{opened}; {_holds(sheet.until, sheet.changed)}"


def _holds(until: date | None, changed: Sequence[str]) -> str:
    if changed:
        return f"it holds no longer, for the record has changed since in {_named(changed)}"
    return f"it holds up to {day(until)}" if until else "how long it holds is not stated"


def _named(labels: Sequence[str]) -> str:
    shown = [lowered(cell(line(each))) for each in labels[:4]]
    more = len(labels) - len(shown)
    return listed([*shown, f"{more:,} more"] if more > 0 else shown)


def attestation(facts: CardFacts) -> Field:
    """2.7c: what the owner last stated of the system."""
    label = "Periodic attestation by the owner"
    if facts.assurance is None:
        return not_then("2.7c", label)
    given = facts.assurance.attested
    return always("2.7c", label, _attested(given) if given else None, "not attested")


def _attested(given: Attested) -> str:
    by = f"{cell(line(given.printed_name))} on {day_of(given.at)}, by {cell(line(given.edition))}"
    return f"{by}: {cell(line(given.meaning))} Given on the record of that day; {_holds(given.until, given.changed)}."


def waivers(facts: CardFacts) -> Field:
    """11.3: what need not be met for a while, and on whose word."""
    label = "Waivers in force"
    if facts.assurance is None:
        return not_then("11.3", label, _C)
    rows = at_most(
        [_waiver(each) for each in facts.assurance.waivers], MOST_REVIEWS, lambda more: _more(more, 5)
    )
    header = ("Waiver", "What need not be met", "Why", "Asked for and granted by", "Up to")
    return said("11.3", label, Table(header, rows) if rows else "None is in force")


def _waiver(each: WaiverHeld) -> tuple[str, ...]:
    granted = f"{cell(line(each.granted_by))} on {cell(day_of(each.granted_at))}"
    return (
        each.key,
        f"{cell(line(each.subject))} ({cell(line(each.edition))})",
        _short(each.because),
        f"{cell(line(each.asked_by))}; {granted}",
        cell(day(each.until)),
    )


def _more(more: int, columns: int) -> tuple[str, ...]:
    return (f"{more:,} more", _MORE_ROWS, *[NOTHING] * (columns - 2))


def _short(text: str) -> str:
    return cell(line(shortened(text, _REASON_SHOWN)))


def compliance(facts: CardFacts, evidence: Field) -> Section:
    """Section 14: reviews with their decisions, what an approval still stands under, certificates, the index of evidence."""
    stated = facts.assurance
    reviews = _reviews(stated) if stated else (not_then("14.1", "Reviews, with decision and conditions"),)
    return Section(
        14,
        "Compliance review",
        (*reviews, not_kept("14.2", "Standards, certificates, declaration of conformity", _C), evidence),
        statement=_APART if stated else _SILENT,
    )


def _reviews(stated: Assurance) -> Iterator[Field]:
    rows = at_most([_review(each) for each in stated.reviews], MOST_REVIEWS, lambda more: _more(more, 5))
    header = ("Review", "Frameworks", "Reviewer", "Decision", "Open findings")
    yield always("14.1", "Reviews", Table(header, rows) if rows else None, "not reviewed")
    yield said("14.1b", "Cycle", _cycle(stated))
    if stated.reviews:
        waiting: list[tuple[str, ...]] = [
            (cell(line(each.text)), cell(day(each.due_on)), cell(line(each.review)))
            for each in stated.conditions
        ]
        conditions = at_most(waiting, MOST_REVIEWS, lambda more: _more(more, 3))
        table = Table(("Condition", "To be met by", "Review"), conditions)
        yield said("14.1c", "Conditions not met yet", table if conditions else "None")


def _review(each: ReviewHeld) -> tuple[str, ...]:
    return (
        f"{each.key}, {each.kind.value}, opened {day_of(each.opened_at)}",
        listed([cell(line(one)) for one in each.frameworks]) or NOTHING,
        cell(line(each.reviewer), _NOBODY),
        _decision(each),
        f"{each.findings:,}",
    )


def _decision(each: ReviewHeld) -> str:
    if each.decision is None:
        due = f", due by {day(each.due_on)}" if each.due_on else ""
        return f"Not decided: {each.state.said}{due}"
    told = f"{_DECIDED[each.decision]} by {cell(line(each.decided_by))}, {cell(day_of(each.decided_at))}"
    again = "" if each.decision.leads_to is each.state else f"; now {each.state.said}"
    reason = line(shortened(each.reason, _REASON_SHOWN))
    return f"{told}{again}" + (f": {reason}" if reason else "")


def _cycle(stated: Assurance) -> str:
    every = f"Every {counted(stated.months, 'month')} by {cell(line(stated.edition))}"
    if stated.changed:
        changed = f"the record has changed since the newest decision in {_named(stated.changed)}"
        return f"{every}; due now, for {changed}"
    return f"{every}; the next by {day(stated.due_on)}" if stated.due_on else f"{every}; no approval stands"


def verdict_said(facts: CardFacts) -> str | None:
    """The newest decision on the system in a line; None where the card does not state reviews."""
    if facts.assurance is None:
        return None
    decided = [each for each in facts.assurance.reviews if each.decided_at is not None]
    if not decided:
        return "not reviewed"
    newest = max(decided, key=lambda each: (each.decided_at, each.key))
    told = f"{_DECIDED[newest.decision]} on {day_of(newest.decided_at)}" if newest.decision else NOTHING
    waits = len(facts.assurance.conditions)
    stands = "; the record has changed since" if facts.assurance.changed else ""
    return told + (f", {counted(waits, 'condition')} not met yet" if waits else "") + stands


def signed_said(facts: CardFacts) -> str | None:
    """How far the sign-off has come, in a line; None where the card does not state it."""
    if facts.assurance is None:
        return None
    sheet = facts.assurance.sign_off
    if sheet is None:
        return "no sheet was opened"
    of = len(sheet.signed) + len(sheet.unsigned)
    told = f"{len(sheet.signed):,} of {counted(of, 'seat')}"
    return f"{told}; {_holds(sheet.until, sheet.changed[:1])}" if sheet.signed else told
