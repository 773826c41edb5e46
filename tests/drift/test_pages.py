"""Drift in the browser: the map, one feature with every measure in words, and what it is compared with."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from registry.drift import actions, jobs
from registry.drift.rules.decoding import DistributionBatch, DistributionIn
from tests.objectives.test_pages import form_of
from tests.store.statements import counted

EDGES = tuple(map(Decimal, (0, 18, 40, 65, 120)))
USUAL, GONE = (500, 500, 500, 500), (180, 820, 820, 180)
FIRST = datetime(2025, 10, 1, tzinfo=UTC)


def text_of(reply):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.get_data(as_text=True)))


def window(feature, day, counts=USUAL):
    end = FIRST + timedelta(days=day)
    return DistributionIn(feature, end - timedelta(days=1), end, counts, EDGES)


def send(database, cast, *sent):
    with database.transaction() as session:
        batch = DistributionBatch("", "nightly", "", sent)
        actions.record_distributions(session, cast.actor(session, "ben"), cast.triage.id, batch)


@pytest.fixture
def page(app, database, cast):
    send(database, cast, *(window("age", day) for day in range(3)), window("income", 1))
    return f"/systems/{cast.triage.key}/drift"


def test_a_baseline_is_chosen_measured_against_and_renamed(database, cast, page, client_of):
    ada = client_of("ada")
    assert "Choose a baseline for age" in text_of(ada.get(page))
    one = f"{page}/1"
    form = form_of(ada, f"{one}/baseline")
    assert form["window"] == ""
    assert form_of(ada, f"{one}/baseline?window=2")["window"] == "2"
    refused = ada.post(f"{one}/baseline", data=form | {"name": "training data", "window": "1"})
    assert refused.status_code == 422
    assert "training data" in refused.text
    nothing = text_of(ada.post(f"{one}/baseline", data={"window": "", "name": "x"}))
    assert "Choose the window whose counts it is to be compared with." in nothing
    assert "Say why this is what the feature should look like." in text_of(refused)
    typed = {"name": "training data", "reason": "It was approved on this.", "window": "1"}
    done = ada.post(f"{one}/baseline", data=form | typed, follow_redirects=True)
    assert "age is compared with “training data” from now on." in text_of(done)
    send(database, cast, window("age", 5, GONE))
    jobs.check_drift(database, {})
    said = text_of(client_of("otto").get(one))
    assert "It has moved away from its baseline" in said
    assert "Population stability index (decides)" in said
    assert "More than chance explains, and significant by custom." in said
    assert "does not state its mean and variance." in said
    assert "18 to 40" in said
    assert "Every measure" in said
    assert "as chance has it" in text_of(ada.get(f"{one}?window=2"))
    itself = text_of(ada.get(f"{one}?window=1"))
    assert "Stands is the baseline" in itself
    assert "The baseline consists of it, so there is nothing to compare it with." in itself
    assert "Every measure" not in itself
    tab = text_of(ada.get(page))
    assert "age: moved significantly." in tab
    assert "age is the baseline as chance has it (0.000)" in tab
    alert = re.search(r'href="(/alerts/\d+)"', ada.get(one).text)[1]
    warned = f"Alert {alert.rpartition('/')[2]} about this feature is open and ends by itself if the newest window is"
    assert warned in text_of(ada.get(f"{one}/baseline"))
    assert "about this feature is open" not in text_of(ada.get(f"{page}/2/baseline"))
    assert f'<a href="{one}">How it moved</a>' in ada.get(alert).text
    opened = form_of(ada, f"{one}/rename")
    renamed = ada.post(f"{one}/rename", data=opened | {"name": "2026 training"}, follow_redirects=True)
    assert "The baseline is called “2026 training” now." in text_of(renamed)
    late = ada.post(f"{one}/rename", data=opened | {"name": "other"})
    assert (late.status_code, "changed meanwhile" in text_of(late)) == (422, True)
    again = form_of(ada, f"{one}/baseline?window=2") | {"name": "October", "reason": "New tariff."}
    assert "Baselines before" in text_of(ada.post(f"{one}/baseline", data=again, follow_redirects=True))


def test_who_has_no_seat_reads_and_changes_nothing(page, client_of):
    otto = client_of("otto")
    assert "Choose a baseline" not in text_of(otto.get(page))
    assert "Compared with" in text_of(otto.get(f"{page}/1"))
    for path in ("/1/baseline", "/1/rename"):
        assert otto.get(page + path).status_code == 403
        assert otto.post(page + path).status_code == 403


def test_what_is_not_there_is_not_found(cast, page, client_of):
    ada = client_of("ada")
    for path in ("/99", "/1/rename", "/1?window=4", "/1?window=99", "/1/baseline?window=99"):
        assert ada.get(page + path).status_code == 404, path
    assert client_of("otto").get(f"/systems/{cast.sentinel.key}/drift").status_code == 404


def test_the_map_costs_the_same_statements_however_many_features_there_are(database, cast, page, client_of):
    ada, numbers = client_of("ada"), []
    with database.transaction() as session:
        ben = cast.actor(session, "ben")
        actions.set_sent_baseline(session, ben, cast.triage.id, "x", "y", window("age", 0))
    for count in (1, 60):
        send(database, cast, *(window(f"f{each:02}", 1) for each in range(count)))
        with counted(database) as statements:
            first = ada.get(page)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
    following = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    assert "income" in text_of(ada.get(following))
    assert "income" not in text_of(first)
