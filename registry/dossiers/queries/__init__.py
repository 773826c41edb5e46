"""Dossiers of a system and by number; their cases and runs; what they cover; what is signed for, and by whom."""

from registry.dossiers.queries.dossiers import (
    Line,
    Tried,
    Went,
    by_number,
    case_by_number,
    covered_by,
    ends_with,
    line_of,
    lines_page,
    of_version,
    runs_page,
    tried_page,
    versions_without,
)
from registry.dossiers.queries.matching import Known
from registry.dossiers.queries.signing import (
    Content,
    Signed,
    cases_of,
    content_of,
    content_with,
    objection_to,
    runs_of,
    signatures_of,
)

__all__ = [
    "Content",
    "Known",
    "Line",
    "Signed",
    "Tried",
    "Went",
    "by_number",
    "case_by_number",
    "cases_of",
    "content_of",
    "content_with",
    "covered_by",
    "ends_with",
    "line_of",
    "lines_page",
    "objection_to",
    "of_version",
    "runs_of",
    "runs_page",
    "signatures_of",
    "tried_page",
    "versions_without",
]
