"""The objective's pages: what is shown, what a form keeps when it is refused, who may change what."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from registry.kernel.guard_rails import Bound
from registry.objectives import actions, queries
from registry.objectives.rules.metric import Direction, Kind, MetricFacts
from registry.objectives.rules.objective import ObjectiveFacts, ValueFacts

PAGE = "/systems/AI-0001/objectives"
PURPOSE = ObjectiveFacts(problem="Urgent claims **wait**.", expected_value=Decimal(1_200_000), currency="EUR")
METRIC = MetricFacts(
    kind=Kind.ACCURACY,
    name="Right first time",
    unit="%",
    direction=Direction.HIGHER,
    baseline=Decimal("81.5"),
    target=Decimal(92),
    breach_bound=Bound.AT_LEAST,
    breach_low=Decimal(80),
)


@pytest.fixture
def house(app, cast):
    with app.database.transaction() as session:
        ada = cast.actor(session, "ada")
        actions.set_objective(session, ada, cast.triage.id, PURPOSE, version=0)
        actions.add_metric(session, ada, cast.triage.id, METRIC)
        actions.set_objective(session, ada, cast.sentinel.id, PURPOSE, version=0)
    return app.database, cast


def form_of(client, url):
    """What a browser would send if the person changed nothing."""
    return fields_in(client.get(url).get_data(as_text=True))


def fields_in(text):
    """The same of a page that is at hand."""
    found = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', text))
    found |= dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\r?\n?(.*?)</textarea>', text, re.DOTALL))
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options) or re.search(
            r'value="([^"]*)"', options
        )
        found[name] = chosen.group(1)
    return {name: value for name, value in found.items() if name != "q"}


def test_the_page_says_what_it_is_for_how_it_is_measured_and_what_is_missing(house, client_of):
    database, cast = house
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        actions.record_value(
            session,
            ada,
            cast.triage.id,
            ValueFacts(date(2026, 6, 30), Decimal("1500.5"), "EUR", "Cost report"),
        )
    page = client_of("otto").get(PAGE)
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "<strong>wait</strong>" in text
    assert "1,200,000" in text
    assert "1,500.5" in text
    assert "Right first time" in text
    assert "at least 80 %" in text
    assert "lacks cadence and owner of the number" in text
    assert "Edit the objective" not in text


def test_an_empty_page_says_what_belongs_there_and_offers_the_first_step(house, client_of):
    text = client_of("olga").get("/systems/AI-0003/objectives").get_data(as_text=True)
    assert "No metric yet" in text
    assert "/systems/AI-0003/objectives/metrics/new" in text
    assert "/systems/AI-0003/objectives/edit#problem" in text


CHANGES = (
    "/edit",
    "/metrics/new",
    "/metrics/right-first-time/edit",
    "/metrics/right-first-time/retire",
    "/values/new",
)


def test_a_restricted_system_looks_like_one_that_is_not_there(house, client_of):
    database, cast = house
    with database.transaction() as session:
        actions.add_metric(session, cast.actor(session, "ada"), cast.sentinel.id, METRIC)
    for path in ("", *CHANGES):
        owner, other = client_of("ada"), client_of("olga")
        assert owner.get(f"/systems/AI-0002/objectives{path}").status_code == 200
        hidden, absent = (other.get(f"/systems/{key}/objectives{path}") for key in ("AI-0002", "AI-0099"))
        assert hidden.status_code == absent.status_code == 404


@pytest.mark.parametrize("name", ["olga", "mia", "rita"])
def test_who_holds_no_seat_on_the_system_changes_nothing_of_it(house, client_of, name):
    client = client_of(name)
    token = {"csrf_token": form_of(client, PAGE).get("csrf_token", "")}
    for path in CHANGES:
        assert client.get(PAGE + path).status_code == 403
        assert client.post(PAGE + path, data=token).status_code == 403


def test_a_metric_of_another_system_is_not_found_here(house, client_of):
    database, cast = house
    with database.transaction() as session:
        actions.add_metric(
            session, cast.actor(session, "olga"), cast.pricing.id, replace(METRIC, name="Theirs")
        )
    client = client_of("ada")
    assert client.get(f"{PAGE}/metrics/theirs/edit").status_code == 404
    assert client.get(f"{PAGE}/metrics/right-first-time/edit").status_code == 200


def test_an_objective_is_edited_and_the_page_shows_it(house, client_of):
    client = client_of("ben")
    sent = form_of(client, f"{PAGE}/edit") | {
        "stop_condition": "Below 80 % for a quarter.",
        "currency": " usd ",
    }
    reply = client.post(f"{PAGE}/edit", data=sent, follow_redirects=True)
    text = reply.get_data(as_text=True)
    assert reply.status_code == 200
    assert "The objective is saved." in text
    assert "Below 80 % for a quarter." in text
    assert "1,200,000" in text
    assert "USD" in text


def test_a_refused_form_comes_back_filled_with_the_problem_beside_its_field(house, client_of):
    database, cast = house
    client = client_of("ada")
    sent = form_of(client, f"{PAGE}/edit") | {"who_acts": "The <b>desk</b>", "expected_value": "12,5x"}
    reply = client.post(f"{PAGE}/edit", data=sent)
    text = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert "The &lt;b&gt;desk&lt;/b&gt;" in text
    assert "Give a number such as 0.92 or 1200." in text
    assert "12,5x" in text
    with database.transaction(read_only=True) as session:
        assert queries.objective_of(session, cast.triage.id).who_acts == ""


def test_of_two_editors_neither_loses_what_they_typed(house, client_of):
    ada, ben = client_of("ada"), client_of("ben")
    mine, theirs = form_of(ada, f"{PAGE}/edit"), form_of(ben, f"{PAGE}/edit")
    assert ben.post(f"{PAGE}/edit", data=theirs | {"why_ai": "Rules miss half."}).status_code == 303
    reply = ada.post(f"{PAGE}/edit", data=mine | {"problem": "Claims rot."})
    text = reply.get_data(as_text=True)
    assert reply.status_code == 409
    assert "Nothing is lost" in text
    assert "Rules miss half." in text
    assert "Claims rot." in text
    merged = dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\r?\n?(.*?)</textarea>', text, re.DOTALL))
    assert (merged["problem"].strip(), merged["why_ai"].strip()) == ("Claims rot.", "Rules miss half.")
    again = mine | {"problem": "Claims rot.", "why_ai": "Rules miss half.", "version": "2"}
    assert ada.post(f"{PAGE}/edit", data=again).status_code == 303


def test_of_two_who_state_the_first_objective_neither_loses_what_they_typed(house, client_of):
    page = "/systems/AI-0003/objectives/edit"
    olga, adam = client_of("olga"), client_of("adam")
    mine, theirs = form_of(olga, page), form_of(adam, page)
    assert (
        adam.post(page, data=theirs | {"problem": "Theirs", "why_ai": "Rules miss half."}).status_code == 303
    )
    reply = olga.post(page, data=mine | {"problem": "Mine", "who_acts": "The desk"})
    text = reply.get_data(as_text=True)
    merged = dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\r?\n?(.*?)</textarea>', text, re.DOTALL))
    assert reply.status_code == 409
    held = {name: merged[name].strip() for name in ("problem", "why_ai", "who_acts")}
    assert held == {"problem": "Mine", "why_ai": "Rules miss half.", "who_acts": "The desk"}


def test_a_choice_that_was_not_offered_is_refused_not_a_failure(house, client_of):
    client = client_of("ada")
    form = form_of(client, f"{PAGE}/metrics/new") | {"name": "Odd", "kind": "custom"}
    for wrong in ({"kind": "odd"}, {"cadence": "sometimes"}, {"number_owner_id": "99999"}, {"version": "x"}):
        reply = client.post(f"{PAGE}/metrics/new", data=form | wrong)
        assert reply.status_code == 422, wrong


def test_a_metric_is_added_with_what_is_known_and_completed_later(house, client_of):
    database, cast = house
    client = client_of("ada")
    new = form_of(client, f"{PAGE}/metrics/new")
    assert new["number_owner_id"] == str(cast.number("ada"))
    sent = new | {"kind": "latency", "name": "Time to answer", "groups": " age band \n\nregion"}
    added = client.post(f"{PAGE}/metrics/new", data=sent, follow_redirects=True)
    assert "Values are delivered to it as “time-to-answer”." in added.get_data(as_text=True)
    edit = f"{PAGE}/metrics/time-to-answer/edit"
    form = form_of(client, edit)
    assert (form["groups"].strip(), form["direction"], form["version"]) == ("age band\nregion", "", "1")
    whole = form | {
        "direction": "lower_is_better",
        "unit": "s",
        "baseline": "9.5",
        "target": "2",
        "cadence": "daily",
    }
    assert client.post(edit, data=whole).status_code == 303
    with database.transaction(read_only=True) as session:
        metric = queries.metric_by_slug(session, cast.triage.id, "time-to-answer")
        assert (metric.groups, metric.baseline, metric.version) == (["age band", "region"], Decimal("9.5"), 2)


def test_a_metric_that_contradicts_itself_is_refused_beside_the_field(house, client_of):
    client = client_of("ada")
    edit = f"{PAGE}/metrics/right-first-time/edit"
    reply = client.post(edit, data=form_of(client, edit) | {"target": "70"})
    assert reply.status_code == 422
    assert "this target lies below the baseline" in reply.get_data(as_text=True)


def test_two_editors_of_a_metric_are_shown_both_sides_in_the_forms_own_words(house, client_of):
    ada, ben = client_of("ada"), client_of("ben")
    edit = f"{PAGE}/metrics/right-first-time/edit"
    mine, theirs = form_of(ada, edit), form_of(ben, edit)
    assert ben.post(edit, data=theirs | {"cadence": "monthly", "groups": "region"}).status_code == 303
    reply = ada.post(edit, data=mine | {"unit": "share"})
    text = reply.get_data(as_text=True)
    assert reply.status_code == 409
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    for line in (
        "A value is due monthly not stated theirs",
        "Groups compared region not stated theirs",
        "Unit % share yours",
    ):
        assert line in shown
    assert "Better when" not in shown.split("Fields that differ")[1].split("In the form below")[0]


def test_a_metric_is_retired_with_a_reason(house, client_of):
    client = client_of("ada")
    retire = f"{PAGE}/metrics/right-first-time/retire"
    form = form_of(client, retire)
    assert client.post(retire, data=form | {"because": " "}).status_code == 422
    reply = client.post(retire, data=form | {"because": "The queue is gone."}, follow_redirects=True)
    assert "The queue is gone." in reply.get_data(as_text=True)


def test_value_is_recorded_in_the_currency_expected(house, client_of):
    client = client_of("ada")
    form = form_of(client, f"{PAGE}/values/new")
    assert form["currency"] == "EUR"
    sent = form | {"on_day": "2026-06-30", "amount": "-1,500.25", "source": "Cost report"}
    reply = client.post(f"{PAGE}/values/new", data=sent, follow_redirects=True)
    assert "-1,500.25" in reply.get_data(as_text=True)
    empty = client.post(f"{PAGE}/values/new", data=form | {"on_day": "soon"})
    assert empty.status_code == 422
    assert "Give a date such as 2026-11-30." in empty.get_data(as_text=True)
