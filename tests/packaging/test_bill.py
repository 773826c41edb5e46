"""script/bill: what the product is made of, as CycloneDX 1.6 and as the lock has it."""

import importlib.util
import json
import subprocess
import sys
from importlib.machinery import SourceFileLoader

import pytest
from packaging.requirements import Requirement

from tests.architecture.test_lock import LOCK, PROJECT, closure, pins
from tests.cards.schemas import validators
from tests.packaging.conftest import ROOT


@pytest.fixture(scope="module")
def script():
    loader = SourceFileLoader("bill_script", str(ROOT / "script" / "bill"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("bill_script", loader))
    loader.exec_module(module)
    return module


def test_it_names_what_the_product_is_installed_with_in_the_versions_of_the_lock_and_no_tool_of_ours(script):
    told = script.bill()
    project = PROJECT["project"]
    always = closure([Requirement(each) for each in project["dependencies"]])
    extras = closure(
        [Requirement(each) for extra in project["optional-dependencies"].values() for each in extra]
    )
    parts = {each["name"]: each for each in told["components"]}
    assert parts.keys() == always | extras
    assert {name: each["version"] for name, each in parts.items()} == {
        name: pins(LOCK)[name] for name in parts
    }
    assert {name for name, each in parts.items() if each["scope"] == "required"} == always
    assert not parts.keys() & {"pytest", "ruff", "playwright", "schemathesis"}
    for each in parts.values():
        assert each["hashes"]
        assert all(f"--hash=sha256:{one['content']}" in LOCK for one in each["hashes"])
        assert each["licenses"], each["name"]


def test_everything_in_it_is_led_to_from_the_product(script):
    told = script.bill()
    leads = {each["ref"]: each["dependsOn"] for each in told["dependencies"]}
    root = told["metadata"]["component"]["bom-ref"]
    assert leads.keys() == {root, *(each["bom-ref"] for each in told["components"])}
    found, waiting = set(), [root]
    while waiting:
        if (one := waiting.pop()) not in found:
            found.add(one)
            waiting += leads[one]
    assert found == leads.keys()
    assert "pkg:pypi/werkzeug@" in " ".join(
        next(leads[ref] for ref in leads if ref.startswith("pkg:pypi/flask@"))
    )


def test_the_same_lock_gives_the_same_bytes_and_another_bill_another_number(script, monkeypatch, tmp_path):
    place = tmp_path / "bom.json"
    script.main([str(place)])
    printed = subprocess.run(
        [sys.executable, ROOT / "script" / "bill"], capture_output=True, check=True
    ).stdout
    assert place.read_bytes() == printed
    number = json.loads(printed)["serialNumber"]
    monkeypatch.setattr(script, "licence", lambda _name: [])
    assert script.bill()["serialNumber"] != number


def test_where_another_version_is_installed_than_is_locked_nothing_is_written(script, monkeypatch):
    locked = script.pins()
    monkeypatch.setattr(script, "pins", lambda: locked | {"flask": ("0.1", locked["flask"][1])})
    with pytest.raises(SystemExit, match=r"flask is installed as .* and locked as 0\.1"):
        script.main([])


@pytest.mark.realdata
def test_it_is_valid_by_the_schema_of_the_standard(script, real_data):
    validator = validators(real_data)["cyclonedx"]
    told = script.bill()
    assert [error.message for error in validator.iter_errors(told)] == []
    # The check is one: what the standard does not know is refused.
    assert list(validator.iter_errors(told | {"specVersion": 1.6, "parts": []}))
