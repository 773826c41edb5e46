"""The pages and doors of stages: what the gate says, two clicks to stop, who decides, what a pipeline is told."""

import pytest

from registry.accounts import actions as accounts
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.lifecycle.actions import stages
from registry.lifecycle.actions.compliance import note_lost
from registry.lifecycle.pages.shared import mending_url
from registry.lifecycle.queries.gates import gate_of
from registry.packs.queries import gates_on
from registry.reviews.rules.kinds import Kind
from registry.systems import actions as systems
from registry.systems.models import System
from registry.systems.queries import facts_of
from registry.systems.rules.record import Stage
from tests.cast import PASSWORD
from tests.commands.typed import Typed
from tests.reviews.doing import decided, later, ready

DOOR = the_registry("demo")


@pytest.fixture
def live(database, cast):
    """Triage, live before it was registered, with the word that it is below its gate."""
    with database.transaction() as session:
        triage = session.get_one(System, cast.triage.id)
        stages.bring(session, DOOR, triage, Stage.LIVE, "It ran before.")
        note_lost(session, DOOR, triage.id, gate_of(session, triage, Stage.LIVE))
    return cast


def test_the_gate_says_what_is_missing_and_every_line_leads_to_where_it_is_mended(
    app, database, cast, client_of
):
    ada = client_of("ada")
    page = ada.get("/systems/AI-0001/gate").text
    assert "What stands between it and in development" in page
    assert "Go on to" not in page
    with database.transaction(read_only=True) as session:
        asked = gates_on(session, clock.today()).gates
    with app.test_request_context():
        mends = {mending_url(cast.triage, one.tab, one.field) for one in asked}
    assert len(mends) > 20
    assert page.count("Mend it") == 6
    places = {address.partition("#")[0] for address in mends}
    for place in places:
        assert ada.get(place).status_code == 200, place
    refused = ada.post("/systems/AI-0001/gate")
    assert (refused.status_code, "The gate to in development does not hold yet" in refused.text) == (
        422,
        True,
    )
    assert client_of("adam").post("/systems/AI-0001/gate").status_code == 403


def test_a_live_system_below_its_gate_says_so_in_its_header_and_in_the_register(live, client_of):
    mia = client_of("mia")
    for address in ("/systems/AI-0001", "/systems/AI-0001/gate", "/systems"):
        assert "live, out of compliance for 1 day" in mia.get(address).text, address


def test_a_stop_is_two_clicks_and_everybody_sees_it_until_a_reviewer_gives_their_password_and_lifts_it(
    live, database, client_of
):
    with database.transaction() as session:
        accounts.set_password(session, DOOR, live.people["rita"], PASSWORD)
    ada, rita, hedy = client_of("ada"), client_of("rita"), client_of("hedy")
    assert 'href="/systems/AI-0001/stop">Stop' in ada.get("/systems/AI-0001/monitoring").text
    assert "/systems/AI-0001/stop" not in client_of("mia").get("/systems/AI-0001").text
    assert ada.post("/systems/AI-0001/stop", data={"reason": ""}).status_code == 422
    done = ada.post("/systems/AI-0001/stop", data={"reason": "Wrong letters go out."})
    assert (done.status_code, done.location) == (303, "/systems/AI-0001/gate")
    for client in (ada, hedy, rita):
        assert "Wrong letters go out." in client.get("/").text
        assert "Wrong letters go out." in client.get("/systems/AI-0001/ownership").text
    assert "stopped" in client_of("mia").get("/systems").text
    assert "Stopped: Claims triage" in hedy.get("/").text
    assert "Decide whether it goes on" in rita.get("/").text
    assert ada.get("/systems/AI-0001/stop/lift").status_code == 403
    lift = {"to": "restricted", "because": "The printer was at fault."}
    assert "It has not been reviewed since" in rita.get("/systems/AI-0001/stop/lift").text
    with database.transaction() as session, later():
        decided(session, live, ready(session, live, kind=Kind.CHANGE))
    page = rita.get("/systems/AI-0001/stop/lift").text
    assert "The gate to live does not hold" in page
    assert "The problem it solves is written down" in page
    assert '<option value="restricted">' in page
    assert '<option value="live">' not in page
    wrong = rita.post("/systems/AI-0001/stop/lift", data=lift | {"password": "not hers at all"})
    assert (wrong.status_code, "This is not your password." in wrong.text) == (422, True)
    assert rita.post("/systems/AI-0001/stop/lift", data=lift | {"password": PASSWORD}).status_code == 303
    assert "restricted" in rita.get("/systems/AI-0001/gate").text
    assert rita.get("/systems/AI-0001/stop/lift").status_code == 404


def test_more_autonomy_is_refused_to_the_editor_with_the_way_to_ask(live, database, client_of):
    ada = client_of("ada")
    with database.transaction() as session:
        triage = session.get_one(System, live.triage.id)
        triage_facts = facts_of(triage)
        stated = {name: getattr(triage_facts, name) for name in triage_facts.__dataclass_fields__}
        systems.edit(
            session,
            live.actor(session, "ada"),
            triage,
            type(triage_facts)(**(stated | {"autonomy": 1})),
            version=triage.version,
        )
        version = triage.version
    sent = {
        "visibility": "company",
        "name": "Claims triage",
        "summary": "Sorts.",
        "unit_id": str(live.units["claims"].id),
    }
    page = ada.post("/systems/AI-0001/edit", data=sent | {"autonomy": "3", "version": str(version)})
    assert page.status_code == 422
    assert 'href="/systems/AI-0001/autonomy/ask"' in page.text
    asked = ada.post("/systems/AI-0001/autonomy/ask", data={"text": "No override.", "links": ""})
    assert asked.location == "/systems/AI-0001/oversight"
    assert "waits for a decision" in ada.get("/systems/AI-0001/oversight").text
    assert "Decide how far Claims triage decides by itself" in client_of("rita").get("/").text


def test_a_program_asks_a_gate_and_stops_a_system_and_lifts_nothing(live, app, typed):
    def door(name, *scopes):
        with app.database.transaction() as session:
            text, _ = accounts.issue_token(
                session, live.actor(session, name), live.people[name], "x", frozenset(scopes)
            )
        client = app.test_client()
        return lambda method, url, **more: client.open(
            f"/api/v1/systems/AI-0001/{url}",
            method=method,
            headers={"Authorization": f"Bearer {text}"},
            **more,
        )

    reads, stops = door("mia", "registry:read"), door("ada", "systems:stop")
    told = reads("GET", "gate?to=in_development").json
    assert (told["system"], told["to"], told["holds"]) == ("AI-0001", "in_development", False)
    assert {"id": "G02", "pattern": "F2", "says": "The problem it solves is written down"} in told["open"]
    assert reads("GET", "gate").json["to"] == "live"
    assert reads("GET", "gate?to=suspended").status_code == 422
    assert reads("POST", "stop", json={"reason": "x"}).status_code == 403
    assert stops("POST", "stop", json={"reason": ""}).status_code == 422
    stopped = stops("POST", "stop", json={"reason": "Error rate above 40 %."})
    assert (stopped.status_code, stopped.json["stage"]) == (201, "suspended")
    assert stops("POST", "stop", json={"reason": "Again."}).status_code == 422
    asked = typed("gate", "check", "AI-0001", "--to", "live", "--json")
    assert (asked.code, asked.answer["holds"], asked.answer["open"][0]["id"]) == (1, False, "G02")
    assert "do not hold" in typed("gate", "check", "AI-0001", "--to", "pilot").out
    assert typed("gate", "check", "AI-0001", "--to", "retired").code == 2


@pytest.fixture
def typed(database, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("REGISTRY_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "var"))
    return Typed(database, capsys)
