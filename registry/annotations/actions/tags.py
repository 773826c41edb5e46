"""Put tags on a system and take them off; rename, merge and remove a tag."""

from collections.abc import Sequence

from sqlmodel import Session

from registry.annotations import queries
from registry.annotations.models import Tag, Tagging
from registry.annotations.rules import tags as rules
from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import refuse_if
from registry.kernel.events import Event


def retag(
    session: Session, actor: Actor, system_id: int, *, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> bool:
    """Put tags on a system and take others off, in one entry; whether anything changed. Raises RuleBroken.

    A name nobody used before becomes a tag; one known in other capitals is that tag. What the system carries
    already, or does not carry, is passed over. The caller holds the system's row locked, so that two people
    adding at once do not go past the limit.
    """
    require(actor, Permission.SYSTEM_TAG, system_id)
    # Before anything else, so that a tag being merged or removed meanwhile has gone, or stays until this is done.
    queries.tags_named(session, [*map(rules.tidied, add), *remove], keep=True)
    held = queries.taggings_of(session, system_id)
    change = rules.Tagging(
        frozenset(tag.folded for _, tag in held), rules.once(map(rules.tidied, add)), tuple(remove)
    )
    refuse_if(rules.problems_with_tagging(change))
    if not change.added and not change.removed:
        return False
    for tagging, tag in held:
        if tag.folded in change.removed:
            session.delete(tagging)
    for tag in tags_called(session, change.added):
        tagging_row(session, system_id, tag)
    gone = [tag.name for _, tag in held if tag.folded in change.removed]
    said = {"added": ", ".join(change.added), "removed": ", ".join(gone)}
    told = {name: text for name, text in said.items() if text}
    record(session, actor, Event.SYSTEM_TAGGED, None, subject_kind="tagging", system_id=system_id, note=told)
    return True


def tagging_row(session: Session, system_id: int, tag: Tag) -> Tagging:
    """A tag put on a system, for an action that has asked whether it may and tells the ledger itself."""
    row = Tagging(system_id=system_id, tag_id=tag.id or 0, tagged_at=clock.now())
    session.add(row)
    return row


def tags_called(session: Session, names: Sequence[str]) -> list[Tag]:
    """The tags of these names; one nobody used before is stored, for the caller's ledger entry to tell."""
    known = queries.tags_named(session, names, keep=True)
    for name in names:
        folded = rules.folded(name)
        if folded not in known:
            known[folded] = Tag(name=name, folded=folded)
            session.add(known[folded])
    session.flush()
    return [known[rules.folded(name)] for name in names]


def rename_tag(session: Session, actor: Actor, tag: Tag, name: str) -> Tag:
    """Give a tag another name, everywhere at once. Raises RuleBroken when another tag has it."""
    require(actor, Permission.TAGS_MANAGE)
    name = rules.tidied(name)
    other = queries.tags_named(session, [name]).get(rules.folded(name))
    refuse_if(rules.problems_with_renaming(name, taken=other is not None and other.id != tag.id))
    before = tag.name
    tag.name, tag.folded = name, rules.folded(name)
    record(session, actor, Event.TAG_RENAMED, tag, note={"before": before, "now": name})
    return tag


def merge_tags(session: Session, actor: Actor, tag: Tag, into: Tag | None) -> int:
    """Put one tag in the place of another, which is removed; how many systems carried the one. Raises RuleBroken.

    The caller holds both tags.
    """
    require(actor, Permission.TAGS_MANAGE)
    known = {into.id} if into is not None and into.id is not None else set()
    refuse_if(rules.problems_with_merging(tag.id, into.id if into else None, known))
    number = into.id or 0 if into else 0
    there = {tagging.system_id for tagging in queries.taggings_with(session, number)}
    moved = queries.taggings_with(session, tag.id or 0)
    for tagging in moved:
        if tagging.system_id in there:
            session.delete(tagging)
        else:
            tagging.tag_id = number
    # The tag goes last: the database refuses to lose one that a system still carries.
    session.flush()
    session.delete(tag)
    record(session, actor, Event.TAG_MERGED, into, note={"merged": tag.name})
    return len(moved)


def remove_tag(session: Session, actor: Actor, tag: Tag) -> None:
    """Remove a tag that no system carries. Raises RuleBroken while one does.

    The caller holds the tag, so that no system comes to carry it between the question and the removal.
    """
    require(actor, Permission.TAGS_MANAGE)
    refuse_if(rules.problems_with_removal(queries.carriers(session, tag.id or 0)))
    session.delete(tag)
    record(session, actor, Event.TAG_REMOVED, None, subject_kind="tag", note={"removed": tag.name})
