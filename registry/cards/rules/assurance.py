"""Sections 7, 8 and 10 to 12: what is known of design, results, oversight, risks and controls, and what is not."""

from collections.abc import Iterator

from registry.cards.rules import measured, operation, proven
from registry.cards.rules.facts import CardFacts, Criterion, Metric
from registry.cards.rules.reviewed import waivers
from registry.cards.rules.shapes import NOTHING, Need, Section, Table
from registry.cards.rules.words import (
    always,
    cell,
    line,
    not_kept,
    pack_said,
    prose,
    said,
    when_high_risk,
)
from registry.kernel.actor import Seat
from registry.kernel.text import counted, listed
from registry.packs.rules import PATTERNS

_H, _C, _O = Need.HIGH_RISK, Need.CONDITIONAL, Need.OPTIONAL


def design(_: CardFacts) -> Section:
    """Section 7: how it is made."""
    return Section(
        7,
        "Design",
        (
            not_kept("7.1", "Architecture, key choices and assumptions, optimisation target", _H),
            not_kept("7.2", "Format and meaning of inputs and outputs"),
            not_kept("7.3", "Hardware, compute, energy", _O),
            not_kept("7.4", "Security and robustness measures", _H),
            not_kept("7.5", "Planned changes, update policy, rollback", _C),
        ),
        statement="No design records are kept in this registry; technique and modality are stated in section 1.",
    )


def performance(facts: CardFacts, *, high: bool) -> Section:
    """Section 8: results, and known limits."""
    return Section(
        8,
        "Performance",
        (
            operation.values(facts),
            operation.values_by_group(facts, high=high),
            measured.calibration(facts),
            not_kept("8.3b", "Decision threshold", _C),
            proven.tests(facts, high=high),
            always("8.5", "Known limitations", prose(facts.use.known_limitations)),
        ),
        statement=" ".join(_results_stated(facts)),
    )


def _results_stated(facts: CardFacts) -> Iterator[str]:
    if operation.is_measured(facts):
        yield "Each value is the newest that came, judged by the guard-rails of that moment."
    elif facts.calibration:
        yield "No value of any metric has come."
    else:
        yield "Not measured; this card makes no statement about how well the system works in use."
    yield from _tests_stated(facts)
    if facts.calibration:
        yield "A calibration error is comparable only between windows with the same bins; the Brier score is that of forecasts taken at the mean of their bin."


def _tests_stated(facts: CardFacts) -> Iterator[str]:
    if facts.assurance is None:
        yield "Tests before use are not printed here, for this card was frozen before cards stated them."
    elif facts.assurance.tests:
        waits = facts.assurance.unsigned_tests
        more = f" Of {counted(waits, 'further version')} nobody has signed for the tests." if waits else ""
        yield f"Tests before use are signed for by people who did not build the version.{more}"


def oversight(facts: CardFacts, *, high: bool) -> Section:
    """Section 10: who watches it, how, and how to object."""
    return Section(
        10,
        "Human oversight",
        (
            when_high_risk(
                "10.1a", "Who oversees it", _overseers(facts), high=high, absent="nobody is named"
            ),
            when_high_risk("10.1b", "Oversight plan", prose(facts.use.oversight_plan), high=high),
            proven.training(facts, high=high),
            not_kept("10.2", "Stop mechanism, fail-safe", _H),
            operation.override_rate(facts),
            not_kept("10.3", "Notice to affected people, explanation, way of appeal (contact: see 2.6)", _H),
        ),
    )


def _overseers(facts: CardFacts) -> str | None:
    return (
        listed([cell(line(each.name)) for each in facts.ownership.holders if each.seat is Seat.OVERSEER])
        or None
    )


def risk(facts: CardFacts) -> Section:
    """Section 11: the risk register, the controls the record shows by failure pattern, and what is waived."""
    return Section(
        11,
        "Risk management",
        (
            proven.risks(facts),
            said("11.2", f"Record against {pack_said(facts)}, by failure pattern", _patterns(facts.criteria)),
            waivers(facts),
        ),
        statement=_risks_stated(facts),
    )


def _risks_stated(facts: CardFacts) -> str:
    if facts.assurance is None:
        return "Risks and waivers are not printed here, for this card was frozen before cards stated them."
    if not facts.assurance.risks:
        return ""
    return "A risk is likelihood by impact, each from 1 to 5: as it would be without controls, and as these leave it."


def _patterns(criteria: tuple[Criterion, ...]) -> Table:
    rows = []
    for pattern, name in PATTERNS.items():
        asked = [each for each in criteria if each.pattern == pattern]
        missing = [each.says for each in asked if not each.holds]
        held = f"{len(asked) - len(missing)} of {len(asked)}" if asked else "none is asked"
        rows.append((f"{pattern} {name}", held, "; ".join(missing) or NOTHING))
    return Table(("Failure pattern", "Criteria that hold", "Not shown by the record"), tuple(rows))


def monitoring(facts: CardFacts, *, high: bool) -> Section:
    """Section 12: the plan by metric, the alerts that are open, and what people say."""
    undefined = "no success metric is defined"
    return Section(
        12,
        "Monitoring",
        (
            when_high_risk("12.1", "Monitoring plan", _plan(facts.metrics), high=high, absent=undefined),
            operation.alerts(facts),
            *measured.drift(facts),
            not_kept("12.3", "Logging: what, where, how long", _H),
            *operation.what_people_say(facts),
        ),
        statement=" ".join(_operation_stated(facts)),
    )


def _operation_stated(facts: CardFacts) -> Iterator[str]:
    if operation.is_measured(facts):
        yield "The newest values are in section 8; slow slides and readings that stay away are alerts."
    else:
        yield "Not measured: no value of any metric has come; this card makes no statement about results in operation."
    if measured.is_followed(facts):
        yield measured.measures_said(facts)


def _plan(metrics: tuple[Metric, ...]) -> str | None:
    if not metrics:
        return None
    due = sum(metric.cadence is not None for metric in metrics)
    guarded = sum(metric.breach is not None or metric.warn is not None for metric in metrics)
    owned = sum(line(metric.number_owner) is not None for metric in metrics)
    return (
        f"{counted(len(metrics), 'metric')} in section 3.2: {due} with a cadence, {guarded} with a guard-rail, "
        f"{owned} with an owner of the number"
    )
