"""Tags of systems, in one statement however many; which systems carry one; how often each is used."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from registry.annotations.models import Tag, Tagging
from registry.annotations.rules.tags import folded
from registry.kernel.errors import NotFound
from registry.store.columns import LARGEST_NUMBER


def tags_of(session: Session, system_ids: Sequence[int]) -> dict[int, list[Tag]]:
    """The tags of several systems by system, each list by name, in one statement; those with none are left out."""
    if not system_ids:
        return {}
    query = select(Tagging.system_id, Tag).join(Tag, col(Tag.id) == col(Tagging.tag_id))
    query = query.where(col(Tagging.system_id).in_(system_ids)).order_by(col(Tag.folded))
    found: dict[int, list[Tag]] = {}
    for system_id, tag in session.exec(query):
        found.setdefault(system_id, []).append(tag)
    return found


def tagged(names: Collection[str]) -> SelectOfScalar[int]:
    """The numbers of the systems that carry any of these tags, as a part of another statement."""
    query = select(Tagging.system_id).join(Tag, col(Tag.id) == col(Tagging.tag_id))
    return query.where(col(Tag.folded).in_(sorted(map(folded, names))))


def tag_counts(
    session: Session, among: SelectOfScalar[Any], *, unused: bool = False
) -> Sequence[tuple[Tag, int]]:
    """Every tag that a system of `among` carries, by name, with how many of those carry it; in one statement.

    `among` is a statement that finds the numbers of systems, those the reader may know of: a tag that only
    hidden systems carry is as hidden as they are. With `unused`, which is for those who see everything, tags
    that none of them carries are listed too.
    """
    counted = func.count(col(Tagging.id))
    here = (col(Tagging.tag_id) == col(Tag.id)) & col(Tagging.system_id).in_(among)
    query = select(Tag, counted).join(Tagging, here, isouter=unused)
    return session.exec(query.group_by(*Tag.__table__.columns).order_by(col(Tag.folded))).all()  # type: ignore[attr-defined]


def carriers(session: Session, tag_id: int, among: SelectOfScalar[Any] | None = None) -> int:
    """How many systems carry the tag; with `among`, how many of those."""
    query = select(func.count(col(Tagging.id))).where(Tagging.tag_id == tag_id)
    return session.exec(query.where(col(Tagging.system_id).in_(among)) if among is not None else query).one()


def tag_by_id(session: Session, number: int) -> Tag:
    """One tag. Raises NotFound."""
    found = session.get(Tag, number) if number <= LARGEST_NUMBER else None
    if found is None:
        raise NotFound
    return found


def held_tags(session: Session, numbers: Collection[int]) -> dict[int, Tag]:
    """The tags of these numbers, each held so that nobody puts it on a system until the transaction ends."""
    wanted = sorted(number for number in numbers if 0 < number <= LARGEST_NUMBER)
    # In the order of numbers, so that two mergers of the same pair never wait for each other.
    query = select(Tag).where(col(Tag.id).in_(wanted)).order_by(col(Tag.id)).with_for_update()
    found = session.exec(query.execution_options(populate_existing=True))
    return {tag.id or 0: tag for tag in found}


def tags_named(session: Session, names: Collection[str], *, keep: bool = False) -> dict[str, Tag]:
    """The tags of these names, by folded name, in one statement; with `keep`, none goes until the transaction ends."""
    if not names:
        return {}
    query = select(Tag).where(col(Tag.folded).in_(sorted(map(folded, names))))
    if keep:
        # As weak a lock as holds the row: any number of people use one tag at once.
        query = query.with_for_update(read=True, key_share=True).execution_options(populate_existing=True)
    return {tag.folded: tag for tag in session.exec(query)}


def taggings_of(session: Session, system_id: int) -> Sequence[tuple[Tagging, Tag]]:
    """What puts each tag on a system, by name."""
    query = select(Tagging, Tag).join(Tag, col(Tag.id) == col(Tagging.tag_id))
    return session.exec(query.where(Tagging.system_id == system_id).order_by(col(Tag.folded))).all()


def taggings_with(session: Session, tag_id: int) -> Sequence[Tagging]:
    """What puts a tag on systems, held until the transaction ends."""
    query = select(Tagging).where(Tagging.tag_id == tag_id).order_by(col(Tagging.id))
    return session.exec(query.with_for_update()).all()
