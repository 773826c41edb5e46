"""A real MLflow server of 200 models with five versions each: synced by the command, killed half-way, synced again, renamed, measured anew.

A programme of minutes, for who names a Python in which MLflow is installed:
MLFLOW_PYTHON=/path/to/python script/test -m long tests/mlflow/test_live.py
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import func, select

from registry.audit.models import LedgerEntry
from registry.mlflow.actions import keeping
from registry.mlflow.models import MlflowModel, MlflowSync
from registry.mlflow.rules.servers import ServerFacts
from registry.monitoring.models.snapshots import Snapshot
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Kind, MetricFacts
from registry.versions.models import ModelVersion

pytestmark = [pytest.mark.long, pytest.mark.slow]

MODELS, VERSIONS, UNTAGGED, READY_SECONDS = 200, 5, 10, 120
PYTHON = os.environ.get("MLFLOW_PYTHON", "")


class Mlflow:
    """mlflow server on a port of its own, over a database of its own."""

    def __init__(self, folder):
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.url, store = f"http://127.0.0.1:{self.port}", f"sqlite:///{folder}/mlflow.sqlite3"
        command = [PYTHON, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port)]
        command += [
            "--workers",
            "1",
            "--backend-store-uri",
            store,
            "--default-artifact-root",
            f"{folder}/artifacts",
        ]
        # How many versions were added to those it was filled with.
        self.extra = 0
        self.log = (folder / "log").open("wb")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, start_new_session=True)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)
        self.log.close()

    def ask(self, path, body):
        asked = urllib.request.Request(
            f"{self.url}/api/2.0/mlflow/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.loads(answer.read())

    def wait(self):
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            try:
                return self.ask("experiments/search", {"max_results": 1})
            except (OSError, urllib.error.URLError):
                time.sleep(0.5)
        raise AssertionError("MLflow did not come up")

    def fill(self):
        self.experiment = self.ask("experiments/create", {"name": "training"})["experiment_id"]
        with ThreadPoolExecutor(4) as threads:
            self.runs = dict(threads.map(self._model, range(MODELS)))

    def _model(self, number):
        name = f"model-{number:03d}"
        tags = [{"key": "registry.system", "value": f"AI-000{1 + number % 3}"}] if number >= UNTAGGED else []
        self.ask("registered-models/create", {"name": name, "tags": tags})
        return number, [self.version(name, 0.5 + number / 1_000 + part / 10_000) for part in range(VERSIONS)]

    def version(self, name, value):
        run = self.ask("runs/create", {"experiment_id": self.experiment})["run"]["info"]["run_id"]
        for metric, one in {"roc_auc": value, "loss": "NaN", "gain": "Infinity"}.items():
            self.measure(run, metric, one, 1)
        self.ask("model-versions/create", {"name": name, "source": f"s3://models/{run}", "run_id": run})
        return run

    def measure(self, run, metric, value, step):
        at = int(time.time() * 1_000)
        self.ask(
            "runs/log-metric", {"run_id": run, "key": metric, "value": value, "timestamp": at, "step": step}
        )


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory):
    if not PYTHON:
        pytest.skip("MLFLOW_PYTHON names no Python in which MLflow is installed")
    server = Mlflow(tmp_path_factory.mktemp("mlflow"))
    try:
        server.wait()
        server.fill()
        yield server
    finally:
        server.stop()


class House:
    def __init__(self, database, folder):
        self.database = database
        self.environment = os.environ | {
            "REGISTRY_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "REGISTRY_DATA_DIR": str(folder),
            "REGISTRY_WEBHOOK_NETWORKS": "127.0.0.1",
        }

    def begin(self):
        command = [sys.executable, "-m", "registry", "mlflow", "sync", "Research", "--json"]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def sync(self):
        """What the command answers for the one server, and the seconds it took."""
        began, running = time.monotonic(), self.begin()
        told, said = running.communicate(timeout=600)
        assert running.returncode == 0, said.decode()
        return json.loads(told)["servers"][0], time.monotonic() - began

    def count(self, kind):
        with self.database.transaction(read_only=True) as session:
            return session.exec(select(func.count(kind.id if hasattr(kind, "id") else kind.seq))).one()

    def read(self, query):
        with self.database.transaction(read_only=True) as session:
            return session.exec(query).all()


@pytest.fixture
def house(database, cast, tmp_path, mlflow):
    with database.transaction() as session:
        for system in (cast.triage, cast.sentinel, cast.pricing):
            facts = MetricFacts(Kind.CUSTOM, "ROC AUC")
            objectives.add_metric(session, cast.actor(session, "adam"), system.id, facts)
        keeping.add_server(session, cast.actor(session, "adam"), ServerFacts("Research", mlflow.url))
    return House(database, tmp_path)


def test_it_is_synced_killed_half_way_gone_on_with_and_followed(house, mlflow, record_property):
    running = house.begin()
    until = time.monotonic() + 300
    while house.count(ModelVersion) < 100 and time.monotonic() < until:
        time.sleep(0.05)
    running.kill()
    running.communicate()
    killed_at = house.count(ModelVersion)
    expected = (MODELS - UNTAGGED) * VERSIONS + mlflow.extra
    assert 100 <= killed_at < expected
    first, took = house.sync()
    assert (first["trouble"], first["ended"]) == ("", True)
    # One sync, in which each version was read once and added once, though whoever began it was killed.
    assert house.count(MlflowSync) == 1
    assert house.count(ModelVersion) == first["counts"]["candidates"] == expected
    assert house.count(Snapshot) == first["counts"]["readings"] == expected
    labels = house.read(select(ModelVersion.system_id, ModelVersion.label))
    assert len(set(labels)) == expected
    entries = house.count(LedgerEntry)
    again, took_again = house.sync()
    assert (again["counts"]["candidates"], again["counts"]["readings"]) == (0, 0)
    assert house.count(LedgerEntry) == entries
    for number in (50, 51, 52):
        name = next(each for each in names_in(house) if each.startswith(f"model-{number:03d}"))
        mlflow.ask("registered-models/rename", {"name": name, "new_name": f"{name} anew"})
    for number in range(60, 65):
        mlflow.measure(mlflow.runs[number][0], "roc_auc", 0.99, 2 + mlflow.extra)
    mlflow.extra += 1
    mlflow.version(next(each for each in names_in(house) if each.startswith("model-070")), 0.7)
    found, _ = house.sync()
    counts = found["counts"]
    assert (counts["renamed"], counts["gone"], counts["candidates"], counts["readings"]) == (3, 0, 1, 6)
    anew = [each for each in names_in(house) if each.endswith(" anew")]
    assert len(anew) >= 3
    assert house.count(MlflowModel) == MODELS
    record_property("seconds", f"{took:.1f} to go on, {took_again:.1f} without change")
    print(f"killed at {killed_at} of {expected}; {took:.1f} s to go on, {took_again:.1f} s without change")


def names_in(house):
    return house.read(select(MlflowModel.name))
