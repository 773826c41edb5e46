"""The criteria that live systems failed of their gate: by pattern and month, and the list behind each number."""

from collections.abc import Sequence

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.incidents.rules.kinds import Pattern
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import Problem, RuleBroken
from registry.portfolio.pages.desk import pages
from registry.portfolio.queries.failing import failed_criteria
from registry.portfolio.rules.causes import Month, failed_by_month, months_until
from registry.web.doors import needs
from registry.web.flask_app import actor, session

MOST_SHOWN = 200

Line = tuple[Pattern, list[tuple[Month, int, str]]]


def failed_lines(months: Sequence[Month]) -> list[Line]:
    """For each pattern its months with how many criteria failed and where those are listed; nothing where none ever did."""
    found = failed_criteria(session(), actor(), months)
    counts = failed_by_month(months, (each.failed for each in found))
    return [
        (
            pattern,
            [
                (month, count, url_for("portfolio.failed", pattern=pattern.value, month=month.key))
                for month, count in zip(months, some, strict=True)
            ],
        )
        for pattern, some in counts.items()
        if found
    ]


@pages.get("/portfolio/failed-criteria")
@needs(Permission.SYSTEM_READ)
def failed() -> ResponseReturnValue:
    """The criteria behind one number: those of a pattern in a month, or of all patterns, or of all the twelve months."""
    pattern, months = _asked()
    found = [
        each
        for each in failed_criteria(session(), actor(), months)
        if pattern in {None, each.failed.pattern} and any(map(each.failed.falls_in, months))
    ]
    return render_template(
        "portfolio/failed.html",
        found=found[:MOST_SHOWN],
        more=max(0, len(found) - MOST_SHOWN),
        pattern=pattern,
        period=months[0].said if len(months) == 1 else f"{months[0].said} to {months[-1].said}",
    )


def _asked() -> tuple[Pattern | None, Sequence[Month]]:
    """What the address asks for. Raises RuleBroken."""
    pattern, month = request.args.get("pattern", ""), request.args.get("month", "")
    months = [each for each in months_until(clock.today()) if month in {"", each.key}]
    problems = (
        [Problem("pattern", "Choose one of the list.")] if pattern and pattern not in set(Pattern) else []
    )
    problems += [] if months else [Problem("month", "Give one of the last twelve months, such as 2026-11.")]
    if problems:
        raise RuleBroken(problems)
    return Pattern(pattern) if pattern else None, months
