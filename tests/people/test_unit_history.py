"""The history of units: a replay of the ledger, what a page tells of it, and what a move would change."""

import re
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.people import actions, queries
from registry.people.rules import below, chain_of
from registry.people.rules.moving import sight_after, with_those_below
from registry.people.rules.unit_history import UnitChange, replayed, steps_of

DOOR = the_registry("command")
START = datetime(2026, 1, 1, tzinfo=UTC)
# A unit and where it goes; those that would make a circle are left out, as the rules refuse them.
moves = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6)), max_size=30)


def as_it_happened(wanted):
    """Every move as the ledger tells it, and the whole tree after each."""
    now, changes, stages = {}, [], [{}]
    for place, (unit, parent) in enumerate(wanted):
        above = parent if parent in now and unit not in chain_of(parent, now) else None
        moved = {"parent_id": (now.get(unit), above)}
        if unit not in now:
            moved["name"] = (None, f"Unit {unit}")
        changes.append(UnitChange(place, START + timedelta(days=place), "Adam", unit, unit not in now, moved))
        now = now | {unit: above}
        stages.append(now)
    return changes, stages


@given(moves)
@settings(max_examples=100)
def test_the_tree_on_any_day_is_the_tree_as_it_stood_then(wanted):
    changes, stages = as_it_happened(wanted)
    assert replayed(changes).parents == stages[-1]
    for place, stage in enumerate(stages):
        assert replayed(changes, START + timedelta(days=place - 1)).parents == stage


@given(moves, st.dictionaries(st.integers(1, 6), st.integers(0, 9)))
@settings(max_examples=60)
def test_a_unit_counts_its_own_and_those_of_every_unit_below(wanted, counts):
    tree = as_it_happened(wanted)[1][-1]
    own = {unit: count for unit, count in counts.items() if unit in tree}
    found = with_those_below(own, tree)
    for unit in tree:
        assert found.get(unit, 0) == sum(own.get(each, 0) for each in below(frozenset({unit}), tree))


def test_what_happened_is_said_in_words():
    units, people = {1: "Bank", 2: "Retail"}, {7: "Ada"}
    added = UnitChange(1, START, "Adam", 3, True, {"name": (None, "Cards"), "parent_id": (None, 1)})
    moved = {"name": ("Cards", "Card services"), "parent_id": (1, 2), "head_id": (None, 7)}
    assert steps_of(added, units, people) == ["Added below Bank"]
    assert steps_of(UnitChange(2, START, "Adam", 3, False, moved), units, people) == [
        "Renamed from Cards to Card services",
        "Moved from Bank to Retail",
        "Head changed from nobody to Ada",
    ]
    gone = UnitChange(3, START, "Adam", 3, False, {"parent_id": (2, None), "head_id": (7, 8)})
    assert steps_of(gone, units, people) == [
        "Moved from Retail to the top",
        "Head changed from Ada to person 8",
    ]


def test_a_move_says_which_heads_gain_and_lose_sight():
    parents, heads = {1: None, 2: 1, 3: 1, 4: 2}, {1: 10, 2: 20, 3: 30, 4: 40}
    sight = sight_after(4, parents, heads, 3, 40)
    assert (sight.keep, sight.gain, sight.lose) == ({10, 40}, {30}, {20})
    assert sight_after(4, parents, heads, None, 20).lose == {10, 40}


def test_what_stood_above_a_unit_on_a_day_is_read_from_the_ledger(client_of, cast, app):
    before = clock.now() - timedelta(
        days=2
    )  # the organisation of the tests may be a few minutes older than midnight
    claims, underwriting = cast.units["claims"], cast.units["underwriting"]
    with clock.frozen(clock.now() + timedelta(days=3)), app.database.transaction() as session:
        unit = queries.unit_by_id(session, claims.id)
        actions.edit_unit(session, DOOR, unit, "Claims office", underwriting.id, unit.head_id)
    client, url = client_of("mia"), f"/units/{claims.id}"
    with app.database.transaction(read_only=True) as session:
        for days, above in ((1, ["Halden Mutual"]), (4, ["Halden Mutual", "Underwriting"])):
            tree = replayed(queries.changes_of_units(session, clock.now() + timedelta(days=days)))
            assert [
                tree.names[each] for each in reversed(chain_of(tree.parents[claims.id], tree.parents))
            ] == above
    page = client.get(f"{url}?on={clock.today()}").text
    assert re.search(r"Halden Mutual</a> /\s+<strong>Claims</strong>", page)
    for said in (
        "Renamed from Claims to Claims office",
        "Moved from Halden Mutual to Underwriting",
        "Head changed",
    ):
        assert said in page
    assert "did not know this unit yet" in client.get(f"{url}?on={before.date()}").text
    assert "not come yet" in client.get(f"{url}?on={date(2099, 1, 1)}").text
    assert "such as 2026-11-30" in client.get(f"{url}?on=soon").text


def test_a_move_is_made_only_after_a_look_at_what_it_changes(client_of, cast, app):
    client, claims, underwriting = client_of("adam"), cast.units["claims"], cast.units["underwriting"]
    with app.database.transaction() as session:
        unit = queries.unit_by_id(session, underwriting.id)
        actions.edit_unit(session, DOOR, unit, unit.name, unit.parent_id, cast.number("olga"))
    url = f"/units/{claims.id}/edit"
    form = {
        "name": "Claims",
        "parent_id": underwriting.id,
        "head_id": cast.number("hedy"),
        "version": claims.version,
    }
    page = client.post(url, data=form)
    assert page.status_code == 200
    assert "Nothing has been changed yet" in page.text
    assert re.search(r"from then on</dt>\s*<dd>.*?Olga Owner", page.text, re.DOTALL)
    assert re.search(r"Systems of theirs</dt>\s*<dd>2<.*?1 of them restricted", page.text, re.DOTALL)
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    with app.database.transaction(read_only=True) as session:
        assert queries.unit_by_id(session, claims.id).parent_id == claims.parent_id
    assert client.post(url, data=again).status_code == 303
    with app.database.transaction(read_only=True) as session:
        assert queries.unit_by_id(session, claims.id).parent_id == underwriting.id
    loop = {"name": "Underwriting", "parent_id": claims.id, "head_id": "", "version": 2}
    assert "cannot stand below itself" in client.post(f"/units/{underwriting.id}/edit", data=loop).text


def test_lists_are_narrowed_to_a_unit_with_all_below_it(client_of, cast, app):
    from registry.data_sources import actions as sources
    from registry.data_sources.rules.sources import SourceFacts

    claims = cast.units["claims"]
    with app.database.transaction() as session:
        motor = actions.add_unit(session, DOOR, "Motor", claims.id)
        person = queries.person_by_id(session, cast.number("ben"))
        person.unit_id = motor.id
        actions.mark_as_here(session, DOOR, person)
        sources.add_source(session, DOOR, SourceFacts("Policy table", owner_id=person.id))
    client = client_of("mia")
    people = client.get(f"/people?unit={claims.id}").text
    assert "Ben Engineer" in people
    assert "Olga Owner" not in people
    assert f'/people?unit={claims.id}">Only my unit' in client.get("/people").text
    assert "Policy table" in client.get(f"/data-sources?unit={claims.id}").text
    assert "Policy table" not in client.get(f"/data-sources?unit={cast.units['underwriting'].id}").text
    assert "5 with those below" in client.get("/units").text.replace("\n", " ")
