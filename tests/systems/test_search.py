"""Searching the register: facets against counting by hand, every order forwards and back, addresses of every kind."""

import base64
import string
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select
from werkzeug.datastructures import MultiDict

from registry.annotations.actions import retag
from registry.annotations.models import Tag, Tagging
from registry.kernel.actor import Seat
from registry.kernel.errors import RuleBroken
from registry.objectives.models import Objective
from registry.ownership.models import Assignment
from registry.systems import queries
from registry.systems.models import System
from registry.systems.pages.panel import Organisation, said
from registry.systems.queries import FACETS, SORTS, Search
from registry.systems.queries.facets import BY_NAME
from registry.systems.rules.search import (
    COLUMNS,
    NOT_STATED,
    Listing,
    address_of,
    columns_from,
    kept_as,
)
from tests.systems.lived_in import fill

COUNT = 40
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def args(*pairs):
    return MultiDict(pairs)


def values_of(session, cast):
    """What each system has in each facet, read row by row and without the product's own queries."""
    parents = {unit.id: unit.parent_id for unit in cast.units.values()}
    found, tags = {}, {}
    for number, name in session.exec(select(Tagging.system_id, Tag.name).join(Tag)):
        tags.setdefault(number, set()).add(name)
    for system in session.exec(select(System)):
        seats = session.exec(
            select(Assignment).where(Assignment.system_id == system.id, Assignment.to_at == None)  # noqa: E711
        ).all()
        owner = next(each for each in seats if each.seat is Seat.OWNER)
        lacks = {"metric", "data"}
        if not session.exec(select(Objective).where(Objective.system_id == system.id)).first():
            lacks.add("objective")
        if not any(each.seat is Seat.DEPUTY and each.person_id != owner.person_id for each in seats):
            lacks.add("deputy")
        sure = owner.accepted_at is not None and not owner.to_be_confirmed
        found[system.id] = {
            "stage": {system.stage.value},
            "tier": {system.tier.value if system.tier else NOT_STATED},
            "unit": {str(system.unit_id), str(parents[system.unit_id])},
            "owner": {str(owner.person_id)},
            "owner_state": {"confirmed" if sure else "to_be_confirmed"},
            "missing": lacks,
            "attend": {"seat"},
            "autonomy": {str(system.autonomy or NOT_STATED)},
            "kind": {system.kind.value if system.kind else NOT_STATED},
            "tag": tags.get(system.id, set()),
            "vendor": {system.vendor_name or BY_NAME["vendor"].unstated},
            "visibility": {system.visibility.value},
        }
    assert all(row.keys() == BY_NAME.keys() for row in found.values())
    return found


def fits(row, search, but=None):
    return all(row[name] & set(values) for name, values in search.chosen if name != but)


@pytest.fixture
def lived_in(session, cast):
    adam = cast.actor(session, "adam")
    for place, system in enumerate(fill(session, cast, COUNT)):
        names = [name for every, name in ((2, "pilot"), (3, "none"), (5, "Prüfung")) if place % every == 0]
        retag(session, adam, system.id, add=names)
        system.vendor_name = system.vendor_name if place % 7 else "none"
    session.flush()
    return values_of(session, cast)


def test_every_facet_counts_what_choosing_it_would_show(session, cast, lived_in):
    actor = cast.actor(session, "adam")
    known = {name: sorted({v for row in lived_in.values() for v in row[name]}) for name in BY_NAME}

    @FEW
    @given(
        st.dictionaries(st.sampled_from(sorted(BY_NAME)), st.sets(st.integers(0, 30), min_size=1, max_size=2))
    )
    def check(picked):
        pairs = [(name, known[name][place % len(known[name])]) for name in picked for place in picked[name]]
        search = queries.search_from(args(*pairs))
        counted = queries.counted(session, actor, search)
        expected = {number for number, row in lived_in.items() if fits(row, search)}
        assert set(queries.numbers_in(session, actor, search)) == expected
        assert (counted.found, counted.everything) == (len(expected), len(lived_in))
        assert queries.count(session, actor, search) == len(expected)
        for facet in FACETS:
            rows = [row for row in lived_in.values() if fits(row, search, but=facet.name)]
            by_hand = {value: sum(value in row[facet.name] for row in rows) for value in known[facet.name]}
            if facet.tree:
                # What is below a unit is added on the page, which knows the tree.
                by_hand.pop(str(cast.units["claims"].parent_id))
            assert {v: n for v, n in counted.facets[facet.name].items() if n} == {
                v: n for v, n in by_hand.items() if n
            }, facet.name

    check()
    top = cast.units["claims"].parent_id
    below = queries.search_from(args(("unit", str(top))))
    assert len(queries.numbers_in(session, actor, below)) == len(lived_in)
    assert queries.numbers_in(session, actor, Search(unit_ids=frozenset({top}))) == []


def test_what_somebody_calls_none_is_not_taken_for_nothing_stated(session, cast, lived_in):
    actor, organisation = cast.actor(session, "adam"), Organisation(())
    vendor, tag = BY_NAME["vendor"], BY_NAME["tag"]
    for facet, value, said_so in (
        (vendor, "none", "none"),
        (vendor, " none", "not stated"),
        (tag, "none", "none"),
    ):
        address = urlencode([(facet.name, value)])
        search = queries.search_from(MultiDict(parse_qsl(address)))
        expected = {number for number, row in lived_in.items() if value in row[facet.name]}
        assert expected
        assert set(queries.numbers_in(session, actor, search)) == expected
        assert queries.counted(session, actor, search).facets[facet.name][value] == len(expected)
        assert said(facet, value, organisation) == said_so
        assert kept_as(Listing(search)) == address


def walked(session, actor, listing, limit):
    """The whole list page by page, and back again from its end."""
    pages, place = [], None
    while True:
        shown = queries.lines(session, actor, listing, place=place, limit=limit)
        pages.append([line.id for line in shown.lines])
        if shown.after is None:
            break
        place = shown.after
    back, place = [pages[-1]], shown.before
    while place is not None:
        shown = queries.lines(session, actor, listing, place=place, limit=limit)
        back.insert(0, [line.id for line in shown.lines])
        place = shown.before
    return pages, back


def test_no_order_skips_or_repeats_a_system_forwards_or_back(session, cast, lived_in):
    actor = cast.actor(session, "adam")
    for sort in SORTS:
        for descending in (False, True):
            listing = Listing(Search(), sort, descending, tuple(COLUMNS))
            order = [line.id for line in queries.every_line(session, actor, listing)]
            assert sorted(order) == sorted(lived_in)
            pages, back = walked(session, actor, listing, limit=15)
            assert [number for page in pages for number in page] == order, sort
            assert [number for page in back for number in page] == order, sort
            if sort in {"tier", "autonomy", "kind", "vendor"}:
                unstated = [BY_NAME[sort].unstated in lived_in[number][sort] for number in order]
                assert unstated == sorted(unstated), "what is not stated comes last, both ways"
            after = queries.lines(session, actor, listing, limit=5).after
            read = queries.place_from(args(("after", SORTS[sort].cursor(listing.sort_said, after))), listing)
            assert (read.value, read.number, read.back) == (after.value, after.number, False)


ANY_TEXT = st.text(st.sampled_from(string.printable + "é\x00\u202e\ud800|%_\\"), max_size=20)
NAMED = st.sampled_from([*BY_NAME, "q", "sort", "col", "view", "more", "after", "nonsense"])


@given(
    st.lists(
        st.tuples(NAMED, ANY_TEXT | st.sampled_from(["none", "9" * 40, "live", "-name", "all"])), max_size=8
    )
)
def test_any_address_is_read_or_refused_and_reads_back_as_it_was_written(pairs):
    listing, problems = queries.listing_from(args(*pairs))
    again, none = queries.listing_from(MultiDict(address_of(listing)))
    assert (again, none) == (listing, [])
    unknown = {problem.field for problem in problems} & BY_NAME.keys()
    if unknown:
        with pytest.raises(RuleBroken):
            queries.search_from(args(*pairs))
    else:
        assert queries.search_from(args(*pairs)) == listing.search


@given(ANY_TEXT | st.binary(max_size=30).map(lambda raw: raw.decode("latin-1")), st.sampled_from(list(SORTS)))
def test_any_cursor_is_a_place_or_is_refused(cursor, sort):
    try:
        place = queries.place_from(args(("after", cursor)), Listing(sort=sort))
    except RuleBroken:
        return
    assert place is None or 0 <= place.number < 2**31


@pytest.mark.parametrize(
    "text", [b"[" * 3000, b'{"a": 1}', b"[NaN, 1]", b'["a", 1e999]', b'["' + b"a" * 20_000]
)
@pytest.mark.parametrize("sort", ["name", "key", "changed"])
def test_a_place_no_list_has_is_refused_however_it_is_nested(text, sort):
    cursor = base64.urlsafe_b64encode(text).decode()
    with pytest.raises(RuleBroken):
        queries.place_from(args(("after", cursor)), Listing(sort=sort))


@pytest.mark.parametrize(
    ("pairs", "field"),
    [
        ([("stage", "lost")], "stage"),
        ([("owner", "ada")], "owner"),
        ([("unit", "9" * 12)], "unit"),
        ([("vendor", "x" * 301)], "vendor"),
        ([("vendor", "a\x00b")], "vendor"),
        ([("stage", str(n)) for n in range(60)], "stage"),
    ],
)
def test_a_choice_that_does_not_exist_is_named(pairs, field):
    with pytest.raises(RuleBroken) as refused:
        queries.search_from(args(*pairs))
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_state_is_written_in_one_way_whatever_order_it_came_in():
    one = queries.listing_from(args(("tier", "high"), ("stage", "live"), ("q", " x "), ("col", "tier")))[0]
    other = queries.listing_from(
        args(("q", "x"), ("stage", "live"), ("col", "tier"), ("tier", "high"), ("view", "3"))
    )[0]
    assert kept_as(one) == kept_as(other) == "q=x&stage=live&tier=high&col=tier"
    assert dict(parse_qsl(urlencode(address_of(other))))["view"] == "3"


def test_columns_keep_the_order_of_the_register():
    assert columns_from(["changed", "unit", "lost"]) == ("unit", "changed")
    assert columns_from(["none"]) == ()
    assert columns_from([]) == ("unit", "owner", "stage", "tier")


def test_taking_one_choice_away_leaves_the_others():
    search = Search("x", (("stage", ("live", "pilot")), ("tier", ("high",))))
    assert search.without("tier", "high").chosen == (("stage", ("live", "pilot")),)
    assert search.without("stage", "live").values("stage") == ("pilot",)
    assert (search.narrows, Search().narrows) == (True, False)
