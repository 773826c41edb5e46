"""Units whose head has left or leaves soon, as the list of findings shows them."""

from collections.abc import Collection
from typing import Any

from flask import url_for

from registry.kernel import clock
from registry.kernel.actor import Permission, may
from registry.kernel.text import counted
from registry.people import queries as people
from registry.people.rules import HEAD_SAID, HeadFinding, HeadGap
from registry.web.flask_app import actor, session

_MOST = 50


def head_findings(unit_ids: frozenset[int] | None) -> list[HeadFinding]:
    """Every unit of these (None: of all) whose head has left or leaves soon."""
    return people.heads_leaving(session(), clock.today(), unit_ids)


def heads_shown(found: list[HeadFinding], chosen: Collection[HeadGap]) -> dict[str, Any]:
    """What the page shows of them, of the kinds chosen; each with where the reader mends it and its age."""
    fitting = [each for each in found if each.kind in chosen]
    return {
        "heads_said": HEAD_SAID,
        "heads_total": len(fitting),
        "heads_leaving": [(each, *_mended(each), _age(each.days)) for each in fitting[:_MOST]],
    }


def _mended(finding: HeadFinding) -> tuple[str, str]:
    if may(actor(), Permission.PEOPLE_EDIT):
        return url_for(
            "people.unit_edit_form", number=finding.unit_id, _anchor="head_id"
        ), "Name another head"
    return url_for("people.unit", number=finding.unit_id), "Open"


def _age(days: int) -> str:
    """Counted from the last day; while it is still to come, the days that are left."""
    if days < 0:
        return f"in {counted(-days, 'day')}"
    return counted(days, "day") if days else "today"
