"""Tags with those that carry them; notes, newest first."""

from registry.annotations.queries.notes import Written, latest_notes, note_by_id, notes_page
from registry.annotations.queries.tags import (
    carriers,
    held_tags,
    tag_by_id,
    tag_counts,
    tagged,
    taggings_of,
    taggings_with,
    tags_named,
    tags_of,
)

__all__ = [
    "Written",
    "carriers",
    "held_tags",
    "latest_notes",
    "note_by_id",
    "notes_page",
    "tag_by_id",
    "tag_counts",
    "tagged",
    "taggings_of",
    "taggings_with",
    "tags_named",
    "tags_of",
]
