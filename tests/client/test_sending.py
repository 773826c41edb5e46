"""The client: the same words until there is an answer, a plain refusal, and nothing lost on the way."""

import json
import shutil
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.client import (
    Distribution,
    Forecasts,
    Group,
    Point,
    Receipt,
    Refused,
    Registry,
    Unreachable,
    bin_counts,
    edges_of,
    forecast_bins,
    sending,
)
from registry.fairness.rules.decoding import counts_of, windows_of
from registry.kernel.unpacking import ungzip
from registry.monitoring.rules.decoding import batch_of
from tests.client.server import DROPPED, TAKEN, serving

NIGHT = datetime(2026, 11, 2, tzinfo=UTC)
CLIENT = Path(sending.__file__).parent
REFUSED = (422, {}, {"title": "No", "detail": "Mend these.", "problems": [{"field": "snapshots.1.value", "message": "Give a number."}]})  # fmt: skip


def points(*numbers: int) -> list[Point]:
    return [Point("accuracy", 0.9, NIGHT, key=f"run-{each}") for each in numbers]


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(sending.time, "sleep", slept.append)
    return slept


@pytest.fixture
def nowhere() -> str:
    """An address at which nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


numbers = st.floats(-1e12, 1e12) | st.integers(-(10**14), 10**14) | st.decimals(-(10**9), 10**9, places=9)
sent = st.builds(
    Point,
    st.just("roc-auc"),
    numbers,
    st.datetimes(datetime(1960, 1, 1), datetime(2090, 1, 1), timezones=st.sampled_from([UTC, ZoneInfo("Africa/Monrovia")])),
    n=st.none() | st.integers(0, 10**9),
    group=st.none() | st.dictionaries(st.sampled_from("ab"), st.sampled_from(["é", '"', "x y"])),
    key=st.none() | st.sampled_from(["", "run-1", "ß\\"]),
)  # fmt: skip


@given(sent)
def test_what_the_client_writes_is_what_the_registry_reads(point):
    (read,) = batch_of(f'{{"snapshots": [{point.as_json()}]}}'.encode()).points
    assert (read.metric, read.window_end, read.window_start) == (
        "roc-auc",
        point.window_end,
        point.window_end,
    )
    exact = point.value if isinstance(point.value, Decimal | int) else Decimal(repr(point.value))
    assert abs(read.value - exact) < Decimal("1e-22")
    assert (read.n, read.key) == (point.n, point.key or "")
    assert (json.loads(read.group) if read.group else {}) == (point.group or {})


def test_a_point_without_a_zone_or_a_value_is_refused_where_it_is_made():
    for wrong in (
        {"window_end": datetime(2026, 1, 1)},
        {"value": float("nan")},
        {"low": Decimal("Infinity")},
    ):
        with pytest.raises(ValueError, match="accuracy"):
            Point(**{"metric": "accuracy", "value": 1, "window_end": NIGHT, **wrong})


def test_points_go_to_their_system_with_the_token_and_large_batches_are_packed():
    with serving() as server:
        registry = Registry(server.url + "/", "secret")
        small = registry.push("AI-0042", points(1), version="2026.3", source="nightly")
        large = registry.push("AI-0042", points(*range(100)))
    assert (small.accepted, large.accepted, large.duplicate, large.verdicts) == (1, 99, 1, {"met": 100})
    path, headers = server.requests[0]
    assert (path, headers["Authorization"]) == ("/api/v1/systems/AI-0042/snapshots", "Bearer secret")
    batch = batch_of(server.bodies[0])
    assert (batch.version, batch.source, len(batch.points)) == ("2026.3", "nightly", 1)
    assert "Content-Encoding" not in headers
    assert server.requests[1][1]["Content-Encoding"] == "gzip"
    assert len(batch_of(ungzip(server.bodies[1])).points) == 100


def test_it_tries_again_in_the_same_words_and_waits_as_long_as_it_is_asked_to(pauses):
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    script = [DROPPED, (503, {}, b"busy"), (429, {"Retry-After": "40"}, b""), (429, {"Retry-After": in_a_minute}, b""), (200, {}, b"<html>")]  # fmt: skip
    with serving(*script) as server:
        assert Registry(server.url, "t").push("AI-0001", points(*range(60))).accepted == 60
    assert len(server.bodies) == 6
    assert len(set(server.bodies)) == 1
    assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1
    assert pauses[2] == 40
    assert 55 < pauses[3] <= 60
    assert 4 <= pauses[4] <= 8


def test_it_gives_up_after_its_retries_and_at_once_when_asked_to_wait_for_long(pauses, nowhere):
    with pytest.raises(Unreachable, match="refused"):
        Registry(nowhere, "t", retries=2).push("AI-0001", points(1))
    assert len(pauses) == 2
    with serving((503, {"Retry-After": "3600"}, b"")) as server, pytest.raises(Unreachable, match="503"):
        Registry(server.url, "t").push("AI-0001", points(1))
    assert len(pauses) == 2


def test_a_refusal_is_not_tried_again_and_names_the_point_among_all_that_were_given(pauses, monkeypatch):
    monkeypatch.setattr(sending, "MOST_POINTS", 3)
    with serving(TAKEN, REFUSED) as server, pytest.raises(Refused) as refused:
        Registry(server.url, "t").push("AI-0001", points(*range(8)))
    assert len(server.bodies) == 2
    assert refused.value.status == 422
    assert refused.value.problems == (("snapshots.4.value", "Give a number."),)
    assert refused.value.receipt.accepted == 3
    assert "Mend these." in str(refused.value)


def test_distributions_go_to_their_own_address_also_from_the_buffer_and_in_order(tmp_path, nowhere):
    path = tmp_path / "buffer.jsonl"
    age = Distribution("age", NIGHT, [3, 4], [0, 18, 120])
    away = Registry(nowhere, "t", buffer=path, retries=0)
    assert away.push("AI-0042", points(1)).buffered == 1
    assert away.push_distributions("AI-0042", [age]).buffered == 1
    with serving() as server:
        receipt = Registry(server.url, "t", buffer=path).push_distributions("AI-0042", [age])
        assert [asked for asked, _ in server.requests] == [
            "/api/v1/systems/AI-0042/snapshots",
            "/api/v1/systems/AI-0042/distributions",
            "/api/v1/systems/AI-0042/distributions",
        ]
    assert receipt.buffered == 0


def test_the_edges_of_baselines_are_read_page_by_page_and_those_of_groups_left_out(pauses):
    def page(following, *items):
        return (200, {}, {"items": [{"feature": name, "group": group, "baseline": told} for name, group, told in items], "next": following})  # fmt: skip

    age = {"edges": ["0", "18.5"]}
    first = page(
        "on",
        ("age", "", age),
        ("age", '{"site":"north"}', {"edges": ["1", "2"]}),
        ("site", "", {"categories": {}}),
    )
    with serving((503, {}, {}), first, page(None, ("new", "", None))) as server:
        assert Registry(server.url, "t").baseline_edges("AI-0042") == {"age": [0, 18.5]}
        assert server.requests[-1][0] == "/api/v1/systems/AI-0042/baselines?limit=200&cursor=on"
    assert len(pauses) == 1


def test_a_redirect_is_not_followed_with_the_token():
    with serving() as other, serving((307, {"Location": f"{other.url}/"}, b"")) as server:
        with pytest.raises(Refused, match="another address"):
            Registry(server.url, "t").push("AI-0001", points(1))
        assert not other.requests


def test_what_cannot_be_sent_is_kept_and_sent_first_next_time(tmp_path, nowhere):
    buffer = tmp_path / "new" / "waiting.jsonl"
    away = Registry(nowhere, "t", buffer=buffer, retries=0)
    assert away.push("AI-0001", points(1, 2), source="nightly") == Receipt(buffered=2)
    assert away.push("AI-0002", points(3)) == Receipt(buffered=1)
    with serving() as server:
        assert Registry(server.url, "t", buffer=buffer).push("AI-0001", points(4)).accepted == 1
        assert Registry(server.url, "t", buffer=buffer).flush() == Receipt()
    assert [path for path, _ in server.requests] == [
        f"/api/v1/systems/AI-000{each}/snapshots" for each in (1, 2, 1)
    ]
    assert [*server.points] == ["run-1", "run-2", "run-3", "run-4"]
    assert batch_of(server.bodies[0]).source == "nightly"
    assert buffer.read_bytes() == b""


def test_points_are_on_the_disk_before_it_waits_and_gone_from_it_once_they_are_sent(tmp_path, monkeypatch):
    buffer = tmp_path / "waiting.jsonl"
    kept = []
    monkeypatch.setattr(
        sending.time, "sleep", lambda pause: kept.append((pause, buffer.read_text().count("run-1")))
    )
    with serving((429, {"Retry-After": "30"}, b""), (503, {}, b"")) as server:
        registry = Registry(server.url, "t", buffer=buffer)
        assert registry.push("AI-0001", points(1)) == Receipt(1, 0, 0, {"met": 1}, ledger_seq=3)
    assert kept[0] == (30, 1)
    assert kept[1][1] == 1
    assert buffer.read_bytes() == b""


def test_points_refused_after_they_had_to_wait_are_refused_to_whoever_sent_them(tmp_path, pauses):
    buffer = tmp_path / "waiting.jsonl"
    with serving(DROPPED, REFUSED) as server, pytest.raises(Refused, match="Mend these") as refused:
        Registry(server.url, "t", buffer=buffer).push("AI-0001", points(1))
    assert refused.value.receipt == Receipt()
    assert buffer.read_bytes() == b""


def test_what_is_sent_before_the_connection_is_lost_again_is_not_kept_twice(tmp_path, nowhere):
    buffer = tmp_path / "waiting.jsonl"
    for each in range(3):
        Registry(nowhere, "t", buffer=buffer, retries=0).push("AI-0001", points(each))
    with serving(TAKEN, DROPPED) as server:
        assert Registry(server.url, "t", buffer=buffer, retries=0).push("AI-0001", points(3)).buffered == 1
        assert len(buffer.read_bytes().splitlines()) == 3
        assert Registry(server.url, "t", buffer=buffer, retries=0).flush() == Receipt(
            3, 0, 0, {"met": 3}, ledger_seq=5
        )


def test_a_token_that_is_not_taken_keeps_the_points_and_says_so(tmp_path):
    buffer = tmp_path / "waiting.jsonl"
    no = (401, {}, {"title": "The token has ended."})
    with serving(no, no) as server:
        for each in range(2):
            with pytest.raises(Refused, match="has ended") as refused:
                Registry(server.url, "t", buffer=buffer).push("AI-0001", points(each))
            assert refused.value.receipt == Receipt(buffered=1)
        assert Registry(server.url, "new", buffer=buffer).push("AI-0001", ()) == Receipt()
        assert [*server.points] == ["run-0", "run-1"]


def test_kept_points_that_are_refused_or_damaged_are_set_aside_and_stop_nobody(tmp_path, nowhere):
    buffer = tmp_path / "waiting.jsonl"
    away = Registry(nowhere, "t", buffer=buffer, retries=0)
    away.push("AI-0001", points(1))
    with buffer.open("ab") as file:
        file.write(b'{"system": "AI-0001", "bo')
    away.push("AI-0001", points(2))
    with serving(REFUSED) as server:
        assert Registry(server.url, "t", buffer=buffer).push("AI-0001", points(3)).accepted == 1
        assert [*server.points] == ["run-2", "run-3"]
    aside = [json.loads(line) for line in (tmp_path / "waiting.jsonl.refused").read_text().splitlines()]
    assert ["Mend these." in aside[0]["refused"], aside[1]["refused"]] == [True, "The line is damaged."]
    assert "run-1" in aside[0]["body"]


def test_several_at_one_buffer_lose_nothing_and_the_last_leaves_it_empty(tmp_path, nowhere):
    buffer = tmp_path / "waiting.jsonl"
    with serving() as server:

        def run(worker: int):
            for each in range(10):
                url = nowhere if each % 2 else server.url
                Registry(url, "t", buffer=buffer, retries=0).push("AI-0001", points(100 * worker + each))

        workers = [Thread(target=run, args=(each,)) for each in range(4)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        Registry(server.url, "t", buffer=buffer).flush()
    assert {*server.points} == {f"run-{100 * worker + each}" for worker in range(4) for each in range(10)}
    assert buffer.read_bytes() == b""


KILLED = """
import sys
from datetime import datetime, timezone
from copied import Point, Registry
registry = Registry(sys.argv[1], "t", buffer=sys.argv[2], retries=0)
for each in range(100_000):
    registry.push("AI-0001", [Point("accuracy", 0.5, datetime.now(timezone.utc), key=f"run-{each}")])
    print(each, flush=True)
"""


def test_the_copied_folder_runs_on_its_own_and_loses_nothing_when_it_is_killed(tmp_path, nowhere):
    shutil.copytree(CLIENT, tmp_path / "copied", ignore=shutil.ignore_patterns("__pycache__"))
    script, buffer = tmp_path / "run.py", tmp_path / "waiting.jsonl"
    script.write_text(f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\n{KILLED}")
    command = [sys.executable, "-I", "-S", str(script), nowhere, str(buffer)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        told = [process.stdout.readline() for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        told += process.stdout.readlines()
    with serving() as server:
        Registry(server.url, "t", buffer=buffer).flush()
    assert {f"run-{int(each)}" for each in told if each.endswith(b"\n")} <= {*server.points}


@given(
    st.lists(st.floats(allow_nan=False), max_size=50), st.sets(st.floats(-1e6, 1e6), min_size=2, max_size=8)
)
def test_every_value_is_counted_in_the_bin_it_lies_in_or_next_to(values, edges):
    rising = sorted(edges)
    counts = bin_counts(values, rising)
    assert sum(counts) == len(values)
    assert counts[0] == sum(each < rising[1] for each in values) or len(counts) == 1
    assert counts[-1] == sum(each >= rising[-2] for each in values) or len(counts) == 1


@given(
    st.lists(st.integers(0, 1_000), min_size=2).filter(lambda values: len(set(values)) > 1),
    st.integers(1, 20),
)
def test_the_edges_of_a_baseline_rise_and_span_it(values, bins):
    edges = edges_of(values, bins)
    assert (edges[0], edges[-1]) == (min(values), max(values))
    assert edges == sorted(set(edges))
    assert 1 <= len(bin_counts(values, edges)) <= bins


def test_bins_refuse_what_cannot_be_counted():
    for edges in ((), (1,), (1, 1), (2, 1)):
        with pytest.raises(ValueError, match="at least two edges"):
            bin_counts([], edges)
    with pytest.raises(ValueError, match="NaN"):
        bin_counts([float("nan")], [0, 1])
    with pytest.raises(ValueError, match="two different values"):
        edges_of([1, 1])
    assert bin_counts([-5, 0, 0.5, 1, 7], [0, 0.5, 1]) == [2, 3]
    assert edges_of(range(11), 2) == [0, 5, 10]


def test_an_address_or_a_token_that_cannot_be_one_is_refused_at_once():
    for url, token in (
        ("registry.example.org", "t"),
        ("file:///etc", "t"),
        ("https://x", "a\nb"),
        ("https://x", ""),
    ):
        with pytest.raises(ValueError, match=r"address|token"):
            Registry(url, token)


def test_counts_and_forecasts_wait_in_the_buffer_and_reach_their_own_doors(tmp_path, nowhere, pauses):
    kept = tmp_path / "kept.jsonl"
    groups = [
        Group("sex", "female", NIGHT, n=100, selected=45),
        Group("sex", None, NIGHT, tp=1, fp=2, fn=3, tn=4),
    ]
    bins = forecast_bins([0.0, 0.1, 0.10001, 0.95], [False, True, False, True])
    assert bins == [(0.0, 0.1, 2, 0.05, 1), (0.1, 0.2, 1, 0.10001, 0), (0.9, 1.0, 1, 0.95, 1)]
    away = Registry(nowhere, "secret", buffer=kept, retries=0)
    assert away.push_groups("AI-0042", groups, version="2026.3").buffered == 2
    assert away.push_calibration("AI-0042", [Forecasts(NIGHT, bins)]).buffered == 1
    with serving() as there:
        Registry(there.url, "secret", buffer=kept).flush()
        assert [path for path, _ in there.requests] == [
            "/api/v1/systems/AI-0042/fairness",
            "/api/v1/systems/AI-0042/calibration",
        ]
        found = counts_of(there.bodies[0])
        assert [(each.group, each.n, each.selected, each.table) for each in found.items] == [
            ("female", 100, 45, None),
            ("", 10, 3, (1, 2, 3, 4)),
        ]
        assert len(windows_of(there.bodies[1]).items[0].bins) == 3


def test_every_attempt_at_one_post_has_one_key_and_waits_where_an_earlier_one_is_under_way(pauses):
    under_way = (409, {"Retry-After": "3"}, {"title": "Changed meanwhile", "detail": "It is being done."})
    with serving(DROPPED, under_way, TAKEN, TAKEN, (409, {}, {"detail": "Another value."})) as server:
        registry = Registry(server.url, "secret")
        assert registry.push("AI-0042", points(1)).accepted == 1
        assert registry.push("AI-0042", points(2)).accepted == 1
        with pytest.raises(Refused, match="Another value"):
            registry.push("AI-0042", points(3))
    keys = [headers["Idempotency-Key"] for _, headers in server.requests]
    assert [keys.count(each) for each in keys] == [3, 3, 3, 1, 1]
    assert pauses[1:] == [3]
