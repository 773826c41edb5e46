"""Rows that name their system by its id, held against the register."""

from collections.abc import Sequence

from sqlmodel import Session

from registry.interchange.queries.differences import differences
from registry.interchange.rules.drafts import Draft, Refused
from registry.interchange.rules.outcomes import Entry, entry_named, entry_of
from registry.kernel.actor import Actor, Permission, may
from registry.people.queries import unit_index
from registry.systems.queries import by_numbers


def entries_of(session: Session, actor: Actor, results: Sequence[Draft | Refused]) -> list[Entry]:
    """What the plan needs of some rows, a few hundred at most.

    A row that names its system by id is refused where there is none the actor may know of, or may edit.
    """
    named = [each for each in results if isinstance(each, Draft) and each.registry_number]
    if not named:
        return [entry_of(each) for each in results]
    known = by_numbers(session, actor, {each.registry_number or 0 for each in named})
    editable = {number for number in known if may(actor, Permission.SYSTEM_EDIT, number)}
    changing = _changing(session, [draft for draft in named if draft.registry_number in editable])
    entries = {
        draft.row: entry_named(
            draft,
            known=draft.registry_number in known,
            editable=draft.registry_number in editable,
            changes=draft.row in changing,
        )
        for draft in named
    }
    return [entries[each.row] if each.row in entries else entry_of(each) for each in results]


def _changing(session: Session, drafts: Sequence[Draft]) -> set[int]:
    """The rows that say something the register does not."""
    units = unit_index(session)
    changing: set[int] = set()
    waiting = list(drafts)
    while waiting:
        # Several rows may name one system: each is held against what stands now, not against the one before.
        some = {draft.key: draft for draft in reversed(waiting)}
        found = differences(session, units, some)
        changing |= {some[key].row for key, told in found.items() if told}
        waiting = [draft for draft in waiting if some[draft.key] is not draft]
    return changing
