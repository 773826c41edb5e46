"""The one search: what it finds, in which order, for whom, and what it makes of hostile words."""

import re

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.data_sources import actions as sources
from registry.data_sources.rules.sources import Purpose, SourceFacts
from registry.kernel.actor import the_registry
from registry.kernel.nearness import Rank, rank_of
from registry.people import actions as people
from registry.people.rules import Function, PersonFacts
from registry.portfolio.queries import search
from registry.store.folding import folded_text
from registry.systems import actions as systems
from registry.systems import queries as register
from registry.systems.rules.record import Registration
from registry.systems.rules.search import words_of

DOOR = the_registry("command")
HOSTILE = (
    "' OR 1=1 --",
    "%",
    "_",
    "\\",
    "%_\\%",
    "\x00",
    "\x1b[31m",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "a" * 10_000,
    " ".join("abcdefghijklmnop"),
    "\u202e\ufeff\ud7ff",
    "AI-99999999999999999999",
    "AI-0",
    "ai-999999999",
    "DS-999999999",
    "AI-٣",
)


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_whatever_is_typed_becomes_a_few_short_words(text):
    words = words_of(text)
    assert len(words) == len(set(words)) <= 8
    assert all(
        word and word.isprintable() and len(word) <= 200 and not re.search(r"\s", word) for word in words
    )


def test_a_name_ranks_by_how_it_answers():
    assert rank_of("claims", ["claims"]) is Rank.BEGINS
    assert rank_of("claims triage", ["claims"]) is Rank.BEGINS
    assert rank_of("home claims", ["claims", "home"]) is Rank.WORD_BEGINS
    assert rank_of("disclaims", ["claims"]) is Rank.IN_NAME
    assert rank_of("pricing", ["claims"]) is Rank.MENTIONED


@given(st.text(max_size=60))
def test_folding_levels_case_and_keeps_what_it_does_not_know(text):
    assert folded_text(folded_text(text)) == folded_text(text)
    assert folded_text("ÇELİK Öz Łódź") == folded_text("çeli̇k oz lodz")


def names(page, caption):
    """What one group of the results lists, in its order."""
    found = re.search(rf"<caption[^>]*>{caption}.*?</table>", page, re.DOTALL)
    return re.findall(r'<a href="/systems/[^"]+">([^<]+)</a>', found.group()) if found else []


@pytest.fixture
def furnished(app, cast):
    with app.database.transaction() as session:
        unit, ada = cast.units["underwriting"].id, cast.number("ada")
        for name, says in (
            ("Triage", "Named so."),
            ("Triage of letters", "Begins so."),
            ("Letter triage", "Holds it."),
            ("Postbox", "Does the triage of letters."),
            ("Überprüfung", "Checks."),
        ):
            systems.register(session, DOOR, Registration(name, says, unit, ada))
        people.add_person(session, DOOR, PersonFacts("Jürgen Łukasz", "jl@example.org", "Fraud analyst"))
        people.add_team(session, DOOR, "Fraud desk", Function.DATA, leader_id=ada)
        source = sources.add_source(
            session, DOOR, SourceFacts("Fraud cases", description="Rings.", owner_id=ada)
        )
        sources.attach(session, DOOR, cast.sentinel.id, source, Purpose.TRAINING)
    return cast


def test_the_closest_names_come_first_whatever_the_order_of_the_words(furnished, client_of):
    client = client_of("mia")
    page = client.get("/search?q=triage").text
    expected = ["Triage", "Triage of letters", "Claims triage", "Letter triage", "Postbox"]
    assert names(page, "Systems found") == expected
    page = client.get("/search?q=LETTER+triage").text
    assert names(page, "Systems found") == ["Letter triage", "Triage of letters", "Postbox"]
    assert names(client.get("/search?q=uberpr%C3%BCF").text, "Systems found") == ["Überprüfung"]
    assert names(client.get("/search?q=triage+nowhere").text, "Systems found") == []


@pytest.mark.parametrize(
    "typed", ["uberprufung", "checks ÜBERPRÜFUNG", "triage letter", "does postbox", "100%", "_"]
)
def test_the_register_finds_the_systems_the_one_search_finds(app, furnished, typed):
    with app.database.transaction(read_only=True) as session:
        actor = furnished.actor(session, "mia")
        found = {system.name for system in search(session, actor, words_of(typed)).systems.items}
        page = register.page(session, actor, register.Search(typed), limit=50)
        assert {system.name for system in page.items} == found
        assert bool(found) == typed[0].isalpha()


def test_people_units_teams_and_sources_are_found(furnished, client_of):
    client = client_of("mia")
    page = client.get("/search?q=fraud").text
    for found in ("Jürgen Łukasz", "Fraud desk", "Fraud cases"):
        assert found in page
    assert "Jürgen Łukasz" in client.get("/search?q=lukasz+JURGEN").text
    assert "Jürgen Łukasz" in client.get("/people?q=lukasz+jurgen").text
    assert "Halden Mutual / Claims" in client.get("/search?q=claims").text
    assert "Nothing found" in client.get("/search?q=zzzz").text
    assert "What are you looking for?" in client.get("/search").text


def test_a_public_id_leads_straight_to_its_record(furnished, client_of):
    client, triage = client_of("mia"), furnished.triage.key
    assert client.get(f"/search?q={triage.lower()}").location == f"/systems/{triage}"
    assert client.get("/search?q=DS-0001").location == "/data-sources/DS-0001"
    assert client.get("/search?q=AI-0999").status_code == 200


def test_a_restricted_system_leaves_no_trace_for_outsiders(furnished, client_of):
    key = furnished.sentinel.key
    for words in ("sentinel", "sentinle", "fraud", "rings", key):
        assert b"Sentinel" not in client_of("mia").get(f"/search?q={words}").data
    nothing = [
        client_of("mia").get(f"/search?q={each}").text.partition("<main")[2].replace(each, "X")
        for each in (key, "AI-0998")
    ]
    assert nothing[0] == nothing[1]
    assert "Did you mean" not in client_of("mia").get("/search?q=sentinle").text
    assert "Did you mean" not in client_of("mia").get("/systems?q=sentinle").text
    assert "Sentinel" in client_of("hedy").get("/search?q=sentinel").text
    assert "Sentinel" in client_of("hedy").get("/search?q=sentinle").text
    assert client_of("hedy").get(f"/search?q={key}").location == f"/systems/{key}"
    assert "Fraud cases" in client_of("mia").get("/search?q=fraud").text


@pytest.mark.parametrize(("module", "typed"), [("searching", "sentinel"), ("nearly", "sentinle")])
def test_without_the_one_clause_a_restricted_system_would_show(
    furnished, client_of, monkeypatch, module, typed
):
    monkeypatch.setattr(f"registry.portfolio.queries.{module}.visible_to", lambda _actor: sa.true())
    assert "Sentinel" in client_of("mia").get(f"/search?q={typed}").text


def test_hostile_words_find_nothing_and_break_nothing(furnished, client_of):
    client = client_of("mia")
    for words in HOSTILE:
        reply = client.get("/search", query_string={"q": words})
        assert reply.status_code == 200, words
        assert names(reply.text, "Systems found") == [], words
        assert "<script>alert" not in reply.text


def test_the_database_ranks_as_the_rule_does(app, furnished):
    typed = words_of("Letter triage")
    with app.database.transaction(read_only=True) as session:
        found = search(session, furnished.actor(session, "mia"), typed).systems.items
    folded = [folded_text(word) for word in typed]
    ranks = [rank_of(folded_text(system.name), folded) for system in found]
    assert ranks == [Rank.BEGINS, Rank.WORD_BEGINS, Rank.MENTIONED]


def test_a_misspelt_name_is_found_apart_and_what_was_meant_is_offered(furnished, client_of):
    client = client_of("mia")
    page = client.get("/search?q=lettre+traige").text
    assert names(page, "Systems found") == []
    near = page.partition('id="near"')[2]
    # What is listed as nearly so called is not offered a second time above.
    assert (page.count("letter triage"), "Did you mean" in page) == (1, False)
    assert 'all that says <a href="/search?q=letter+triage">letter triage</a>' in near
    apart = client.get("/search?q=lettre+pricng").text
    assert 'Did you mean <a href="/search?q=letter+pricing">letter pricing</a>?' in apart
    assert re.findall(r'<a href="/systems/[^"]+">([^<]+)</a>', near) == ["Letter triage", "Triage of letters"]
    assert "Jürgen Łukasz" in client.get("/search?q=Jurgn+Lukas").text
    assert "Did you mean" not in client.get("/search?q=triage").text
    register_page = client.get("/systems?q=traige&stage=proposed").text
    assert '<a href="/systems?q=triage&amp;stage=proposed">triage</a>' in register_page


def test_both_databases_rank_a_name_by_where_it_holds_the_words(app, furnished):
    with app.database.transaction() as session:
        for name in ("Retriage", "Pre-triage", "The (triage)", "Ärzte-Triage"):
            systems.register(
                session, DOOR, Registration(name, ".", furnished.units["claims"].id, furnished.number("ada"))
            )
    with app.database.transaction(read_only=True) as session:
        found = search(session, furnished.actor(session, "mia"), words_of("triage"))
        assert [system.name for system in found.systems.items] == [
            *("Triage", "Triage of letters", "Pre-triage", "The (triage)", "Ärzte-Triage", "Claims triage")
        ]
        assert found.systems.more
