"""The pages of incidents: opened in two clicks, moved on by one, closed by another; nobody meets what they may not know of."""

import pytest
from sqlmodel import select

from registry.audit.actions import record
from registry.incidents.actions import corrective, timeline
from registry.incidents.actions.linking import spread
from registry.incidents.actions.moving import move
from registry.incidents.actions.timeline import note
from registry.incidents.models.incidents import Incident, IncidentLink
from registry.incidents.models.measures import CorrectiveAction
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import Kind, Severity, Status
from registry.kernel.actor import the_registry
from registry.kernel.events import Event
from registry.monitoring.actions import alerts
from registry.monitoring.rules.alerts import AlertKind
from registry.systems.models import System
from registry.systems.rules.record import Visibility
from tests.incidents.happening import WHOLE, at, later, opened
from tests.store.statements import counted
from tests.web.pages import filled

pytestmark = pytest.mark.usefixtures("at_the_time")


@pytest.fixture
def at_the_time(database, cast):
    with later():
        yield


@pytest.fixture
def there(database, cast):
    """Numbers of an incident of Triage and of one of Sentinel, which few may know of."""
    with database.transaction() as session:
        return opened(session, cast).id, opened(session, cast, cast.sentinel, title="A ring was told").id


def test_from_an_alert_to_an_open_incident_is_a_click_and_a_save(database, cast, client_of):
    with database.transaction() as session:
        worker, says = the_registry("worker"), "Accuracy fell to 71 %."
        alert = alerts.raise_alert(session, worker, cast.triage.id, AlertKind.DRIFT, says).id
    client = client_of("ada")
    url = f"/systems/{cast.triage.key}/incidents/new?alert={alert}"
    page = client.get(url)
    assert says in page.text
    reply = client.post(url, data=filled(page.text))
    assert reply.status_code == 303
    with database.transaction(read_only=True) as session:
        incident = session.exec(select(Incident)).one()
        assert (incident.title, incident.severity, incident.kind) == (says, Severity.MINOR, Kind.INCIDENT)
        assert session.exec(select(IncidentLink)).one().target_id == alert
    shown = client.get(reply.location).text
    assert f"Alert {alert}" in shown
    assert "Take it on" in shown
    assert client.get(f"/systems/{cast.pricing.key}/incidents/new?alert={alert}").status_code == 404


def test_an_incident_goes_on_by_its_pages_and_another_person_closes_it(database, cast, client_of, there):
    here = f"/incidents/{there[0]}"
    dee, ada = client_of("dee"), client_of("ada")
    for step, sent in (
        ("move", {"at": "2090-03-03T10:00"}),
        ("move?to=mitigated", {"at": "2090-03-03T10:30"}),
        ("note", {"at": "2090-03-03T11:00", "text": "The feed was put back.", "evidence": "ticket 7"}),
        ("cause", {"root_cause": "A field was renamed.", "factors": "", "version": "3"}),
        ("move", {"at": "", "because": "Works as before."}),
    ):
        assert dee.post(f"{here}/{step}", data=sent).status_code == 303, step
    assert dee.post(f"{here}/close").status_code == 403
    assert "Close it" in ada.get(here).text
    assert ada.post(f"{here}/close").status_code == 303
    shown = client_of("otto").get(here).text
    assert "2 hours and 30 minutes" in shown or "1 hour and 30 minutes" in shown
    assert "ticket 7" in shown
    assert "Take it on" not in shown
    with database.transaction(read_only=True) as session:
        incident = session.get_one(Incident, there[0])
        assert (incident.status, incident.mitigated_at) == (Status.CLOSED, at(-1.5))


def test_a_step_that_is_refused_says_why_beside_what_was_typed(client_of, there):
    client, here = client_of("ada"), f"/incidents/{there[0]}"
    reply = client.post(f"{here}/move", data={"at": "2099-01-01T00:00"})
    assert reply.status_code == 422
    assert "still to come" in reply.text
    assert "2099-01-01T00:00" in reply.text
    wrong = client.post(f"{here}/note", data={"at": "soon", "text": "It broke."})
    assert "Give a date and a time" in wrong.text
    page = client.get(f"{here}/judge").text
    assert client.post(f"{here}/judge", data=filled(page) | {"severity": "4"}).status_code == 422
    sent = filled(page) | {"severity": "4", "because": "Two people were hurt."}
    assert client.post(f"{here}/judge", data=sent).status_code == 303


def test_who_says_too_late_that_they_took_it_on_says_so_beside_the_next_step(database, client_of, there):
    ada, move_on = client_of("ada"), f"/incidents/{there[0]}/move"
    assert ada.post(move_on, data={"at": ""}).status_code == 303
    reply = ada.post(move_on, data={"at": "2090-03-03T10:00"})
    assert reply.status_code == 422
    assert "Somebody took it on 3 Mar 2090 12:00 UTC" in reply.text
    sent = filled(reply.text) | {"earlier": "y"}
    assert ada.post(move_on, data=sent).status_code == 303
    with database.transaction(read_only=True) as session:
        assert session.get_one(Incident, there[0]).acknowledged_at == at(-2)


def test_an_edit_that_changes_nothing_leaves_the_instants_as_exact_as_they_were(database, client_of, there):
    with database.transaction(read_only=True) as session:
        before = session.get_one(Incident, there[0]).model_dump()
    client, url = client_of("ada"), f"/incidents/{there[0]}/edit"
    assert client.post(url, data=filled(client.get(url).text)).status_code == 303
    with database.transaction(read_only=True) as session:
        after = session.get_one(Incident, there[0]).model_dump()
    assert {**after, "version": 0} == {**before, "version": 0}


def test_two_who_edit_at_once_see_both_versions(client_of, there):
    ada, dee, url = client_of("ada"), client_of("dee"), f"/incidents/{there[0]}/post-mortem"
    first, second = (filled(each.get(url).text) for each in (ada, dee))
    assert ada.post(url, data=first | {"post_mortem": WHOLE}).status_code == 303
    reply = dee.post(url, data=second | {"post_mortem": "## Impact\nNone."})
    assert reply.status_code == 409
    assert "What went well" in reply.text


def test_a_judgement_made_on_an_older_page_takes_nothing_back(database, cast, client_of, there):
    ada, dee, url = client_of("ada"), client_of("dee"), f"/incidents/{there[0]}/judge"
    with database.transaction() as session:
        session.get_one(Incident, there[0]).missing_control = "X9.9"
        record(session, the_registry("worker"), Event.INCIDENT_JUDGED, session.get_one(Incident, there[0]))
    first, second = (filled(each.get(url).text) for each in (ada, dee))
    assert dee.post(url, data=second | {"severity": "4", "because": "Two were hurt."}).status_code == 303
    reply = ada.post(url, data=first | {"pattern": "F6", "because": "Minors only."})
    assert reply.status_code == 409
    with database.transaction(read_only=True) as session:
        incident = session.get_one(Incident, there[0])
        assert (incident.severity, incident.pattern, incident.missing_control) == (4, "F1", "X9.9")
    anew = filled(ada.get(url).text) | {"pattern": "F6", "because": "Minors only."}
    anew.pop("missing_control")
    assert ada.post(url, data=anew).status_code == 303
    with database.transaction(read_only=True) as session:
        incident = session.get_one(Incident, there[0])
        assert (incident.severity, incident.pattern, incident.missing_control) == (4, "F6", "X9.9")


def test_whoever_may_not_know_of_a_system_meets_none_of_its_incidents(client_of, there):
    otto = client_of("otto")
    assert otto.get(f"/incidents/{there[1]}").status_code == 404
    assert "A ring was told" not in otto.get("/incidents?status=all").text
    assert b"A ring was told" not in otto.post("/incidents.csv?status=all").data
    assert "A ring was told" in client_of("rita").get("/incidents").text


def test_the_list_narrows_and_its_file_holds_what_is_shown_with_formulas_disarmed(database, cast, client_of):
    with database.transaction() as session:
        opened(session, cast, title="=HYPERLINK(1)", severity=Severity.SEVERE)
        for _ in range(31):
            opened(session, cast)
    client = client_of("ada")
    page = client.get("/incidents?severity=4").text
    assert "HYPERLINK" in page
    assert "1 incident" in page
    text = client.post("/incidents.csv?severity=4").data.decode()
    assert "'=HYPERLINK(1)" in text
    assert text.count("\r\n") == 2
    assert f"{cast.triage.key},{cast.triage.key}," in text
    refused = client.get("/incidents?severity=9&status=all")
    assert refused.status_code == 422
    assert "<strong>severity:</strong>" in refused.text
    assert 'href="/incidents"' in refused.text
    assert client.get("/incidents?unit=99999999999").status_code == 422
    assert "Next" in client.get("/incidents").text
    assert len(client.post("/incidents.csv").data.splitlines()) == 33


def test_the_page_of_an_incident_takes_the_same_number_of_statements_however_long_its_story(
    database, cast, client_of, there
):
    client, here = client_of("ada"), f"/incidents/{there[0]}"
    with counted(database) as few:
        client.get(here)
    with database.transaction() as session:
        incident, ada = session.get_one(Incident, there[0]), cast.actor(session, "ada")
        move(session, ada, incident, Status.INVESTIGATING)
        for hour in range(40):
            timeline.note(session, ada, incident, at(-hour), "Again.")
    with counted(database) as many:
        client.get(here)
    assert len(many) <= len(few) + 1 <= 30


def test_an_action_is_set_done_by_its_owner_and_verified_by_another(database, cast, client_of, there):
    ada, ben, here = client_of("ada"), client_of("ben"), f"/incidents/{there[0]}"
    sent = {"title": "Check the field names", "owner_id": str(cast.number("ben")), "due_on": "2090-03-20"}
    assert ada.post(f"{here}/actions/new", data=sent).status_code == 303
    with database.transaction(read_only=True) as session:
        action = f"/corrective-actions/{session.exec(select(CorrectiveAction)).one().id}"
    assert ben.post(f"{action}/done", data={"note": "A check runs before each load."}).status_code == 303
    assert ben.post(f"{action}/verify", data={"note": "It holds."}).status_code == 403
    assert "Verify it" in ada.get(action).text
    assert ada.post(f"{action}/verify", data={"note": ""}).status_code == 422
    assert (
        ada.post(f"{action}/verify", data={"note": "Broke it on purpose; it was refused."}).status_code == 303
    )
    assert "Verified by Ada Owner" in ada.get(here).text


def test_an_authority_that_has_to_be_told_stands_on_the_page_with_the_time_that_is_left(client_of, there):
    ada, here = client_of("ada"), f"/incidents/{there[0]}"
    sent = {
        "duty": "serious_widespread_or_critical",
        "authority": "The authority",
        "zone": "Europe/Berlin",
        "aware_at": "2090-03-03T10:00",
    }
    assert ada.post(f"{here}/reports/new", data=sent | {"zone": "Mars"}).status_code == 422
    assert ada.post(f"{here}/reports/new", data=sent).status_code == 303
    # The day of awareness does not count, two do: it ends with the 5th of March in Berlin, an hour before midnight UTC.
    assert "2 days and 11 hours left" in ada.get(here).text
    with later(60):
        assert "overdue by 1 hour" in client_of("ada").get(here).text


def test_what_is_tied_spread_and_held_stands_on_the_page_and_a_duplicate_leads_to_the_other(
    database, cast, client_of, there
):
    ada, here = client_of("ada"), f"/incidents/{there[0]}"
    with database.transaction() as session:
        other = opened(session, cast, title="The same again").id
    assert ada.post(f"{here}/link", data={"kind": "alert", "target_id": "99"}).status_code == 422
    assert ada.post(f"{here}/link", data={"thing": "alert:99"}).status_code == 422
    assert "Choose what has to do with it." in ada.post(f"{here}/link", data={}).text
    assert "Give both what it is" in ada.post(f"{here}/link", data={"kind": "alert"}).text
    assert ada.post(f"{here}/systems", data={"key": cast.sentinel.key}).status_code == 422
    assert ada.post(f"{here}/systems", data={"key": cast.pricing.key}).status_code == 303
    assert ada.post(f"{here}/people", data={"person_id": str(cast.number("mia"))}).status_code == 303
    assert ada.post(f"{here}/hold", data={"because": "Somebody may sue."}).status_code == 303
    assert ada.post(f"/incidents/{other}/merge", data={"number": str(there[0])}).status_code == 303
    shown = ada.get(here).text
    for words in (cast.pricing.key, "is told of it", "Somebody may sue.", "The same again"):
        assert words in shown
    assert f"incident {there[0]}" in ada.get(f"/incidents/{other}").text
    assert ada.post(f"{here}/release", data={"because": "Nobody did."}).status_code == 303
    off = {"system_id": str(cast.pricing.id), "because": "It was another one."}
    assert ada.post(f"{here}/systems/off", data=off | {"system_id": str(cast.triage.id)}).status_code == 422
    assert ada.post(f"{here}/systems/off", data=off).status_code == 303
    off = {"person_id": str(cast.number("mia")), "because": "She asked."}
    assert ada.post(f"{here}/people/off", data=off).status_code == 303
    assert "is told of it" not in ada.get(here).text


def test_the_history_of_a_system_names_no_incident_that_touches_one_become_restricted(
    database, cast, client_of, there
):
    with database.transaction() as session:
        ada, shared = cast.actor(session, "ada"), opened(session, cast, title="Prices told who was ill")
        spread(session, ada, shared, cast.pricing)
        note(session, ada, shared, None, "The premium gave it away.")
        corrective.set_action(
            session, ada, shared, ActionFacts("Round premiums", "", cast.number("ada"), at(48).date())
        )
        pricing = session.get_one(System, cast.pricing.id)
        pricing.visibility = Visibility.RESTRICTED
        record(session, the_registry("worker"), Event.SYSTEM_EDITED, pricing, system_id=pricing.id)
    here = f"/systems/{cast.triage.key}/history"
    told = client_of("mia").get(here).text
    for hidden in ("Prices told", "Home pricing", "gave it away", "Round premiums"):
        assert hidden not in told
    assert "Claims of minors" in told
    assert "Prices told" in client_of("rita").get(here).text
