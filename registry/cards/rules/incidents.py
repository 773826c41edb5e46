"""Section 13: incidents, how long they took, what is still being done, and how more would come to be known."""

from collections.abc import Iterator
from decimal import Decimal

from registry.cards.rules.facts import ActionOpen, CardFacts, IncidentLog, IncidentStated, ReportDue, Took
from registry.cards.rules.shapes import NOTHING, Field, Items, Section, Table, at_most
from registry.cards.rules.words import cell, day, day_of, line, lowered, optional, prose, said
from registry.incidents.rules.kinds import Severity
from registry.kernel.text import counted, listed
from registry.packs.rules import PATTERNS

MOST_INCIDENTS = 20
"""How many incidents and corrective actions are printed; card.json holds all of them."""

_CAUSE_SHOWN = 160
_UNSEEN = "What nobody noticed is in no record"
_HEADER = ("No.", "What", "When", "Severity and harm", "Cause", "Status", "Authority")


def incidents(facts: CardFacts) -> Section:
    """Section 13: an incident that nobody recorded is not one that did not happen, and the section says so."""
    log = facts.incidents
    period = f"{day(log.first)} to {day(log.last)}"
    rows = at_most(
        [_row(each) for each in log.incidents],
        MOST_INCIDENTS,
        lambda more: (f"{more:,} more", "in card.json", *[NOTHING] * 5),
    )
    channel = prose(facts.ownership.complaints_contact)
    recorded = f"{_undescribed(log)}, {period}" if log.undescribed else f"No incident is recorded, {period}"
    none = f"{recorded}; {lowered(_UNSEEN)}" + ("" if channel else "; no reporting channel is stated (2.6)")
    more = f" {_undescribed(log)}." if log.undescribed else ""
    return Section(
        13,
        "Incidents",
        (
            said("13.1", "Incidents, 24 months", Table(_HEADER, rows) if rows else none),
            *_what_followed(log),
            *([optional("13.3", "Reporting channel", channel)] if rows or channel else []),
        ),
        statement=f"Period covered: {period}. {_UNSEEN}.{more}" if rows else "",
    )


def _undescribed(log: IncidentLog) -> str:
    """Who reads the card is to know that there is more, though it may not say what."""
    if log.undescribed == 1:
        return "1 incident is not described here because it concerns a system of restricted visibility"
    return f"{log.undescribed:,} incidents are not described here because they concern systems of restricted visibility"


def _what_followed(log: IncidentLog) -> Iterator[Field]:
    # Of no incident there are no times, and three lines that say so would only hide the one that matters.
    if log.incidents:
        yield said("13.2a", "Time to detect", _took(log.detect))
        yield said("13.2b", "Time to resolve", _took(log.resolve))
    if log.incidents or log.actions:
        yield said("13.2c", "Corrective actions not finished", _actions(log.actions))


def _row(each: IncidentStated) -> tuple[str, ...]:
    pattern = PATTERNS.get(each.pattern)
    cause = cell(_short(line(each.root_cause)))
    return (
        str(each.number),
        f"{cell(line(each.title))} ({lowered(each.kind.said)})",
        _when(each),
        _severity(each),
        f"{each.pattern} {pattern}: {lowered(cause)}" if pattern else cause,
        each.status.said,
        "; ".join(_report(one) for one in each.reports) or NOTHING,
    )


def _when(each: IncidentStated) -> str:
    began = f"began {day_of(each.started_at)}" if each.started_at else "beginning not known"
    parts = [began, f"noticed {day_of(each.detected_at)} by: {lowered(each.detected_by.said)}"]
    if each.resolved_at:
        parts.append(f"resolved {day_of(each.resolved_at)}")
    return "; ".join(parts)


def _severity(each: IncidentStated) -> str:
    known = {one.value: f"{one.value} {one.said.lower()}" for one in Severity}
    harms = listed([lowered(harm.said) for harm in each.harms]) if each.harms else "no harm is named"
    affected = f", {counted(each.affected_count, 'person', 'people')}" if each.affected_count else ""
    return f"{known.get(each.severity, str(each.severity))}: {harms}{affected}"


def _report(one: ReportDue) -> str:
    authority = cell(line(one.authority))
    if one.sent_at is None:
        return f"{authority}: due before {day_of(one.due_at)}, not told yet"
    met = "in time" if one.is_met else "too late"
    return f"{authority}: due before {day_of(one.due_at)}, told {day_of(one.sent_at)}, {met}"


def _took(took: Took) -> str:
    rest = f"{counted(took.open, 'incident')} not there yet, {took.unknown:,} of which it is not known"
    if took.median_seconds is None or took.p90_seconds is None or took.mean_seconds is None:
        return f"Nothing to reckon from (n = {took.n:,}); {rest}"
    return (
        f"Median {_span(took.median_seconds)}, nine in ten within {_span(took.p90_seconds)}, mean {_span(took.mean_seconds)} "
        f"(n = {took.n:,}); {rest}"
    )


def _span(seconds: Decimal) -> str:
    """A span in its two largest units, rounded down."""
    minutes = int(seconds) // 60
    days, hours, left = minutes // 1_440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{counted(days, 'day')} {counted(hours, 'hour')}" if hours else counted(days, "day")
    if hours:
        return f"{counted(hours, 'hour')} {counted(left, 'minute')}" if left else counted(hours, "hour")
    return counted(left, "minute") if left else "less than a minute"


def _actions(actions: tuple[ActionOpen, ...]) -> Items | str:
    lines = [
        f"{cell(line(each.title))}: {lowered(each.state.said)}, due {day(each.due_on)} (incident {each.incident})"
        for each in actions
    ]
    shown = at_most(lines, MOST_INCIDENTS, lambda more: f"{more:,} more in card.json")
    return Items(shown) if shown else "None"


def _short(text: str | None) -> str | None:
    if text is None or len(text) <= _CAUSE_SHOWN:
        return text
    return text[: _CAUSE_SHOWN - 1].rstrip() + "…"
