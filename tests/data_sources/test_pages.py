"""The catalogue's and a system's data pages: what is shown, who may change what, what a refused form keeps."""

import re
from datetime import date
from decimal import Decimal

import pytest

from registry.data_sources import actions, queries
from registry.data_sources.rules.quality import CheckFacts, Dimension
from registry.data_sources.rules.sources import Classification, Purpose, SourceFacts, Stated
from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from tests.objectives.test_pages import form_of

SOURCE = "/data-sources/DS-0001"
CHECK = CheckFacts(
    Dimension.COMPLETENESS, "Rows with a birth date", "%", Bound.AT_LEAST, Decimal(98), None, Cadence.WEEKLY
)


@pytest.fixture
def house(app, cast):
    with app.database.transaction() as session:
        mia, ada = cast.actor(session, "mia"), cast.actor(session, "ada")
        facts = SourceFacts(
            name="Claims archive",
            description="Closed claims, *all* of them.",
            owner_id=cast.number("mia"),
            classification=Classification.CONFIDENTIAL,
            personal_data=Stated.YES,
            lawful_basis="Contract",
            licence="Data agreement 7",
            licence_expires_on=date(2020, 1, 31),
        )
        source = actions.add_source(session, mia, facts)
        actions.add_check(session, mia, source, CHECK)
        actions.attach(session, ada, cast.triage.id, source, Purpose.TRAINING, note="2020 to 2025")
        actions.attach(session, ada, cast.sentinel.id, source, Purpose.TRAINING)
    return app.database, cast


def text_of(reply):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.get_data(as_text=True)))


def token_of(client):
    return {"csrf_token": form_of(client, "/data-sources").get("csrf_token", "")}


def test_the_catalogue_shows_what_may_be_done_with_each_source_and_who_uses_it(house, client_of):
    said = text_of(client_of("mia").get("/data-sources"))
    for words in (
        "DS-0001",
        "Claims archive",
        "confidential",
        "personal data",
        "licence ran out 31 Jan 2020",
        "1 system ",
    ):
        assert words in said
    assert "2 systems" in text_of(client_of("ada").get("/data-sources"))


def test_the_catalogue_is_narrowed_by_its_address_and_says_when_nothing_fits(house, client_of):
    client = client_of("mia")
    for query in ("q=archive", "q=DS-1", "classification=confidential", "personal=yes", "expiring=1"):
        assert "Claims archive" in text_of(client.get(f"/data-sources?{query}")), query
    for query in ("q=weather", "classification=public", "personal=no", "retired=1"):
        assert "Nothing matches" in text_of(client.get(f"/data-sources?{query}")), query
    for query in ("classification=odd", "personal=maybe", "after=odd"):
        assert client.get(f"/data-sources?{query}").status_code == 422


def test_a_long_catalogue_goes_on_where_the_page_before_ended(house, client_of):
    database, cast = house
    with database.transaction() as session:
        for number in range(60):
            actions.add_source(
                session,
                cast.actor(session, "mia"),
                SourceFacts(f"Feed {number:02}", owner_id=cast.number("mia")),
            )
    client = client_of("mia")
    first = client.get("/data-sources?q=feed").get_data(as_text=True)
    following = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    second = client.get(following).get_data(as_text=True)
    shown = re.findall(r">Feed (\d\d)<", first) + re.findall(r">Feed (\d\d)<", second)
    assert shown == [f"{number:02}" for number in range(60)]
    assert 'rel="next"' not in second


def test_a_source_shows_its_users_only_to_those_who_may_know_of_them(house, client_of):
    outsider, owner = (text_of(client_of(name).get(SOURCE)) for name in ("otto", "ada"))
    assert "Claims triage" in outsider
    assert "Sentinel" not in outsider
    assert "Sentinel" in owner
    assert "Where it comes from" in owner
    assert "Edit the source" not in owner
    assert "Rows with a birth date" in outsider
    assert "not measured" in outsider


def test_a_source_is_added_by_anybody_with_themselves_as_its_owner(house, client_of):
    client = client_of("otto")
    form = form_of(client, "/data-sources/new")
    refused = client.post("/data-sources/new", data=form | {"name": "CLAIMS archive", "personal_data": "yes"})
    assert refused.status_code == 422
    assert "DS-0001 has this name" in text_of(refused)
    assert "Personal data needs a lawful basis" in text_of(refused)
    sent = form | {"name": "Weather", "allowed_purposes": ["test", "training"], "personal_data": "no"}
    added = client.post("/data-sources/new", data=sent, follow_redirects=True)
    assert "Weather is in the catalogue as DS-0002." in text_of(added)
    assert "training, test" in text_of(added)
    assert "Edit the source" in text_of(added)


@pytest.mark.parametrize("name", ["otto", "ada", "rita", "aud"])
def test_who_neither_owns_nor_tends_a_source_changes_nothing_of_it(house, client_of, name):
    client = client_of(name)
    token = token_of(client)
    for path in ("/edit", "/retire", "/checks/new"):
        assert client.get(SOURCE + path).status_code == 403, path
    for path in ("/edit", "/retire", "/restore", "/checks/new", "/checks/1/stop"):
        assert client.post(SOURCE + path, data=token).status_code == 403, path
    result = token | {"measured_on": "2026-06-30", "value": "99"}
    assert client.post(f"{SOURCE}/checks/1", data=result).status_code == 403


def test_of_two_editors_of_a_source_neither_loses_what_they_typed(house, client_of):
    mia, adam = client_of("mia"), client_of("adam")
    mine, theirs = form_of(mia, f"{SOURCE}/edit"), form_of(adam, f"{SOURCE}/edit")
    assert adam.post(f"{SOURCE}/edit", data=theirs | {"classification": "secret"}).status_code == 303
    reply = mia.post(f"{SOURCE}/edit", data=mine | {"location": "Vault"})
    said = text_of(reply)
    assert reply.status_code == 409
    assert "Classification secret confidential theirs" in said
    assert "Location not stated Vault yours" in said


def test_a_source_is_retired_and_put_back(house, client_of):
    client = client_of("mia")
    form = form_of(client, f"{SOURCE}/retire")
    assert client.post(f"{SOURCE}/retire", data=form).status_code == 422
    gone = client.post(
        f"{SOURCE}/retire", data=form | {"because": "Moved to the lake."}, follow_redirects=True
    )
    assert "Moved to the lake." in text_of(gone)
    assert "retired" in text_of(client_of("ada").get("/systems/AI-0001/data"))
    back = client.post(f"{SOURCE}/restore", data=token_of(client), follow_redirects=True)
    assert "is back in the catalogue" in text_of(back)


def test_the_history_of_a_source_names_who_changed_what(house, client_of):
    client = client_of("mia")
    client.post(f"{SOURCE}/edit", data=form_of(client, f"{SOURCE}/edit") | {"location": "Vault 7"})
    said = text_of(client_of("otto").get(f"{SOURCE}/history"))
    assert "Mia Colleague" in said
    assert "Vault 7" in said
    assert "Sentinel" not in said


def test_results_of_a_check_are_recorded_and_judged(house, client_of):
    client = client_of("mia")
    check = f"{SOURCE}/checks/1"
    assert "Not measured yet" in text_of(client.get(check))
    form = form_of(client, check) | {"measured_on": "2026-06-30"}
    assert client.post(check, data=form | {"value": "many"}).status_code == 422
    said = text_of(client.post(check, data=form | {"value": "97.5"}, follow_redirects=True))
    assert "97.5 %" in said
    assert "not met" in said
    assert "overdue" in text_of(client.get(SOURCE))
    stopped = client.post(f"{check}/stop", data=token_of(client), follow_redirects=True)
    assert "Its results stay" in text_of(stopped)
    assert "No check yet" in text_of(stopped)
    assert "97.5 %" in text_of(client.get(check))
    assert client.get("/data-sources/DS-0001/checks/2").status_code == 404


def test_a_system_shows_what_it_uses_by_purpose_with_what_is_wrong_about_it(house, client_of):
    said = text_of(client_of("otto").get("/systems/AI-0001/data"))
    for words in (
        "training",
        "Claims archive",
        "2020 to 2025",
        "licence ran out 31 Jan 2020",
        "personal data",
    ):
        assert words in said
    assert "Attach a source" not in said
    assert "No data named yet" in text_of(client_of("olga").get("/systems/AI-0003/data"))


def test_a_source_of_the_catalogue_is_attached_by_name_or_id(house, client_of):
    client = client_of("olga")
    page = "/systems/AI-0003/data"
    form = form_of(client, page)
    sent = form | {"source": "claims ARCHIVE", "purpose": "test", "note": "Half of it"}
    assert "Half of it" in text_of(client.post(page, data=sent, follow_redirects=True))
    by_id = form | {"source": "ds-1", "purpose": "feedback"}
    assert client.post(page, data=by_id).status_code == 303
    twice = client.post(page, data=by_id)
    assert twice.status_code == 422
    assert "already uses this source for this purpose" in text_of(twice)


def test_a_name_the_catalogue_does_not_know_is_added_only_when_the_person_says_so(house, client_of):
    database, cast = house
    client = client_of("olga")
    page = "/systems/AI-0003/data"
    sent = form_of(client, page) | {"source": "Weather feed", "purpose": "operational_input"}
    sent.pop("is_new", None)
    refused = client.post(page, data=sent)
    assert refused.status_code == 422
    assert "tick that it is new" in text_of(refused)
    assert 'value="Weather feed"' in refused.get_data(as_text=True)
    half = client.post(page, data=sent | {"is_new": "y", "purpose": ""})
    assert half.status_code == 422
    with database.transaction(read_only=True) as session:
        assert queries.source_named(session, "Weather feed") is None
    done = client.post(page, data=sent | {"is_new": "y"}, follow_redirects=True)
    assert "Weather feed" in text_of(done)
    with database.transaction(read_only=True) as session:
        assert queries.source_named(session, "Weather feed").owner_id == cast.number("olga")
    assert client.post(page, data=sent | {"source": ""}).status_code == 422


def test_a_use_is_ended_and_stays_readable(house, client_of):
    client = client_of("ada")
    end = "/systems/AI-0001/data/1/end"
    form = form_of(client, end) | {"because": "Trained on the lake now."}
    said = text_of(client.post(end, data=form, follow_redirects=True))
    assert "No longer used" in said
    assert "Trained on the lake now." in said
    assert client.post(end, data=form).status_code == 422
    assert client.get("/systems/AI-0002/data/1/end").status_code == 404


def test_who_may_not_know_of_a_system_or_holds_no_seat_on_it_attaches_nothing(house, client_of):
    olga, rita = client_of("olga"), client_of("rita")
    sent = {"source": "DS-1", "purpose": "test"}
    for key in ("AI-0002", "AI-0099"):
        assert olga.get(f"/systems/{key}/data").status_code == 404
        assert olga.post(f"/systems/{key}/data", data=token_of(olga) | sent).status_code == 404
        assert olga.get(f"/systems/{key}/data/2/end").status_code == 404
    assert rita.post("/systems/AI-0001/data", data=token_of(rita) | sent).status_code == 403
    assert olga.post("/systems/AI-0001/data", data=token_of(olga) | sent).status_code == 403
