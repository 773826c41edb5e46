"""figures(): everything the portfolio says of one scope, to one reader, at one moment; and headline() alone, to be kept."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.packs import queries as packs
from registry.people.models import BusinessUnit
from registry.people.queries import units as every_unit
from registry.portfolio.queries.asked import met_by_systems
from registry.portfolio.queries.figures.counting import Counts, counts_of
from registry.portfolio.queries.figures.happened import grave_of, taken_by, why_of, within
from registry.portfolio.queries.figures.lists import left_on, numbers_of, owners_of, vendors_of
from registry.portfolio.queries.figures.units import unit_rows
from registry.portfolio.queries.figures.value import expected_of, realised_of
from registry.portfolio.rules import asked
from registry.portfolio.rules.figures import (
    Band,
    Covered,
    Decision,
    Exposure,
    Figures,
    FrameworkRow,
    Headline,
    IncidentCount,
    Money,
    Scope,
    Value,
    money_of,
    orphans_of,
)
from registry.systems.queries.assured import realised_since
from registry.systems.queries.remembering import remembered
from registry.systems.rules.search import Search

Bands = Sequence[tuple[str, Search | None]]


def figures(session: Session, actor: Actor, scope: Scope) -> Figures:
    """The figures of the systems in the scope that the actor may know of; in a fixed number of statements.

    Everything is read from the session and dated by the clock, and remembered until something is recorded. Frameworks are
    those of the company: they are told of the whole alone.
    """
    return remembered(session, actor, "figures", scope, lambda: _figures(session, actor, scope))


def _figures(session: Session, actor: Actor, scope: Scope) -> Figures:
    today, units, base = clock.today(), every_unit(session), scope.search() or Search()
    headlines, coverage = asked.of_headline(scope), asked.of_coverage(scope)
    counts = counts_of(session, actor, base, headlines["in_use"], _searches(scope))
    by = within(scope, units)
    grave, realised = grave_of(session, actor, scope, by), _realised(session, actor, base)
    vendors, more_vendors = vendors_of(session, actor, scope)
    times, timed = taken_by(session, actor, scope, by, today)
    orphans = asked.of_orphans(scope)
    return Figures(
        on=today,
        scope=scope,
        headline=_headline(counts, headlines, grave, realised),
        decisions=_decisions(counts, scope, grave),
        exposure=_exposure(session, actor, scope, units, counts),
        coverage=tuple(
            Covered(each.id, each.label, each.means, counts.of(each.having), counts.of(each.lacking))
            for each in coverage
        ),
        numbers=numbers_of(session, actor, scope, counts.of(headlines["in_use"])),
        why=why_of(session, actor, scope, by, today),
        times=times,
        timed=timed,
        value=_value(session, actor, scope, counts, realised),
        vendors=vendors,
        more_vendors=more_vendors,
        owners=owners_of(session, actor, scope),
        orphans=orphans_of(counts.of(orphans), left_on(session, actor, orphans), today),
        frameworks=_frameworks(session, actor) if scope.is_whole else (),
    )


def headline(session: Session, actor: Actor, scope: Scope, units: Sequence[BusinessUnit]) -> Headline:
    """The numbers at the top alone, as `figures` has them."""
    base, searches = scope.search() or Search(), asked.of_headline(scope)
    counts = counts_of(session, actor, base, searches["in_use"], searches.values())
    grave = grave_of(session, actor, scope, within(scope, units))
    return _headline(counts, searches, grave, _realised(session, actor, base))


def _searches(scope: Scope) -> list[Search | None]:
    bands = (*asked.of_autonomy(scope), *asked.of_affected(scope), *asked.of_reversible(scope))
    return [
        *asked.of_headline(scope).values(),
        *(search for _, _, search in asked.of_decisions(scope)),
        *(search for each in asked.of_coverage(scope) for search in (each.having, each.lacking)),
        *(search for _, search in bands),
        *asked.of_value(scope).values(),
        asked.of_orphans(scope),
    ]


def _headline(
    counts: Counts, searches: Mapping[str, Search | None], grave: IncidentCount, realised: tuple[Money, ...]
) -> Headline:
    return Headline(
        systems=counts.of(searches["systems"]),
        in_use=counts.of(searches["in_use"]),
        high_risk=counts.of(searches["high_risk"]),
        below_gate=counts.of(searches["below_gate"]),
        measured=counts.of(searches["measured"]),
        grave=grave,
        realised=realised,
    )


def _decisions(counts: Counts, scope: Scope, grave: IncidentCount) -> tuple[Decision, ...]:
    of_systems = (Decision(name, says, counts.of(search)) for name, says, search in asked.of_decisions(scope))
    return (Decision("grave", "a severe or catastrophic incident is not closed", grave), *of_systems)


def _exposure(
    session: Session, actor: Actor, scope: Scope, units: Sequence[BusinessUnit], counts: Counts
) -> Exposure:
    def bands(found: Bands) -> tuple[Band, ...]:
        return tuple(Band(label, counts.of(search)) for label, search in found)

    whole, rows, more = unit_rows(session, actor, scope, units)
    return Exposure(
        units=rows,
        more_units=more,
        whole=whole,
        autonomy=bands(asked.of_autonomy(scope)),
        affected=bands(asked.of_affected(scope)),
        people=counts.people,
        reversible=bands(asked.of_reversible(scope)),
    )


def _realised(session: Session, actor: Actor, base: Search) -> tuple[Money, ...]:
    today = clock.today()
    return money_of(realised_of(session, actor, base, realised_since(today), today))


def _value(
    session: Session, actor: Actor, scope: Scope, counts: Counts, realised: tuple[Money, ...]
) -> Value:
    searches = asked.of_value(scope)
    return Value(
        expected=money_of(expected_of(session, actor, scope.search() or Search())),
        expecting=counts.of(searches["expecting"]),
        realised=realised,
        realising=counts.of(searches["realising"]),
        since=realised_since(clock.today()),
    )


def _frameworks(session: Session, actor: Actor) -> tuple[FrameworkRow, ...]:
    found = packs.frameworks_on(session, clock.today())
    covered = packs.coverages(session, found, met_by_systems(session, actor))
    return tuple(
        FrameworkRow(pack.id, pack.title, pack.edition, its.total, its.in_place, its.asked)
        for pack in found
        for its in [covered[pack.id]]
    )
