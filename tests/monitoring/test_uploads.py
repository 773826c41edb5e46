"""Files of readings through the page and the command: tables, reports of other tools, and our own JSON; nothing is dropped unsaid."""

import io
import json
from decimal import Decimal

import pytest
import sqlalchemy as sa

from registry.cli import run
from registry.monitoring.models.snapshots import SNAPSHOT
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Kind, MetricFacts

TABLE = b"metric,value,window_end,n,group.site\nAccuracy,0.91,2026-10-01,500,north\naccuracy,0.92,2026-10-02,500,\nRecall,0.5,2026-10-01,10,\naccuracy,many,2026-10-03,10,\n"
PROMETHEUS = b"# TYPE accuracy gauge\naccuracy 0.93 1759276800000\nqueue_length 7 1759276800000\naccuracy NaN 1759363200000\n"
OURS = json.dumps(
    {"snapshots": [{"metric": "accuracy", "window_end": "2026-10-01T00:00:00Z", "value": 0.9}]}
).encode()


@pytest.fixture
def house(frozen_clock, database, cast, client_of):
    with database.transaction() as session:
        objectives.add_metric(
            session, cast.actor(session, "ada"), cast.triage.id, MetricFacts(Kind.ACCURACY, "Accuracy")
        )
    return House(database, cast, client_of)


class House:
    def __init__(self, database, cast, client_of):
        self.database, self.cast, self.client_of = database, cast, client_of

    def sent(self, data, name, by="ben", **more):
        form = {"file": (io.BytesIO(data), name), **more}
        return self.client_of(by).post(f"/systems/{self.cast.triage.key}/monitoring/upload", data=form)

    def values(self):
        with self.database.engine.connect() as connection:
            return list(connection.execute(sa.select(SNAPSHOT.c.value).order_by(SNAPSHOT.c.id)).scalars())


def test_a_table_is_taken_in_and_what_is_left_out_is_counted_with_its_reason(house):
    page = house.sent(TABLE, "october.csv").text
    assert house.values() == [Decimal("0.91"), Decimal("0.92")]
    assert "The system has no metric of this name." in page
    assert "Recall" in page
    assert house.sent(TABLE, "october.csv").status_code == 200
    assert len(house.values()) == 2


def test_a_report_of_another_tool_is_recognised_by_what_it_holds(house):
    page = house.sent(PROMETHEUS, "metrics.txt").text
    assert house.values() == [Decimal("0.93")]
    assert "queue_length" in page
    assert "NaN" in page


def test_the_json_of_the_api_is_taken_as_a_file_too(house):
    assert house.sent(OURS, "run.json").status_code == 200
    assert house.values() == [Decimal("0.9")]


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "empty.csv", ""),
        (b"metric,value\naccuracy,1\n", "short.csv", "window"),
        (b"{broken", "report.json", ""),
        (b"\x89PNG\r\n", "picture.png", ""),
        (
            OURS.replace(b"accuracy", b"recall"),
            "run.json",
            "Reading 1 (recall up to 2026-10-01 00:00 UTC), metric: This system has no metric",
        ),
        (PROMETHEUS.replace(b"accuracy", b"recall"), "metrics.txt", "Nothing in it could be taken."),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_its_reason(house, data, name, says):
    refused = house.sent(data, name)
    assert refused.status_code == 422
    assert says in refused.text
    assert house.values() == []


def test_other_values_are_held_until_the_file_says_why_it_corrects_them(house):
    house.sent(OURS, "run.json")
    corrected = OURS.replace(b"0.9", b"0.95")
    assert house.sent(corrected, "run.json").status_code == 422
    assert house.sent(corrected, "run.json", because="Relabelled.").status_code == 200
    assert house.values() == [Decimal("0.9"), Decimal("0.95")]


def test_the_command_answers_with_the_receipt_and_what_it_left_out(house, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("REGISTRY_DATABASE_URL", house.database.url.render_as_string(hide_password=False))
    file = tmp_path / "october.csv"
    file.write_bytes(TABLE)
    assert run(["snapshots", "push", house.cast.triage.key, str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["accepted"], told["duplicate"]) == (2, 0)
    assert {each["says"] for each in told["remarks"]} >= {"The system has no metric of this name."}
    assert isinstance(told["ledger_seq"], int)
    assert run(["snapshots", "push", "AI-9999", str(file)]) == 1
