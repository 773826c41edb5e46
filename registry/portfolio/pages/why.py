"""Why our AI fails: by pattern and month, the controls that were missing, the systems behind it, what is still to be done."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from registry.incidents.queries.measures import Which
from registry.incidents.rules.kinds import Pattern
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.monitoring.rules.alerts import Severity
from registry.packs.queries import current
from registry.portfolio.pages.desk import pages
from registry.portfolio.pages.failing import failed_lines
from registry.portfolio.queries.causes import Causes, causes
from registry.portfolio.render import causes_map
from registry.portfolio.rules.causes import Month, Row
from registry.web.doors import needs
from registry.web.flask_app import actor, session


@pages.get("/portfolio/why")
@needs(Permission.SYSTEM_READ)
def why() -> ResponseReturnValue:
    found = causes(session(), actor())
    return render_template(
        "portfolio/why.html",
        found=found,
        chart=causes_map(found),
        lines=[_line(found, row) for row in found.rows],
        controls=[row for pattern in Pattern for row in _controls(found, pattern)],
        systems=[
            (pattern, behind, _incidents(found.months, pattern=pattern.value, system=behind.system.key))
            for pattern in Pattern
            for behind in found.systems.get(pattern, ())
        ],
        incidents_url=_incidents(found.months),
        incidents=sum(row.incidents_in_all for row in found.rows),
        breaches=sum(row.breaches_in_all for row in found.rows),
        actions_open=sum(found.actions_open.values()),
        actions_overdue=sum(found.actions_overdue.values()),
        actions_url=_actions(Which.UNFINISHED),
        overdue_url=_actions(Which.OVERDUE),
        alerts_url=_alerts(found.months),
        failed=failed_lines(found.months),
        months_heads=[{"label": month.said, "numeric": True} for month in found.months],
    )


def _line(found: Causes, row: Row) -> dict[str, object]:
    """One pattern with its numbers, each with where exactly those are listed."""
    return {
        "pattern": row.pattern,
        "fields": [
            (month.said, field, _incidents([month], pattern=row.pattern.value))
            for month, field in zip(found.months, row.incidents, strict=True)
        ],
        "incidents": row.incidents_in_all,
        "incidents_url": _incidents(found.months, pattern=row.pattern.value),
        "breaches": row.breaches_in_all,
        "breaches_url": _alerts(found.months, pattern=row.pattern.value),
        "to_do": found.actions_open.get(row.pattern, 0),
        "to_do_url": _actions(Which.UNFINISHED, row.pattern),
        "overdue": found.actions_overdue.get(row.pattern, 0),
        "overdue_url": _actions(Which.OVERDUE, row.pattern),
    }


def _controls(found: Causes, pattern: Pattern) -> list[tuple[Pattern, dict[str, object]]]:
    """The controls that were missing for a pattern, what is unknown last, each in the words of the baseline in force."""
    says = {
        criterion.id: criterion.says for criterion in current(session(), "baseline", clock.today()).record
    }
    counts = found.controls.get(pattern, {})
    return [
        (
            pattern,
            {
                "id": control,
                "says": says.get(control, "A control of an earlier baseline"),
                "count": counts[control],
                "url": _incidents(found.months, pattern=pattern.value, control=control or "none"),
            },
        )
        for control in sorted(counts, key=lambda control: (not control, -counts[control], control))
    ]


def _incidents(months: Sequence[Month], **narrowed: str) -> str:
    """Where the incidents of these months are listed, without those that another one stands for."""
    kept: dict[str, Any] = {"status": "all", "merged": "no", **_days(months), **narrowed}
    return url_for("incidents.overview", **kept)


def _alerts(months: Sequence[Month], **narrowed: str) -> str:
    kept: dict[str, Any] = {"state": "all", "severity": Severity.CRITICAL.value, **_days(months), **narrowed}
    return url_for("alerts.overview", **kept)


def _actions(which: Which, pattern: Pattern | None = None) -> str:
    return url_for("incidents.actions", which=which.value, pattern=pattern.value if pattern else None)


def _days(months: Sequence[Month]) -> dict[str, str]:
    last = months[-1].end - timedelta(days=1)
    return {"since": months[0].begin.date().isoformat(), "until": last.date().isoformat()}
