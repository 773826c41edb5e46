"""The client by itself: installed with nothing beside it, it does what a pipeline needs against a registry that serves."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from registry.accounts.actions import issue_token
from tests.journeys.site import running
from tests.monitoring.alerting import stated
from tests.packaging.conftest import ROOT

pytestmark = pytest.mark.slow

JUNIT = '<testsuite><testcase name="An empty letter"/><testcase name="A long one"><failure>cut</failure></testcase></testsuite>'
SCOPES = frozenset({"registry:read", "systems:write", "snapshots:write", "evidence:write"})


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("thin")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT / "registry" / "client", check=True, capture_output=True, timeout=120)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def programs(wheel, tmp_path_factory) -> Path:
    """A fresh environment that sees no other: whatever the wheel asks for beside itself cannot be found."""
    home = tmp_path_factory.mktemp("pipeline") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True, capture_output=True)
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python")]
    subprocess.run([*pip, "install", "--no-index", str(wheel)], check=True, capture_output=True, timeout=120)
    return home / "bin"


def test_it_is_the_client_alone_and_of_the_version_of_the_whole(wheel):
    names = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    own = {path.name for path in (ROOT / "registry" / "client").glob("*.py")}
    assert sorted(names) == sorted(f"registry/client/{name}" for name in own)
    whole, thin = (
        tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]
        for folder in (".", "registry/client")
    )
    assert (thin["version"], thin["dependencies"]) == (whole["version"], [])
    assert thin["requires-python"] == whole["requires-python"]


def test_a_pipeline_does_its_work_with_an_address_and_a_token_alone(programs, tmp_path):
    beside = "import importlib.util as u; print([n for n in ('flask', 'weasyprint', 'yaml', 'click') if u.find_spec(n)])"
    assert subprocess.check_output([programs / "python", "-c", beside], cwd=tmp_path, text=True) == "[]\n"
    (tmp_path / "results.xml").write_text(JUNIT)
    with running(tmp_path / "data") as site:
        key = site.cast.triage.key
        with site.doing() as session:
            stated(session, site.cast, "Accuracy")
            tokens = {
                name: issue_token(
                    session, site.cast.actor(session, name), site.cast.people[name], "ci", SCOPES
                )[0]
                for name in ("ben", "rita")
            }
        end = (site.now - timedelta(hours=1)).isoformat()
        (tmp_path / "run.json").write_text(
            json.dumps({"snapshots": [{"metric": "accuracy", "window_end": end, "value": 0.93, "n": 500}]})
        )

        def typed(name, *words):
            home = {"PATH": os.defpath, "REGISTRY_URL": site.address, "REGISTRY_TOKEN": tokens[name]}
            done = subprocess.run(
                [programs / "registry", *words, "--json"],
                cwd=tmp_path, env=home, capture_output=True, text=True, check=False, timeout=60,
            )  # fmt: skip
            return done.returncode, json.loads(done.stdout)

        gate = ("gate", "check", key, "--to", "live")
        code, found = typed("ben", *gate)
        assert (code, found["holds"], found["system"]) == (1, False, key)

        add = ("version", "add", key, "2.1", "--changed", "Retrained on 2026.", "--not-significant")
        code, added = typed("ben", *add)
        assert (code, added["state"]) == (0, "candidate")
        assert typed("ben", *add) == (0, added)

        push = (
            "dossier",
            "push",
            key,
            "results.xml",
            "--version",
            "2.1",
            "--type",
            "edge_case",
            "--not-similar",
        )
        because = ("--because", "Letters of last year.")
        code, refused = typed("ben", *push, *because)
        assert (code, "refused" in refused) == (1, True)
        code, receipt = typed("rita", *push, *because)
        assert (code, receipt["passed"], receipt["failed"]) == (0, 1, 1)
        assert typed("rita", *push, *because)[1]["known_already"] is True

        code, receipt = typed("ben", "snapshots", "push", key, "run.json", "--source", "nightly")
        assert (code, receipt["accepted"], receipt["remarks"]) == (0, 1, [])
        assert typed("ben", "snapshots", "push", key, "run.json")[1]["duplicate"] == 1

        assert typed("ben", "gate", "check", "AI-9999", "--to", "live")[0] == 1
