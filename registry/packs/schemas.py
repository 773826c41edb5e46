"""Frameworks, controls and statements as JSON."""

from typing import Any

from registry.packs.models import ControlStatement
from registry.packs.rules import Control, Coverage, Pack


def framework_brief(pack: Pack, coverage: Coverage) -> dict[str, Any]:
    """A framework with its source, its dates and how far it is stated; `asked`: controls met by a system, null until a review has asked."""
    return {
        "id": pack.id,
        "edition": pack.edition,
        "title": pack.title,
        "source": pack.source,
        "as_of": pack.as_of.isoformat(),
        "effective_from": pack.effective_from.isoformat(),
        "controls": coverage.total,
        "coverage": {
            "stated": coverage.stated,
            "in_place": coverage.in_place,
            "in_part": coverage.in_part,
            "not_started": coverage.not_started,
            "not_applicable": coverage.not_applicable,
            "asked": coverage.asked,
        },
    }


def control_whole(control: Control, row: ControlStatement | None) -> dict[str, Any]:
    """A control with all its edition says of it, and what the organisation states (null where nothing)."""
    return {
        "id": control.id,
        "group": control.group,
        "title": control.title,
        "explains": control.explains,
        "patterns": list(control.patterns),
        "practices": list(control.practices),
        "applies": list(control.applies),
        "roles": list(control.roles),
        "evidence": list(control.evidence),
        "since": [
            {"on": each.on.isoformat(), "outcome": each.outcome or None, "reading": each.reading or None}
            for each in control.since
        ],
        "statement": _statement(row) if row else None,
    }


def _statement(row: ControlStatement) -> dict[str, Any]:
    return {
        "applicable": row.applicable,
        "because": row.because,
        "how": row.how,
        "status": row.status.value if row.status else None,
        "owner_id": row.owner_id,
        "edition": row.edition,
        "stated_at": row.stated_at.isoformat(),
    }
