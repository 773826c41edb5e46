"""The register in the browser: happy paths, refusals, forms that come back filled, conflicts that lose nothing."""

import re

import pytest

from registry.audit.actions import record
from registry.kernel.actor import the_registry
from registry.kernel.events import Event
from registry.systems.actions import withdrawal_row
from tests.web.everything import DEPTHS, pairs


def test_the_register_shows_what_the_person_may_see(client_of, cast):
    page = client_of("mia").get("/systems").text
    assert "Claims triage" in page
    assert "Sentinel" not in page
    assert "2 systems" in page


def test_every_page_of_a_restricted_system_says_that_few_may_know_of_it(client_of, cast):
    client, mark = client_of("ada"), "restricted: few may know of it"
    for tab in ("", "/ownership", "/objectives", "/data", "/notes", "/card", "/history", "/edit"):
        assert mark in client.get(f"/systems/{cast.sentinel.key}{tab}").text
        assert mark not in client.get(f"/systems/{cast.triage.key}{tab}").text
    for system, who in (
        (cast.sentinel, "Those who hold a seat on it"),
        (cast.triage, "Everybody in the company"),
    ):
        assert who in client.get(f"/systems/{system.key}").text


def test_what_a_record_lacks_leads_only_those_to_a_form_who_may_fill_it_in(client_of, cast):
    page = f"/systems/{cast.triage.key}"
    for name, leads in (("ada", True), ("mia", False)):
        text = client_of(name).get(page).text
        assert "What its record still lacks" in text
        assert (f'href="{page}/edit#' in text, "Follow a line" in text) == (leads, leads)


def test_words_that_are_no_systems_lead_on_to_the_search_of_everything(client_of, cast):
    client = client_of("mia")
    assert 'href="/search?q=Ada+Owner"' in client.get("/systems?q=Ada+Owner").text
    assert "Search people and the rest" not in client.get("/systems?stage=retired").text


def test_registering_leads_to_the_system_with_what_it_lacks(client_of, cast):
    client = client_of("mia")
    reply = client.post(
        "/systems/new",
        data={
            "name": "Router",
            "summary": "Routes letters.",
            "unit_id": cast.units["claims"].id,
            "owner_id": cast.number("mia"),
            "visibility": "company",
        },
    )
    assert reply.status_code == 303
    page = client.get(reply.location).text
    assert "Router" in page
    assert "What its record still lacks" in page
    assert re.search(r'href="/systems/AI-\d+/edit#intended_use"', page)


def test_a_refused_registration_comes_back_filled_with_each_problem(client_of, cast):
    reply = client_of("mia").post(
        "/systems/new",
        data={"name": "Router <b>", "summary": "", "unit_id": "", "owner_id": "", "visibility": "company"},
    )
    assert reply.status_code == 422
    assert "Router &lt;b&gt;" in reply.text
    assert "Say in a sentence or two what the system does." in reply.text
    assert "Name the person who answers for the system." in reply.text


def edited(client, key, **changes):
    """The edit form as the browser would send it, with some fields changed."""
    page = client.get(f"/systems/{key}/edit").text
    data = {"version": re.search(r'name="version"[^>]*value="(\d+)"', page).group(1)}
    for name, value in re.findall(r'<input[^>]*name="([a-z_]+)"[^>]*value="([^"]*)"', page):
        data.setdefault(name, value)
    data |= dict(re.findall(r'<textarea[^>]*name="([a-z_]+)"[^>]*>\r?\n?([^<]*)</textarea>', page))
    for name, body in re.findall(r'<select[^>]*name="([a-z_]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        data[name] = chosen.group(1) if chosen else ""
    return data | changes


def test_line_breaks_in_a_summary_become_spaces_when_it_is_registered_and_edited(client_of, cast):
    client, typed = client_of("ada"), "Sorts  claims.\r\n\r\n  By urgency.\nFast.\r\n"
    kept = "Sorts  claims. By urgency. Fast."
    asked = {"name": "Router", "unit_id": cast.units["claims"].id, "owner_id": cast.number("ada")}
    made = client.post("/systems/new", data=asked | {"summary": typed, "visibility": "company"})
    assert made.status_code == 303
    assert edited(client, made.location.rpartition("/")[2])["summary"] == kept
    key = cast.triage.key
    assert client.post(f"/systems/{key}/edit", data=edited(client, key, summary=typed)).status_code == 303
    assert edited(client, key)["summary"] == kept
    # The browser counts a break as one character, and so does what is kept.
    long = "x" * 174 + "\r\n" + "y" * 175
    assert client.post(f"/systems/{key}/edit", data=edited(client, key, summary=long)).status_code == 303
    # A refusal for another reason keeps what was typed.
    refused = client.post(f"/systems/{key}/edit", data=edited(client, key, summary=typed, name=""))
    assert refused.status_code == 422
    assert f">{kept}</textarea>" in refused.text.replace(">\r\n", ">")
    longer = client.post(f"/systems/{key}/edit", data=edited(client, key, summary=long + "z"))
    assert longer.status_code == 422
    assert "z</textarea>" in longer.text
    assert "At most 350 characters; a line break becomes a space." in longer.text


def test_two_people_editing_different_fields_both_keep_their_words(client_of, cast):
    ada, ben, key = client_of("ada"), client_of("ben"), cast.triage.key
    theirs, mine = edited(ada, key, technique="Boosted trees"), edited(ben, key, modality="Tables")
    assert ada.post(f"/systems/{key}/edit", data=theirs).status_code == 303
    conflict = ben.post(f"/systems/{key}/edit", data=mine)
    assert conflict.status_code == 409
    assert "Somebody else saved this" in conflict.text
    merged = {
        "technique": re.search(r'name="technique"[^>]*value="([^"]*)"', conflict.text).group(1),
        "modality": re.search(r'name="modality"[^>]*value="([^"]*)"', conflict.text).group(1),
        "version": re.search(r'name="version"[^>]*value="(\d+)"', conflict.text).group(1),
    }
    assert (merged["technique"], merged["modality"]) == ("Boosted trees", "Tables")
    assert ben.post(f"/systems/{key}/edit", data=mine | merged).status_code == 303
    page = ben.get(f"/systems/{key}").text
    assert "Boosted trees" in page
    assert "Tables" in page


def test_two_people_editing_one_field_see_both_versions(client_of, cast):
    ada, ben, key = client_of("ada"), client_of("ben"), cast.triage.key
    theirs, mine = edited(ada, key, technique="Trees"), edited(ben, key, technique="<i>Rules</i>")
    ada.post(f"/systems/{key}/edit", data=theirs)
    conflict = ben.post(f"/systems/{key}/edit", data=mine)
    assert conflict.status_code == 409
    assert "Trees" in conflict.text
    assert "&lt;i&gt;Rules&lt;/i&gt;" in conflict.text
    assert "<i>Rules" not in conflict.text
    assert "Trees" in ada.get(f"/systems/{key}").text


def test_an_edit_without_its_revision_is_refused_and_changes_nothing(client_of, cast):
    client, key = client_of("ada"), cast.triage.key
    data = edited(client, key, technique="Trees")
    for version in ("", "abc", "-1", "9" * 30):
        assert client.post(f"/systems/{key}/edit", data=data | {"version": version}).status_code == 422
    assert "Trees" not in client.get(f"/systems/{key}").text


HOSTILE = (
    "\x00",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "9" * 5000,
    "-1",
    "NaN",
    "1e999",
    "\u202e",
    "x" * 70_000,
)


@pytest.mark.parametrize("each", DEPTHS)
def test_hostile_values_in_every_field_of_the_edit_form_are_answered_not_broken(client_of, cast, each):
    client, key = client_of("ada"), cast.triage.key
    honest = edited(client, key)
    for name, value in pairs(sorted(honest.keys() - {"csrf_token"}), HOSTILE, each):
        status = client.post(f"/systems/{key}/edit", data=honest | {name: value}).status_code
        assert status in {303, 409, 422}, (name, value[:20], status)


def test_the_history_shows_who_changed_what_from_what(client_of, cast):
    client, key = client_of("ada"), cast.triage.key
    client.post(f"/systems/{key}/edit", data=edited(client, key, technique="Boosted trees"))
    page = client.get(f"/systems/{key}/history").text
    assert "System edited" in page
    assert "Ada Owner" in page
    assert "Boosted trees" in page


def test_markdown_in_a_record_is_shown_as_text_that_cannot_act(client_of, cast):
    client, key = client_of("ada"), cast.triage.key
    hostile = "**bold** <script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    client.post(f"/systems/{key}/edit", data=edited(client, key, description=hostile))
    page = client.get(f"/systems/{key}").text
    assert "<strong>bold</strong>" in page
    assert "<script>alert" not in page
    assert "javascript:" not in page
    assert "onerror=" not in page.replace("&lt;img src=x onerror=alert(1)&gt;", "")


def test_somebody_elses_choice_from_a_list_is_taken_over_by_the_merge(client_of, cast):
    ada, ben, key = client_of("ada"), client_of("ben"), cast.triage.key
    theirs = edited(
        ada, key, kind="general_purpose", in_service_on="2026-02-01", links="Code https://example.org/x"
    )
    mine = edited(ben, key, technique="Rules")
    assert ada.post(f"/systems/{key}/edit", data=theirs).status_code == 303
    conflict = ben.post(f"/systems/{key}/edit", data=mine)
    assert conflict.status_code == 409
    assert '<option selected value="general_purpose">' in conflict.text
    assert re.search(r'name="in_service_on"[^>]*value="2026-02-01"', conflict.text)
    assert "Code https://example.org/x</textarea>" in conflict.text


def test_a_unit_nobody_knows_is_named_and_does_not_narrow_the_register(client_of, cast):
    page = client_of("ada").get("/systems?unit=999999").text
    assert "Unit: there is no “999999” any more." in page
    assert cast.triage.key in page


def test_a_conflict_names_the_unit_and_not_its_number(client_of, cast):
    ada, ben, key = client_of("ada"), client_of("ben"), cast.triage.key
    theirs, mine = (
        edited(ada, key, unit_id=str(cast.units["underwriting"].id)),
        edited(ben, key, technique="Rules"),
    )
    ada.post(f"/systems/{key}/edit", data=theirs)
    conflict = ben.post(f"/systems/{key}/edit", data=mine)
    assert conflict.status_code == 409
    rows = conflict.text[conflict.text.index("Fields that differ") : conflict.text.index("</table>")]
    assert "Halden Mutual / Underwriting" in rows


def test_an_empty_register_offers_the_import_to_those_who_may(app, client_of, cast):
    with app.database.transaction() as session:
        for system in (cast.triage, cast.pricing, cast.sentinel):
            row = withdrawal_row(session, system, "An import was undone.")
            session.flush()
            door = the_registry("command")
            record(session, door, Event.SYSTEM_WITHDRAWN, system, system_id=system.id, rows=[row])
    importer, member = client_of("adam").get("/systems").text, client_of("mia").get("/systems").text
    assert "The register is empty" in importer
    assert "The register is empty" in member
    assert 'href="/imports/new">Import an inventory' in importer
    assert "Import an inventory" not in member
    assert "an administrator can import it" in member
