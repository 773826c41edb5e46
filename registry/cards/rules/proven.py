"""What is known of risks, of tests before use, and what proves it: sections 5.6, 8.4, 10.1, 11.1 and the index in 14.3."""

from collections.abc import Sequence
from datetime import date

from registry.cards.rules.facts import CardFacts, EvidenceKept, RiskStated, SignedFor, VersionTested
from registry.cards.rules.shapes import NOTHING, Field, Items, Need, Table, at_most
from registry.cards.rules.words import (
    always,
    cell,
    chosen,
    day,
    day_of,
    line,
    lowered,
    not_then,
    when_high_risk,
)
from registry.evidence.rules.record import Kind as Proof
from registry.kernel.text import counted, listed, shortened, worded
from registry.risks.rules import Status, level, score

MOST_RISKS = 25
"""How many risks are printed, the largest first; card.json holds all of them."""
MOST_TESTED = 6
"""How many tested versions are printed; card.json holds all of them."""
MOST_EVIDENCE = 40
"""How many pieces of evidence are printed; card.json holds all of them."""

_SHOWN = 200
_H = Need.HIGH_RISK
_RISK = ("Risk", "Cause, event and consequence", "Controls", "Before and left", "Watched by", "Status")
_TESTED = ("Version", "Cases", "What they try", "Signed for by", "Content signed")


def risks(facts: CardFacts) -> Field:
    """11.1: the risk register of the system, what is not closed first."""
    label = "Risk register"
    if facts.assurance is None:
        return not_then("11.1", label)
    held = facts.assurance.risks
    total = len(held) + facts.assurance.more_risks
    rows = [_risk(each) for each in held[:MOST_RISKS]]
    if total > len(rows):
        rows.append((f"{total - len(rows):,} more", _where(facts.assurance.more_risks), *[NOTHING] * 4))
    return always("11.1", label, Table(_RISK, tuple(rows)) if rows else None, "no risk is on record")


def _where(beyond: int) -> str:
    return f"in card.json, but for {beyond:,} that stand in the registry alone" if beyond else "in card.json"


def _risk(each: RiskStated) -> tuple[str, ...]:
    told = (each.cause, each.event, each.consequence)
    story = "; ".join(_short(text).rstrip(".") for text in told if line(text))
    return (
        f"{each.key} {cell(line(each.title))}",
        story or NOTHING,
        _short(each.controls) if line(each.controls) else "none is stated",
        f"{_size(each.likelihood, each.impact)}; left {_size(each.left_likelihood, each.left_impact)}",
        cell(line(each.owner)),
        _standing(each),
    )


def _short(text: str) -> str:
    return cell(line(shortened(text, _SHOWN)))


def _size(likelihood: int, impact: int) -> str:
    return f"{likelihood} by {impact} is {score(likelihood, impact)}, {level(likelihood, impact).value}"


def _standing(each: RiskStated) -> str:
    told = chosen(each.status.value) or ""
    if each.status is Status.CLOSED:
        return f"{told}: {_short(each.closed_because)}"
    if each.status is Status.ACCEPTED and each.borne is not None:
        borne = f"by {cell(line(each.borne.accepted_by))} up to {day(each.borne.until)}"
        return f"{told} {borne}: {_short(each.borne.because)}"
    again = f"; to be looked at by {day(each.review_on)}" if each.review_on else ""
    return f"{told}{f', {each.says}' if each.says else ''}{again}"


def tests(facts: CardFacts, *, high: bool) -> Field:
    """8.4: the tests of versions before their use that somebody has signed for."""
    label = "Tests before use, signed for"
    if facts.assurance is None:
        return not_then("8.4", label, _H)
    rows = at_most(
        [_tested(each) for each in facts.assurance.tests],
        MOST_TESTED,
        lambda more: (f"{more:,} more", "in card.json", *[NOTHING] * 3),
    )
    unsigned = facts.assurance.unsigned_tests
    absent = f"{counted(unsigned, 'version')} tested, none signed for" if unsigned else "not measured"
    return when_high_risk("8.4", label, Table(_TESTED, rows) if rows else None, high=high, absent=absent)


def _tested(each: VersionTested) -> tuple[str, ...]:
    rest = each.cases - each.passed - each.failed
    told = f"{each.cases:,}: {each.passed:,} passed, {each.failed:,} failed"
    return (
        f"{cell(line(each.version))} ({each.key})",
        f"{told}, {rest:,} skipped or not run" if rest else told,
        listed([worded(kind.value) for kind in each.tries]) or NOTHING,
        "; ".join(_signature(one) for one in each.signatures) or NOTHING,
        "; ".join(dict.fromkeys(f"{one.sha256[:16]}…" for one in each.signatures)) or NOTHING,
    )


def _signature(one: SignedFor) -> str:
    over = "" if one.stands else f" (for {counted(one.cases, 'case')}; more was added or edited since)"
    return f"{cell(line(one.name))}, {day_of(one.at)}{over}: {_short(one.words)}"


def evidence(facts: CardFacts) -> Field:
    """14.3: the index of evidence, each piece by the SHA-256 of its newest file."""
    label = "Index of evidence"
    if facts.assurance is None:
        return not_then("14.3", label)
    held = facts.assurance.evidence
    told = [_piece(each, facts.origin.at.date()) for each in held[:MOST_EVIDENCE]]
    more = len(held) - len(told) + facts.assurance.more_evidence
    if more:
        told.append(f"{more:,} more, {_where(facts.assurance.more_evidence)}")
    return always("14.3", label, Items(tuple(told)) if told else None, "none is kept")


def assessments(facts: CardFacts, *, high: bool) -> Field:
    """5.6: the impact assessments among the evidence."""
    label = "Impact assessments kept as evidence"
    return _of_kind(facts, "5.6", label, Proof.IMPACT_ASSESSMENT, high=high)


def training(facts: CardFacts, *, high: bool) -> Field:
    """10.1c: the records of training among the evidence."""
    return _of_kind(facts, "10.1c", "Records of training kept as evidence", Proof.TRAINING_RECORD, high=high)


def _of_kind(facts: CardFacts, number: str, label: str, kind: Proof, *, high: bool) -> Field:
    if facts.assurance is None:
        return not_then(number, label, _H)
    held = [each for each in facts.assurance.evidence if each.kind is kind]
    found = _pieces(held, facts.origin.at.date())
    return when_high_risk(number, label, found, high=high)


def _pieces(held: Sequence[EvidenceKept], on: date) -> Items | None:
    shown = [_piece(each, on) for each in held[:MOST_EVIDENCE]]
    more = len(held) - len(shown)
    return Items((*shown, *([f"{more:,} more, in card.json"] if more else []))) if shown else None


def _piece(each: EvidenceKept, on: date) -> str:
    named = line(each.title)
    kind = worded(each.kind.value)
    what = f"{named} ({kind})" if named else (chosen(kind) or kind)
    until = "does not expire"
    if each.valid_until is not None:
        until = f"{'holds' if each.valid_until >= on else 'held'} up to {day(each.valid_until)}"
    supports = f"; supports {listed([cell(line(one)) for one in each.supports])}" if each.supports else ""
    return f"{each.key} {what if named else lowered(what)}, added {day_of(each.added_at)}, {until}{supports}; SHA-256 {each.sha256}"
