"""The monitoring tab, the list of readings and the form for one number, as the people of a system meet them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from registry.kernel import clock
from registry.kernel.guard_rails import Bound
from registry.monitoring.actions.recording import record_snapshots
from registry.monitoring.rules.decoding import Batch
from registry.monitoring.rules.points import PointIn
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Direction, Kind, MetricFacts
from tests.store.statements import counted

ACCURACY = MetricFacts(
    Kind.ACCURACY,
    "Accuracy",
    "%",
    Direction.HIGHER,
    breach_bound=Bound.AT_LEAST,
    breach_low=Decimal(80),
    minimum_sample=100,
)
FORM = {"value": "91.5", "n": "500", "to_day": "2026-11-01", "source": "weekly sample"}


@pytest.fixture
def house(frozen_clock, database, cast, client_of):
    with database.transaction() as session:
        objectives.add_metric(session, cast.actor(session, "ada"), cast.triage.id, ACCURACY)
    return House(database, cast, client_of)


class House:
    def __init__(self, database, cast, client_of):
        self.database, self.cast, self.client_of = database, cast, client_of
        self.tab = f"/systems/{cast.triage.key}/monitoring"

    def typed(self, by="ben", **changes):
        return self.client_of(by).post(f"{self.tab}/metrics/accuracy/record", data=FORM | changes)

    def readings(self):
        return self.client_of("otto").get(f"{self.tab}/metrics/accuracy").text


def test_before_any_reading_the_tab_says_that_nothing_is_measured(house):
    page = house.client_of("otto").get(house.tab)
    assert page.status_code == 200
    assert page.text.count("not measured") >= 5
    assert "never reported" in page.text


def test_a_number_typed_in_stands_on_the_tab_with_its_verdict(house):
    assert house.typed().status_code == 303
    page = house.client_of("otto").get(house.tab).text
    assert "91.5 %" in page
    assert "n = 500" in page
    assert house.typed(to_day="2026-11-02", value="79").status_code == 303
    page = house.client_of("otto").get(house.tab).text
    assert "79 %" in page
    assert "breach unless at least 80 %" in page


def test_another_number_for_the_same_days_asks_why_and_loses_nothing(house):
    house.typed()
    refused = house.typed(value="90")
    assert refused.status_code == 422
    assert "Another value is held for these days. To correct it, say why." in refused.text
    assert 'value="90"' in refused.text
    assert house.typed(value="90", because="Relabelled.").status_code == 303
    assert "1 time" in house.readings()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"value": ""}, "Give the value."),
        ({"value": "many"}, "number"),
        ({"to_day": ""}, "Give the last day it covers."),
        ({"to_day": "2026-11-09"}, "This window ends in the future."),
        ({"from_day": "2026-11-02"}, "The window starts after it ends."),
        ({"n": "-1"}, "whole number"),
        ({"low": "92"}, "lower end lies above"),
        ({"source": "x" * 201}, "Name the source in at most 200 characters."),
        ({"source": ""}, "Say where the number comes from."),
    ],
)
def test_a_number_that_cannot_stand_is_refused_beside_its_field(house, changes, says):
    refused = house.typed(**changes)
    assert refused.status_code == 422
    assert says in refused.text


def test_who_has_no_part_in_the_system_reads_but_types_nothing_in(house):
    assert house.client_of("mia").get(house.tab).status_code == 200
    assert "Type one in" not in house.client_of("mia").get(house.tab).text
    assert house.typed("mia").status_code == 403


def test_the_tab_asks_the_database_the_same_however_much_was_measured(house):
    client = house.client_of("ada")
    client.get(house.tab)
    with counted(house.database.engine) as few:
        client.get(house.tab)
    with house.database.transaction() as session:
        actor = house.cast.actor(session, "ada")
        for name in ("Recall", "Precision", "Speed"):
            objectives.add_metric(session, actor, house.cast.triage.id, MetricFacts(Kind.CUSTOM, name))
        ends = [clock.now() - timedelta(hours=each) for each in range(700)]
        points = [
            PointIn(slug, end, end, Decimal(90), 500)
            for slug in ("accuracy", "recall", "precision")
            for end in ends
        ]
        record_snapshots(session, actor, house.cast.triage.id, Batch("", "", "", tuple(points)))
    with counted(house.database.engine) as many:
        page = client.get(house.tab).text
    assert len(many) == len(few)
    assert len(page) < 600_000


def test_the_page_of_a_metric_tells_its_alerts_and_how_far_it_is_from_finding_slides(house):
    house.typed()
    page = house.readings()
    assert "1 of the 20 good values it needs are known." in page
    assert "Guard-rail breached" not in page
    house.typed(to_day="2026-11-02", value="79")
    page = house.readings()
    assert "Guard-rail breached" in page
    assert (
        'Accuracy was 79 % on 2 Nov 2026; acceptable is at least 80 %. <a class="nowrap" href="/alerts/1">Alert 1</a>'
        in page
    )


def test_readings_are_paged_and_a_made_up_place_is_refused(house):
    with house.database.transaction() as session:
        end = datetime(2026, 10, 1, tzinfo=UTC)
        points = [
            PointIn("accuracy", end, end + timedelta(hours=each), Decimal(each), 500) for each in range(60)
        ]
        record_snapshots(
            session, house.cast.actor(session, "ada"), house.cast.triage.id, Batch("", "", "", tuple(points))
        )
    client = house.client_of("otto")
    first = client.get(f"{house.tab}/metrics/accuracy").text
    assert "59 %" in first
    assert "cursor=" in first
    following = first.split("cursor=")[1].split('"')[0]
    second = client.get(f"{house.tab}/metrics/accuracy?cursor={following}").text
    assert ">0 %" in second
    # The chart and its words stand above the newest, and not above every page of the list.
    assert "60 readings from 1 Oct 2026" in first
    assert "60 readings from" not in second
    assert client.get(f"{house.tab}/metrics/accuracy?cursor=WyJ4IiwgMV0").status_code == 422


def test_the_chart_of_a_metric_is_chosen_on_its_page_by_those_of_the_system_alone(house):
    page = f"{house.tab}/metrics/accuracy"
    assert "CUSUM: adds up" in house.readings()
    assert "Use this chart" not in house.readings()
    ben = house.client_of("ben")
    assert ben.post(f"{page}/chart", data={"chart": "ewma"}).status_code == 303
    assert "From the next reading on, EWMA looks for slow slides." in ben.get(page).text
    assert "EWMA: follows" in house.readings()
    again = ben.post(f"{page}/chart", data={"chart": "ewma"})
    assert (again.status_code, "looks for slides already" in again.text) == (422, True)
    assert ben.post(f"{page}/chart", data={"chart": "magic"}).status_code == 422
    assert house.client_of("otto").post(f"{page}/chart", data={"chart": "cusum"}).status_code == 403


def test_the_overview_tells_the_five_numbers_and_the_alerts_that_stand(house):
    overview = f"/systems/{house.cast.triage.key}"
    page = house.client_of("otto").get(overview).text
    assert page.count("not measured") == 5
    assert "Accuracy: no reading has come yet" in page
    assert "no metric of this kind is stated" in page
    assert 'id="alerts"' not in page
    house.typed(value="79")
    page = house.client_of("otto").get(overview).text
    assert page.count("not measured") == 4
    assert f'href="{house.tab}#accuracy"' in page
    assert "Accuracy was 79 %" in page
