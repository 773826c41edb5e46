"""Evidence of a system and by number; its revisions and uses; what a file is; whether every file still is what it was."""

from registry.evidence.queries.evidence import (
    Shown,
    Support,
    by_number,
    by_numbers,
    count,
    evidence_meant,
    evidence_page,
    hold_because,
    latest_revision,
    names_offered,
    revision_by_number,
    revisions_of,
    size_used,
    supporting,
    uses_of,
)

__all__ = [
    "Shown",
    "Support",
    "by_number",
    "by_numbers",
    "count",
    "evidence_meant",
    "evidence_page",
    "hold_because",
    "latest_revision",
    "names_offered",
    "revision_by_number",
    "revisions_of",
    "size_used",
    "supporting",
    "uses_of",
]
