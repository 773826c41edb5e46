"""Put tags on systems and take them off; keep the tags themselves; write, correct and withdraw notes."""

from registry.annotations.actions.notes import correct_note, withdraw_note, write_note
from registry.annotations.actions.tags import (
    merge_tags,
    remove_tag,
    rename_tag,
    retag,
    tagging_row,
    tags_called,
)

__all__ = [
    "correct_note",
    "merge_tags",
    "remove_tag",
    "rename_tag",
    "retag",
    "tagging_row",
    "tags_called",
    "withdraw_note",
    "write_note",
]
