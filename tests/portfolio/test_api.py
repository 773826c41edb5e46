"""The search and the feed of changes through the JSON door: what one may know of, and nothing else."""

from urllib.parse import urlencode

import pytest

from registry.systems import actions, queries


@pytest.fixture
def ask(program):
    """GET as one of the cast; `system` holds the token to one."""

    def asked(name, path, system=None, **query):
        reply = program(name, "GET", f"{path}?{urlencode(query)}", system=system)
        return reply.status_code, reply.json

    return asked


def found(reply):
    return {(group["kind"], item["name"]) for group in reply["groups"] for item in group["items"]}


def test_a_search_ranks_what_one_may_know_of_and_keeps_back_the_rest(ask, cast):
    assert cast.sentinel.name not in {name for _, name in found(ask("mia", "/search", q="sentinel")[1])}
    assert ("system", cast.sentinel.name) in found(ask("rita", "/search", q="sentinel")[1])
    status, reply = ask("mia", "/search", q="claims")
    assert (status, reply["groups"][0]["kind"]) == (200, "system")
    first = reply["groups"][0]["items"][0]
    assert (first["id"], first["name"], first["state"]) == (cast.triage.key, "Claims triage", "proposed")
    assert ("unit", cast.units["claims"].name) in {
        (kind, name.rpartition(" / ")[2]) for kind, name in found(reply)
    }


def test_a_public_id_finds_its_record_and_of_a_hidden_one_nothing(ask, cast):
    _, reply = ask("mia", "/search", q=f"ai-{cast.triage.id}")
    assert [item["id"] for group in reply["groups"] for item in group["items"]] == [cast.triage.key]
    assert ask("mia", "/search", q=cast.sentinel.key)[1]["groups"] == []


def test_a_search_without_words_of_no_kind_or_by_a_token_of_one_system_is_refused(ask, cast):
    for query, field in (({}, "q"), ({"q": " \x00 "}, "q"), ({"q": "a", "kind": "mood"}, "kind")):
        status, reply = ask("mia", "/search", **query)
        assert (status, [each["field"] for each in reply["problems"]]) == (422, [field])
    assert ask("ada", "/search", system=cast.triage, q="claims")[0] == 403


def test_changes_are_told_once_in_order_and_only_of_systems_one_may_know_of(ask, cast, database):
    seen, since, more = [], 0, True
    while more:
        status, page = ask("mia", "/changes", since=since, limit=2)
        assert status == 200
        seen, since, more = [*seen, *page["items"]], page["since"], page["more"]
    numbers = [each["seq"] for each in seen]
    assert numbers == sorted(set(numbers))
    assert numbers
    assert {each["system"] for each in seen} == {cast.triage.key, cast.pricing.key}
    assert cast.sentinel.key in {each["system"] for each in ask("rita", "/changes", limit=200)[1]["items"]}
    assert {each["system"] for each in ask("ada", "/changes", system=cast.triage)[1]["items"]} == {
        cast.triage.key
    }
    since = ask("mia", "/changes", since=since)[1]["since"]
    assert ask("mia", "/changes", since=since)[1] == {"items": [], "since": since, "more": False}
    with database.transaction() as session:
        for system in (cast.triage, cast.sentinel):
            stands = queries.by_number(session, system.id)
            facts = queries.facts_of(stands)
            changed = type(facts)(
                **{n: getattr(facts, n) for n in facts.__slots__} | {"technique": "A forest"}
            )
            actions.edit(session, cast.actor(session, "adam"), stands, changed, version=stands.version)
    _, page = ask("mia", "/changes", since=since)
    assert [(each["event"], each["kind"], each["number"]) for each in page["items"]] == [
        ("system.edited", "system", cast.triage.id)
    ]
    assert page["since"] > since + 1
    for wrong in ("-1", "x", "99999999999"):
        status, reply = ask("mia", "/changes", since=wrong)
        assert (status, reply["problems"][0]["field"]) == (422, "since")
