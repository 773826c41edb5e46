"""?sort= of every list that takes it: page by page the same as whole, in that order, and refused by name where it cannot be."""

from datetime import date, timedelta
from itertools import pairwise
from operator import ge, le

import pytest

from registry.incidents.rules.kinds import Severity
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.people import actions as people
from registry.people.rules import PersonFacts
from registry.store.paging import cursor_of
from registry.web.openapi import PREFIX, operations
from tests.incidents.happening import opened

# Names that say what items of that field come by, where it is not the text that is shown.
BY_THEIR_STEPS = {"status", "state", "stage", "tier", "kind", "severity"}


def crooked(said, other):
    """Cursors no list issued for this order: no text of ours, no number, no value, and one that another order issued."""
    return (
        "x",
        cursor_of("a", 1),
        cursor_of(said, "a"),
        cursor_of(said, "a", -1),
        cursor_of(said, "a", "1"),
        cursor_of(said, True, 1),
        cursor_of(said, "\x00", 1),
        cursor_of(other, None, 1),
    )


def furnish_ties(session, cast):
    """Incidents and people that share what they are sorted by, and some that lack it."""
    noticed = clock.now() - timedelta(hours=1)
    for number, severity in enumerate((Severity.SEVERE, Severity.MINOR, Severity.SEVERE, Severity.MINOR)):
        started = None if number % 2 else noticed
        title = f"Letters {number // 2}"
        opened(session, cast, title=title, severity=severity, started_at=started, detected_at=noticed)
    for number in range(3):
        leaves = date(2091, 1, 1 + number // 2)
        twin = PersonFacts("Twin", f"twin{number}@example.org", active_to=leaves)
        people.add_person(session, the_registry("command"), twin)


@pytest.mark.parametrize(
    "each", [pytest.param(4, id="every fourth"), pytest.param(1, id="all", marks=[pytest.mark.long])]
)
def test_every_order_of_every_list_is_whole_page_by_page_and_what_is_none_is_named(
    everything, app, cast, each
):
    with app.database.transaction() as session:
        furnish_ties(session, cast)
    client, tried, first = app.test_client(), 0, 0 if app.database.is_sqlite else each // 2

    def ask(address, **query):
        return client.get(address, query_string=query, headers=everything.bearer)

    def walked(address, sort):
        found, query = [], {"sort": sort, "limit": 2}
        while True:
            page = ask(address, **query).json
            found += page["items"]
            if page["next"] is None:
                return found
            query["cursor"] = page["next"]

    for one in operations(app, PREFIX):
        asked = next((asked for asked in one.told.query if asked.name == "sort" and asked.words), None)
        if asked is None:
            continue
        address = everything.address(one.rule)
        for sort in asked.words[first::each]:
            whole = ask(address, sort=sort, limit=200).json["items"]
            assert walked(address, sort) == whole, (one.id, sort)
            assert_in_order(whole, sort, one.id)
            tried += 1
        refused = ask(address, sort="mood")
        assert (refused.status_code, refused.json["problems"][0]["field"]) == (422, "sort"), one.id
        said, other = asked.words[first], asked.words[first - 1]
        assert ask(address, sort=said, cursor=cursor_of(said, None, 1)).status_code == 200, one.id
        for place in crooked(said, other):
            refused = ask(address, sort=said, cursor=place)
            assert (refused.status_code, refused.json["problems"][0]["field"]) == (422, "cursor"), one.id
    assert tried * each > 80, tried


def assert_in_order(items, sort, said):
    """By the field of that name where it is one whose own order counts: what lacks it last, ties as they came."""
    name = sort.removeprefix("-")
    if name in BY_THEIR_STEPS or name not in items[0]:
        return
    values = [each[name] for each in items]
    stated = [value.lower() if isinstance(value, str) else value for value in values if value is not None]
    assert values[len(stated) :] == [None] * (len(values) - len(stated)), (said, sort)
    holds = ge if sort.startswith("-") else le
    assert all(holds(one, other) for one, other in pairwise(stated)), (said, sort, stated)
