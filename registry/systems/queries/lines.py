"""The register's lines: one page of them in any order, or all of them one after another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import null
from sqlmodel import Session, col, select

from registry.audit.models import LedgerEntry
from registry.kernel import clock
from registry.kernel.actor import Actor, Seat
from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.ownership.models import Assignment
from registry.people.models import Person, Team
from registry.store.orders import Place, ordered
from registry.store.paging import Page, cut
from registry.systems.models import System
from registry.systems.queries.facets import (
    MARK,
    OWNER,
    OWNER_STATES,
    VISIBILITY_SAID,
    owner_state,
    tags_of_each,
    with_owner,
)
from registry.systems.queries.searching import narrowed, numbers_of, over_systems
from registry.systems.queries.sorts import SORTS
from registry.systems.rules.record import Kind, Stage, Tier, Visibility, autonomy_said
from registry.systems.rules.search import Listing, Search

# Rows of an export that are fetched at once.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One system as the register shows it."""

    id: int
    name: str
    summary: str
    visibility: Visibility
    unit_id: int
    stage: Stage
    tier: Tier | None
    autonomy: int | None
    kind: Kind | None
    vendor: str
    registered_at: datetime
    owner_id: int | None
    owner: str | None
    owner_state: str
    changed_at: str | None
    tags_joined: str | None

    @property
    def key(self) -> str:
        """The public id, such as AI-0042."""
        return public_key(SYSTEM_PREFIX, self.id)

    @property
    def autonomy_said(self) -> str | None:
        """The autonomy level with its first word, such as "2 recommends"; None when it is not stated."""
        return autonomy_said(self.autonomy) if self.autonomy else None

    @property
    def ownership_said(self) -> str | None:
        """How it stands with the accountable owner, in words; None where there is none."""
        return OWNER_STATES[self.owner_state] if self.owner else None

    @property
    def visibility_said(self) -> str:
        """Who may know of it, in words."""
        return VISIBILITY_SAID[self.visibility.value]

    @property
    def tags_said(self) -> str:
        """The tags by name with commas between them; empty where there are none or that was not asked for."""
        return ", ".join(sorted((self.tags_joined or "").split(MARK)[:-1], key=str.casefold))

    @property
    def changed(self) -> datetime | None:
        """When anything about the system last went into the ledger; None where that was not asked for."""
        return datetime.fromisoformat(self.changed_at) if self.changed_at else None


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of lines, and the places before its first and after its last (None: the list begins or ends here)."""

    lines: Sequence[Line]
    before: Place | None
    after: Place | None


def _changed_at() -> Any:
    query = select(LedgerEntry.at).where(LedgerEntry.system_id == System.id)
    return query.order_by(col(LedgerEntry.seq).desc()).limit(1).correlate(System).scalar_subquery()


def _of(listing: Listing) -> Any:
    """The statement that reads what a line shows."""
    columns = [
        *(
            System.id,
            System.name,
            System.summary,
            System.visibility,
            System.unit_id,
            System.stage,
            System.tier,
        ),
        *(System.autonomy, System.kind, System.vendor_name, System.registered_at, OWNER.id, OWNER.name),
        owner_state(clock.today()),
        _changed_at() if "changed" in listing.columns else null(),
        tags_of_each(clock.today()) if "tags" in listing.columns else null(),
    ]
    return with_owner(select(*columns))


def lines(
    session: Session, actor: Actor, listing: Listing, *, place: Place | None = None, limit: int = 50
) -> Shown:
    """One page of the register as the listing says, from that place on (or back)."""
    # First which, then what: only fifty of ten thousand need an owner's name and a summary.
    which = select(System.id).where(*narrowed(session, actor, listing.search))
    which = with_owner(which) if listing.sort == "owner" else over_systems(which, listing.search)
    query = ordered(which, SORTS[listing.sort], System.id, descending=listing.descending, place=place)
    rows = list(session.execute(query.limit(limit + 1)))
    more, rows = len(rows) > limit, rows[:limit]
    back = place is not None and place.back
    if back:
        rows = rows[::-1]
    numbers = [row[0] for row in rows]
    found = {row[0]: Line(*row) for row in session.execute(_of(listing).where(col(System.id).in_(numbers)))}
    shown = [found[number] for number in numbers]
    ends = [Place(row[-1], row[0]) for row in (*rows[:1], *rows[-1:])] if rows else []
    began = more if back else place is not None
    goes_on = place is not None if back else more
    return Shown(
        shown,
        Place(ends[0].value, ends[0].number, back=True) if ends and began else None,
        ends[-1] if ends and goes_on else None,
    )


def every_line(session: Session, actor: Actor, listing: Listing) -> Iterator[Line]:
    """Every line of the listing in its order, in one statement, held in memory a few hundred at a time."""
    query = _of(listing).where(*narrowed(session, actor, listing.search))
    query = ordered(query, SORTS[listing.sort], System.id, descending=listing.descending, place=None)
    rows = session.execute(query, execution_options={"yield_per": _AT_ONCE})
    # The last column is the value the order goes by; it is no part of what is shown.
    return (Line(*row[:-1]) for row in rows)


def deputies_in(
    session: Session, actor: Actor, numbers: Sequence[int] | None, search: Search
) -> dict[int, str]:
    """The deputies of these systems (None: of every system in the search) by name; in one statement."""
    deputy = (
        select(Assignment.system_id, Person.name, Team.name)
        .join(Person, col(Person.id) == col(Assignment.person_id), isouter=True)
        .join(Team, col(Team.id) == col(Assignment.team_id), isouter=True)
        .where(Assignment.seat == Seat.DEPUTY, col(Assignment.to_at).is_(None))
        .order_by(col(Assignment.system_id), col(Assignment.id))
    )
    if numbers is not None:
        deputy = deputy.where(col(Assignment.system_id).in_(numbers))
    else:
        deputy = deputy.where(col(Assignment.system_id).in_(numbers_of(session, actor, search)))
    found: dict[int, str] = {}
    for number, person, team in session.exec(deputy):
        name = person or team
        found[number] = f"{found[number]}, {name}" if number in found else name
    return found


def page(
    session: Session, actor: Actor, search: Search, *, after: tuple[str, int] | None = None, limit: int = 50
) -> Page[System]:
    """One page of whole records by name; `after` is the `next_after` of the page before."""
    place = Place(*after) if after is not None else None
    return sorted_page(session, actor, Listing(search), place=place, limit=limit)


def sorted_page(
    session: Session, actor: Actor, listing: Listing, *, place: Place | None = None, limit: int = 50
) -> Page[System]:
    """One page of whole records in the order of the listing; its `next_after` is the place of the last of them in that order."""
    query = with_owner(select(System)).where(*narrowed(session, actor, listing.search))
    query = ordered(query, SORTS[listing.sort], System.id, descending=listing.descending, place=place)
    found = session.execute(query.limit(limit + 1)).all()
    rows = cut(found, limit, lambda row: (row[1], row[0].id))
    return Page([row[0] for row in rows.items], rows.next_after)
