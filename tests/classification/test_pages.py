"""Going through the questions without JavaScript, the result, runs and their comparison; the same through the JSON door."""

import re
from datetime import UTC, datetime

import pytest

from registry.accounts import actions as accounts
from registry.audit.actions import record
from registry.classification import jobs
from registry.classification.actions import Verdict, add_edition, complete, save_draft
from registry.classification.queries.runs import draft_of, newest_run
from registry.classification.rules.stored import read_back
from registry.kernel import clock
from registry.kernel.events import Event
from registry.systems.models import System
from registry.systems.rules.record import Tier
from tests.classification.answering import ACT, answers
from tests.classification.editions import another_edition
from tests.packs.test_pages import text_of

CREDIT = answers(roles=["deployer"], areas=["services"], a_5=["b"], profiling="yes", deployer_is="private")


def _go(client, key, section, **more):
    """Answer what the page of a section shows."""
    address = f"/systems/{key}/classification/questions/{section}"
    text = client.get(address).text
    shown = set(re.findall(r'name="q_(\w+)"', text))
    given = {f"q_{name}": CREDIT[name] for name in shown}
    version = re.search(r'name="version" type="hidden" value="(\d+)"', text)
    return client.post(address, data={"version": version[1], "go": "on", **given, **more})


def test_before_there_was_a_questionnaire_a_page_says_that_nothing_is_classified(client_of, cast):
    with clock.frozen(datetime(2025, 12, 1, 9, tzinfo=UTC)):
        reply = client_of("mia").get(f"/systems/{cast.triage.key}/classification")
    assert (reply.status_code, "Not classified yet" in reply.text) == (200, True)


def test_the_questions_lead_to_a_run_whichever_follow_from_which(client_of, database, cast):
    ada, key, places = client_of("ada"), cast.triage.key, []
    address = f"/systems/{key}/classification/questions/scope"
    for _ in range(30):
        reply = _go(ada, key, address.rsplit("/", 1)[1].partition("#")[0])
        assert reply.status_code == 303, reply.text
        address = reply.location
        places.append(address.rsplit("/", 1)[1])
        if address.endswith("/finish"):
            break
    assert places[0].startswith("scope#q_"), "what follows from the first answers stands on the same page"
    page = ada.get(address).text
    assert "The answers come to high: Creditworthiness (Annex III, 5(b))." in page
    version = re.search(r'name="version" type="hidden" value="(\d+)"', page)[1]
    refused = ada.post(address, data={"version": version, "tier": "minimal", "rationale": "So."})
    assert (refused.status_code, "Only a reviewer" in refused.text) == (422, True)
    assert ada.post(address, data={"version": 1}).status_code == 409
    assert ada.post(address, data={"version": version}).status_code == 303
    page = client_of("otto").get(f"/systems/{key}/classification").text
    for words in (
        "CLS-0001",
        "Assessment of fundamental rights",
        "2 Dec 2027",
        "2 Aug 2026",
        "Why these days",
    ):
        assert words in page
    assert (
        "Does it profile natural persons?" in client_of("otto").get(f"/systems/{key}/classification/1").text
    )
    card = client_of("otto").get(f"/systems/{key}/card").text
    assert "by Ada Owner, by eu-ai-act-classification 2026.1 (CLS-0001)" in card
    with database.transaction() as session:
        assert newest_run(session, cast.triage.id).answers == CREDIT
        assert session.get_one(System, cast.triage.id).tier is Tier.HIGH


def test_back_and_forward_keep_answers_and_nothing_typed_is_lost(client_of, database, cast):
    ada, key = client_of("ada"), cast.triage.key
    address = f"/systems/{key}/classification/questions/scope"
    ada.post(address, data={"version": 0, "go": "leave", "q_jurisdictions": ["eu", "uk"]})
    assert "1 of 2 questions answered" in ada.get(f"/systems/{key}/classification").text
    page = ada.get(address).text
    assert page.count("checked") == 2
    assert "Asked because of your answer to" in page
    assert "After: “Does it infer" in page
    odd = ada.post(address, data={"version": 1, "q_jurisdictions": ["eu", "moon"]})
    assert (odd.status_code, "Choose among the answers." in odd.text) == (422, True)
    with database.transaction() as session:
        save_draft(session, cast.actor(session, "ben"), cast.triage.id, {"jurisdictions": ["us"]}, version=1)
    both = ada.post(address, data={"version": 1, "q_jurisdictions": ["eu"], "q_infers": "yes"})
    assert both.status_code == 409
    assert "In the United States" in both.text
    assert re.search(r'checked[^>]*name="q_infers"[^>]*value="yes"', both.text), (
        "also what is not asked any more"
    )
    with database.transaction() as session:
        assert draft_of(session, cast.triage.id).answers == {"jurisdictions": ["us"]}
    # Outside the Union nothing but the scope is asked: every other page says so and leads on.
    empty = f"/systems/{key}/classification/questions/product"
    assert "nothing is asked here" in ada.get(empty).text
    ways = {go: ada.post(empty, data={"version": version, "go": go}).location for version, go in _turns()}
    assert [ways[go].rsplit("/", 1)[1] for go in ("on", "back")] == ["finish", "scope"]
    assert ada.get(f"/systems/{key}/classification/finish").status_code == 200


def _turns():
    """Each save raises the revision of the draft by one."""
    return enumerate(("on", "back"), start=2)


def test_a_draft_from_an_edition_before_can_still_be_finished(client_of, database, cast):
    with database.transaction() as session:
        save_draft(session, cast.actor(session, "ada"), cast.triage.id, {"jurisdictions": ["us"]}, version=0)
        draft = draft_of(session, cast.triage.id)
        draft.answers = {**draft.answers, "asked_once": "yes"}
        record(
            session, cast.actor(session, "ada"), Event.CLASSIFICATION_DRAFTED, draft, system_id=cast.triage.id
        )
    address = f"/systems/{cast.triage.key}/classification/finish"
    assert client_of("ada").post(address, data={"version": 2}).status_code == 303
    with database.transaction() as session:
        assert newest_run(session, cast.triage.id).answers == {"jurisdictions": ["us"]}


def test_whoever_finishes_reads_that_other_answers_alone_do_not_lower_the_tier(client_of, database, cast):
    with database.transaction() as session:
        triage, none = session.get_one(System, cast.triage.id), answers(jurisdictions=["us"])
        complete(session, cast.actor(session, "rita"), triage, none, Verdict(Tier.HIGH, "It steers payouts."))
        save_draft(session, cast.actor(session, "ada"), triage.id, {}, version=0)
    address = f"/systems/{cast.triage.key}/classification/finish"
    said = {name: client_of(name).get(address).text for name in ("ada", "rita")}
    assert "It stays until a reviewer who holds no seat on this system sets a lower one." in said["ada"]
    assert "You may set a lower one and say why; else it stays." in said["rita"]
    assert client_of("ada").post(address, data={"version": 1}).status_code == 303
    assert (
        "Carried over from CLS-0001"
        in client_of("otto").get(f"/systems/{cast.triage.key}/classification").text
    )


def test_duties_that_do_not_apply_are_counted_apart_and_say_why_in_their_row(client_of, database, cast):
    before = answers(**{**CREDIT, "placed": "before_2027_12"})
    with database.transaction() as session:
        complete(
            session, cast.actor(session, "ada"), session.get_one(System, cast.triage.id), before, Verdict()
        )
        duties = read_back(newest_run(session, cast.triage.id).outcomes).duties
    owed = [each for each in duties if any(one.on for one in each.applies)]
    assert 0 < len(owed) < len(duties)
    page = text_of(client_of("otto").get(f"/systems/{cast.triage.key}/classification"))
    assert f"{len(owed)} duties of yours" in page
    assert f"{len(duties) - len(owed)} duties that do not apply to this system, and why" in page
    spared = next(each for each in duties if each not in owed)
    assert f"does not apply: {spared.applies[0].says}" in page


def test_two_runs_are_compared_and_what_another_edition_changes_is_listed(client_of, database, cast):
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        for given in (answers(jurisdictions=["us"]), CREDIT):
            complete(session, ada, session.get_one(System, cast.triage.id), given, Verdict())
        complete(session, ada, session.get_one(System, cast.sentinel.id), CREDIT, Verdict())
        add_edition(session, cast.actor(session, "adam"), another_edition())
    jobs.rescore(database, {})
    otto, key = client_of("otto"), cast.triage.key
    page = otto.get(f"/systems/{key}/classification/compare").text
    assert "The answers come to high, before to minimal." in page
    assert "In the European Union or the EEA" in page
    assert otto.get(f"/systems/{key}/classification/compare?after=1").status_code == 404
    assert otto.get(f"/systems/{key}/classification/compare?before=1&after=3").status_code == 404
    assert "Classify again" in otto.get(f"/systems/{key}/classification").text
    listed = {name: client_of(name).get("/classification/changes").text for name in ("otto", "rita")}
    assert [("Sentinel" in text, "Claims triage" in text) for text in listed.values()] == [
        (False, True),
        (True, True),
    ]
    assert "Classify Claims triage again" in client_of("ada").get("/").text
    assert "Classify 2 systems again" in client_of("rita").get("/").text


@pytest.fixture
def door(app, database, cast):
    """The JSON door of Ada."""
    with database.transaction() as session:
        ada = cast.people["ada"]
        scopes = frozenset({"registry:read", "systems:write"})
        token, _ = accounts.issue_token(session, cast.actor(session, "ada"), ada, "x", scopes)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def test_a_program_asks_what_is_asked_and_classifies_from_complete_answers(door, cast):
    asked = door.get("/api/v1/classification/questionnaire").json
    assert [each["id"] for each in asked["questions"]] == [each.id for each in ACT.questions]
    address = f"/api/v1/systems/{cast.triage.key}/classification"
    lacking = door.post(address, json={"answers": {"jurisdictions": ["eu"]}})
    assert (lacking.status_code, [each["field"] for each in lacking.json["problems"]]) == (422, ["infers"])
    assert door.post(address, json={"answers": {}, "tier": "low"}).status_code == 422
    assert (
        door.post(address, json={"answers": CREDIT, "tier": "minimal", "rationale": "x"}).status_code == 422
    )
    for before in ({}, {"supersedes": "CLS-0001"}):
        made = door.post(address, json={"answers": CREDIT, **before})
        assert (made.status_code, made.json["tier"], made.json["made_by"]) == (201, "high", "ada@example.org")
    first = door.get(f"{address}?limit=1").json
    second = door.get(f"{address}?limit=1&cursor={first['next']}").json
    assert [each["items"][0]["key"] for each in (first, second)] == ["CLS-0002", "CLS-0001"]
    assert first["items"][0]["outcomes"][0]["article"] == "Annex III, 5(b)"
    assert second["next"] is None


def test_a_program_takes_the_place_of_the_run_it_has_seen_and_leaves_answers_somebody_gives(
    door, client_of, database, cast
):
    address = f"/api/v1/systems/{cast.triage.key}/classification"
    assert door.post(address, json={"answers": CREDIT, "supersedes": "CLS-0001"}).status_code == 409
    assert door.post(address, json={"answers": CREDIT}).status_code == 201
    with database.transaction() as session:
        save_draft(session, cast.actor(session, "ben"), cast.triage.id, {"profiling": "no"}, version=0)
    late = door.post(address, json={"answers": CREDIT})
    assert (late.status_code, "CLS-0001 stands now" in late.text) == (409, True)
    assert door.post(address, json={"answers": CREDIT, "supersedes": "CLS-0001"}).status_code == 201
    with database.transaction() as session:
        assert draft_of(session, cast.triage.id).answers["profiling"] == "no"
    page = client_of("ben").get(f"/systems/{cast.triage.key}/classification/finish").text
    assert "These answers were begun before CLS-0002 was made." in page
