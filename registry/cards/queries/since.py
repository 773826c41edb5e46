"""What a card states otherwise than the last edition that was approved; in two statements."""

from dataclasses import replace

from sqlmodel import Session, col, select

from registry.cards.queries.editions import newest_issued
from registry.cards.queries.operation import ANYBODY
from registry.cards.rules.changes import changes_between
from registry.cards.rules.facts import Assurance, CardFacts, CardStopped, Since
from registry.cards.rules.reading import NotACard, facts_from
from registry.kernel.text import SYSTEM_PREFIX, number_of
from registry.systems.models import System
from registry.systems.queries import visible_to


def changes_since(session: Session, system: System, facts: CardFacts) -> Since:
    """The changes of these facts since that edition. Raises CardStopped where it cannot be read.

    A card is for whoever holds it, so what an earlier one said of a system or an incident that not everybody may know of
    any more is not repeated, nor is a title of evidence where these facts name none.
    """
    earlier = newest_issued(session, system.id or 0)
    if earlier is None:
        return Since(None)
    try:
        then = facts_from(earlier.facts.encode())
    except NotACard as error:
        raise CardStopped(f"Edition {earlier.number} cannot be compared with: {error}.") from error
    return Since(earlier.number, changes_between(_as_may_be_told(session, then, facts), facts))


def _as_may_be_told(session: Session, then: CardFacts, now: CardFacts) -> CardFacts:
    named = {number for each in then.dependencies if (number := _number_in(each.other))}
    query = select(System.id).where(col(System.id).in_(sorted(named)), visible_to(ANYBODY))
    told = set(session.exec(query)) if named else set()
    others = tuple(
        replace(each, other="") if (_number_in(each.other) or 0) in named - told else each
        for each in then.dependencies
    )
    # One that has left the two years is gone from both: that time passes is no change of the system.
    still = {each.number for each in now.incidents.incidents}
    incidents = tuple(each for each in then.incidents.incidents if each.number in still)
    return replace(
        then,
        dependencies=others,
        incidents=replace(then.incidents, incidents=incidents),
        assurance=_without_titles(then.assurance, now.assurance),
    )


def _without_titles(then: Assurance | None, now: Assurance | None) -> Assurance | None:
    if then is None or (now is not None and any(each.title for each in now.evidence)):
        return then
    return replace(then, evidence=tuple(replace(each, title="") for each in then.evidence))


def _number_in(other: str) -> int | None:
    return number_of(SYSTEM_PREFIX, other.partition(" ")[0])
