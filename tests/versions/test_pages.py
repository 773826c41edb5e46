"""The pages of versions: what is shown to whom, what a refused form keeps, each step from candidate to withdrawn."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from registry.data_sources import actions as data_sources
from registry.data_sources.rules.sources import SourceFacts
from registry.incidents.actions.holds import hold
from registry.kernel import clock
from registry.versions import actions, queries
from registry.versions.rules.record import TrainedOn, VersionFacts
from tests.data_sources.test_pages import text_of
from tests.incidents.happening import opened
from tests.objectives.test_pages import form_of
from tests.store.statements import counted

PAGE = "/systems/AI-0001/versions"
FACTS = VersionFacts("1.0", changed="The **first** model.", significant=False, evaluation="AUC 0.91")
# Later than any day on which the standing cast can have been registered.
SWITCH = datetime(2090, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def house(app, cast):
    """Version 1.0 was live until 2.0 took over at noon; 3.0 is a candidate of Ada's."""
    with app.database.transaction() as session:
        ada, ben = cast.actor(session, "ada"), cast.actor(session, "ben")
        source = data_sources.add_source(
            session, ada, SourceFacts("Claims archive", owner_id=cast.number("ada"))
        )
        learned = TrainedOn(source.id, date(2025, 1, 1), date(2025, 12, 31))
        for day, label in ((2, "1.0"), (3, "2.0")):
            facts = replace(FACTS, label=label, trained_on=(learned,) if label == "2.0" else ())
            model = actions.add_version(session, ada, cast.triage.id, facts)
            actions.approve(session, ben, model, version=model.version)
            with clock.frozen(SWITCH.replace(day=day)):
                actions.put_live(session, ada, cast.triage.id, [(model, 100)])
        actions.add_version(session, ada, cast.triage.id, replace(FACTS, label="3.0 rc/1", significant=True))
        actions.add_version(session, ada, cast.sentinel.id, FACTS)
    return app.database, cast


def test_the_tab_shows_every_version_what_is_live_and_what_changed(house, client_of):
    client = client_of("otto")
    said = text_of(client.get(PAGE))
    for words in (
        "3.0 rc/1",
        "candidate",
        "significant change",
        "2.0",
        "live",
        "1.0",
        "approved",
        "Ada Owner",
    ):
        assert words in said
    assert "Add a version" not in said
    assert "Add a version" in text_of(client_of("ben").get(PAGE))
    assert "No version yet" in text_of(client.get("/systems/AI-0003/versions"))


def test_a_day_of_change_has_both_versions_and_one_to_come_none(house, client_of):
    client = client_of("otto")
    with clock.frozen(SWITCH.replace(day=9)):
        client = client_of("otto")
        for day, labels in ((1, []), (2, ["1.0"]), (3, ["1.0", "2.0"]), (4, ["2.0"])):
            page = client.get(f"{PAGE}?on=2090-03-0{day}").text
            found = page[page.index("<p>On ") :]
            assert re.findall(r"/versions/\d+\">([^<]+)</a>", found) == labels, day
        for odd in ("2090-03-10", "soon", "2090-02-30"):
            assert client.get(f"{PAGE}?on={odd}").status_code == 422
        assert "This day has not come yet" in text_of(client.get(f"{PAGE}?on=2090-03-10"))


def test_a_candidate_is_added_fed_edited_approved_by_another_put_live_and_withdrawn(house, client_of):
    database, cast = house
    ada, ben = client_of("ada"), client_of("ben")
    form = form_of(ada, f"{PAGE}/new") | {"label": "4.0", "changed": "Bigger."}
    refused = ada.post(f"{PAGE}/new", data=form | {"significant": "", "digest": "12", "label": "2.0"})
    assert refused.status_code == 422
    for words in ("Say whether this is", "64 hex digits", "has a version of this label"):
        assert words in text_of(refused)
    added = ada.post(f"{PAGE}/new", data=form | {"significant": "yes"}, follow_redirects=True)
    assert "added as a candidate" in text_of(added)
    assert "needs its evaluation results" in text_of(added)
    with database.transaction(read_only=True) as session:
        page = f"{PAGE}/{queries.by_label(session, cast.triage.id, '4.0').id}"
    source = form_of(ada, page) | {"source": "claims ARCHIVE", "from_on": "2026-01-01", "to_on": "2025-01-01"}
    backwards = ada.post(f"{page}/sources", data=source)
    assert backwards.status_code == 422
    assert "ends before it begins" in text_of(backwards)
    assert "does not" not in text_of(backwards)
    named = ada.post(f"{page}/sources", data=source | {"to_on": ""}, follow_redirects=True)
    assert "from 1 Jan 2026" in text_of(named)
    assert ada.post(f"{page}/sources", data=source | {"source": "Weather"}).status_code == 422
    edited = form_of(ada, f"{page}/edit") | {"evaluation": "Better by *two* points."}
    saved = ada.post(f"{page}/edit", data=edited, follow_redirects=True)
    assert "a second pair of eyes" in text_of(saved)
    assert "from 1 Jan 2026" in text_of(saved)
    token = form_of(ben, page)
    hers = {"csrf_token": edited["csrf_token"], "version": token["version"]}
    assert ada.post(f"{page}/approve", data=hers).status_code == 403
    stale = ben.post(f"{page}/approve", data=token | {"version": "1"})
    assert stale.status_code == 409
    assert "is approved" in text_of(ben.post(f"{page}/approve", data=token, follow_redirects=True))
    for late in (ada.get(f"{page}/edit"), ada.post(f"{page}/edit", data=edited)):
        assert (late.status_code, "what it states stays" in text_of(late)) == (422, True)
    live = form_of(ben, f"{page}/live")
    assert live["share"] == "100"
    alone = ben.post(f"{page}/live", data=live | {"share": "90"})
    assert (alone.status_code, "Say who has the rest" in text_of(alone)) == (422, True)
    both = ben.post(f"{page}/live", data=live | {"share": "90", "beside": "2"}, follow_redirects=True)
    assert "live, 90 % of use" in text_of(both)
    assert "live, 10 % of use" in text_of(ben.get(f"{PAGE}/2"))
    assert ben.post(f"{page}/live", data=live | {"beside": "2"}).status_code == 422
    assert ben.post(f"{page}/live", data=live).status_code == 303
    gone = form_of(ben, f"{page}/withdraw")
    assert ben.post(f"{page}/withdraw", data=gone).status_code == 422
    said = text_of(ben.post(f"{page}/withdraw", data=gone | {"because": "It drifts."}, follow_redirects=True))
    for words in ("Withdrawn on", "It drifts.", "Version put live", "Ben Engineer", "all of it"):
        assert words in said, words
    assert "Nothing is live" in text_of(ben.get(PAGE))


def test_of_two_editors_of_a_version_neither_loses_what_they_typed(house, client_of):
    ada, dee = client_of("ada"), client_of("dee")
    mine, theirs = form_of(ada, f"{PAGE}/3/edit"), form_of(dee, f"{PAGE}/3/edit")
    assert dee.post(f"{PAGE}/3/edit", data=theirs | {"significant": "no"}).status_code == 303
    reply = ada.post(f"{PAGE}/3/edit", data=mine | {"because": "Drift"})
    said = text_of(reply)
    assert reply.status_code == 409
    assert "Significant change no yes theirs" in said
    assert "Why not stated Drift yours" in said


def test_a_source_named_by_mistake_is_dropped_while_it_is_a_candidate(house, client_of):
    client = client_of("ada")
    form = form_of(client, f"{PAGE}/3") | {"source": "DS-1", "from_on": "", "to_on": ""}
    assert "Claims archive" in text_of(client.post(f"{PAGE}/3/sources", data=form, follow_redirects=True))
    row = form_of(client, f"{PAGE}/3")
    assert row["row"] == "2"
    dropped = client.post(f"{PAGE}/3/sources/drop", data=row, follow_redirects=True)
    assert "No data named yet" in text_of(dropped)
    for page, data in ((f"{PAGE}/2", {"row": "1"}), (f"{PAGE}/3", {})):
        token = {"csrf_token": row["csrf_token"]}
        assert client.post(f"{page}/sources/drop", data=token | data).status_code == 422


def test_two_versions_are_compared_field_by_field_and_source_by_source(house, client_of):
    client = client_of("otto")
    said = text_of(client.get(f"{PAGE}/compare?a=1&b=2"))
    assert "Label 1.0 1.0 2.0 2.0" in said
    assert "1 Jan 2025 to 31 Dec 2025 added" in said
    assert "Significant change" not in said
    assert "left out" in text_of(client.get(f"{PAGE}/compare"))
    assert "Significant change 2.0 no 3.0 rc/1 yes" in text_of(client.get(f"{PAGE}/compare"))
    assert client.get(f"{PAGE}/compare?a=1&b=4").status_code == 404
    assert client.get(f"{PAGE}/compare?a=x&b=2").status_code == 422
    assert "not two versions yet" in text_of(client.get("/systems/AI-0003/versions/compare"))


def test_a_source_shows_which_versions_learned_from_it_to_those_who_may_know_of_them(house, client_of):
    database, cast = house
    with database.transaction() as session:
        facts = replace(FACTS, label="secret one", trained_on=(TrainedOn(1),))
        actions.add_version(session, cast.actor(session, "ada"), cast.sentinel.id, facts)
    outsider, owner = (text_of(client_of(name).get("/data-sources/DS-0001")) for name in ("otto", "ada"))
    assert "2.0 Claims triage AI-0001 live 1 Jan 2025 to 31 Dec 2025" in outsider
    assert "secret one" not in outsider
    assert "Sentinel" not in outsider
    assert "secret one Sentinel AI-0002 candidate not stated" in owner


def test_who_may_not_know_of_a_system_or_leads_it_not_changes_nothing(house, client_of):
    olga = client_of("olga")
    token = {"csrf_token": form_of(olga, "/systems/AI-0003/versions/new")["csrf_token"]}
    for path in ("", "/compare", "/4", "/4/edit", "/4/live", "/4/withdraw", "/new"):
        assert olga.get(f"/systems/AI-0002/versions{path}").status_code == 404, path
    assert olga.get("/systems/AI-0003/versions/1").status_code == 404
    for path in ("/new", "/3/edit", "/3/sources", "/3/sources/drop", "/3/approve", "/2/live", "/2/withdraw"):
        assert olga.post(PAGE + path, data=token).status_code == 403, path
    for path in ("/edit", "/live", "/withdraw"):
        assert olga.get(f"{PAGE}/3{path}").status_code == 403, path


def test_the_page_of_a_held_version_says_so_and_offers_no_withdrawal(house, client_of):
    database, cast = house
    with clock.frozen(SWITCH.replace(day=4)), database.transaction() as session:
        hold(session, cast.actor(session, "ada"), opened(session, cast), "The authority asks.")
        held = queries.by_label(session, cast.triage.id, "1.0").id
    client = client_of("ada")
    address = f"{PAGE}/{held}"
    said = text_of(client.get(address))
    assert "Held as evidence since 4 Mar 2090" in said
    assert "The authority asks." in said
    assert "Withdraw it" not in said
    refused = client.post(f"{address}/withdraw", data={"because": "Bad."})
    assert refused.status_code == 422
    assert "held as evidence since 4 Mar 2090" in text_of(refused)


def test_a_page_asks_the_database_as_often_for_many_versions_as_for_few(house, client_of):
    database, cast = house
    client = client_of("ada")

    def statements():
        with counted(database) as found:
            assert client.get(PAGE).status_code == 200
        return len(found)

    few = statements()
    with database.transaction() as session:
        for number in range(30):
            facts = replace(FACTS, label=f"n{number}")
            actions.add_version(session, cast.actor(session, "ada"), cast.triage.id, facts)
    assert statements() == few
    first = client.get(PAGE).text
    following = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    labels = re.findall(r">(n\d+)</a>", first + client.get(following).text)
    assert labels == [f"n{number}" for number in reversed(range(30))]
