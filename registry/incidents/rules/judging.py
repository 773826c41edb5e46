"""Judging an incident: how bad, which pattern, which control was missing. Another judgement takes a reason."""

from dataclasses import dataclass

from registry.incidents.rules.kinds import EntryKind, Pattern, Severity
from registry.incidents.rules.record import reason_problems
from registry.kernel.errors import Problem


@dataclass(frozen=True, slots=True)
class Judgement:
    """What people hold of an incident. `missing_control` is a criterion of the baseline, "" while nobody has said."""

    severity: Severity
    pattern: Pattern
    missing_control: str = ""


def problems_with_judging(
    before: Judgement, after: Judgement, because: str, controls: frozenset[str]
) -> list[Problem]:
    """Objections to a judgement; `controls` are the criteria of the baseline in force."""
    if before == after:
        return [Problem("", "This is how it is judged already.")]
    problems = reason_problems(because, "Say what speaks for it: what was found, and by whom.")
    changed = after.missing_control != before.missing_control
    if changed and after.missing_control and after.missing_control not in controls:
        problems.append(Problem("missing_control", "Choose a criterion of the baseline."))
    return problems


def judgement_said(before: Judgement, after: Judgement, because: str) -> list[tuple[EntryKind, str]]:
    """What the timeline tells of a judgement: an entry for each thing that is held otherwise now."""
    said = []
    if after.severity is not before.severity:
        says = f"Severity {_severity(before.severity)} became {_severity(after.severity)}: {because}"
        said.append((EntryKind.SEVERITY, says))
    if after.pattern is not before.pattern:
        says = f"Pattern {before.pattern.said} became {after.pattern.said}: {because}"
        said.append((EntryKind.PATTERN, says))
    if after.missing_control != before.missing_control:
        named = after.missing_control
        says = f"{named} would have prevented it" if named else "It is not known what would have prevented it"
        said.append((EntryKind.PATTERN, f"{says}: {because}"))
    return said


def _severity(severity: Severity) -> str:
    return f"{severity.value} {severity.said.lower()}"
