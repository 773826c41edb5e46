"""requirements.lock holds everything this project asks for: by name, version and hash, and no address."""

import re
import tomllib
from importlib.metadata import requires, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import ROOT

LOCK = (ROOT / "requirements.lock").read_text()
PIN = re.compile(
    r"^([a-z0-9.-]+)==(\S+)(?: ; (.+?))? \\$((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+)$", re.MULTILINE
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ASKED = [
    *PROJECT["project"]["dependencies"],
    *(each for extra in PROJECT["project"]["optional-dependencies"].values() for each in extra),
    *PROJECT["build-system"]["requires"],
    *PROJECT["dependency-groups"]["dev"],
]


def pins(lock: str) -> dict[str, str]:
    """Each locked package with its version."""
    return {canonicalize_name(name): locked for name, locked, _marker, _hashes in PIN.findall(lock)}


def unread(lock: str) -> str:
    """What is left of a lock once every whole pin is taken out."""
    return PIN.sub("", lock).strip()


def test_every_line_is_a_pin_with_hashes():
    assert unread(LOCK) == ""


@pytest.mark.parametrize(
    "spoilt",
    [
        "flask==3.1.3\n",
        "flask>=3.1.3 \\\n    --hash=sha256:" + "a" * 64 + "\n",
        "flask @ https://example.org/flask.whl \\\n    --hash=sha256:" + "a" * 64 + "\n",
        "--index-url https://example.org/simple\n",
        "flask==3.1.3 \\\n    --hash=md5:" + "a" * 32 + "\n",
    ],
)
def test_a_line_without_version_or_hash_or_with_an_address_is_noticed(spoilt):
    assert unread(LOCK + spoilt) != ""


@pytest.mark.parametrize("asked", ASKED)
def test_what_the_project_asks_for_is_locked_in_a_version_that_fits(asked):
    wanted = Requirement(asked)
    locked = pins(LOCK).get(canonicalize_name(wanted.name))
    assert locked is not None, f"{wanted.name} is not in requirements.lock"
    assert locked in wanted.specifier


def test_what_those_ask_for_in_turn_is_locked_too():
    needed = closure([Requirement(asked) for asked in ASKED])
    assert {"email-validator", "mako", "pluggy"} <= needed
    assert needed - pins(LOCK).keys() == set()


def closure(wanted: list[Requirement]) -> set[str]:
    """Every package these bring with them on this machine, as the installed packages say themselves."""
    found: set[tuple[str, frozenset[str]]] = set()
    while wanted:
        one = wanted.pop()
        key = (canonicalize_name(one.name), frozenset(one.extras))
        if key in found:
            continue
        found.add(key)
        told = map(Requirement, requires(one.name) or ())
        wanted += [each for each in told if applies(each, one.extras | {""})]
    return {name for name, _extras in found}


def applies(asked: Requirement, extras: set[str]) -> bool:
    return asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in extras)


def test_the_tests_run_on_the_locked_versions():
    names = {canonicalize_name(Requirement(asked).name) for asked in ASKED}
    assert {name: version(name) for name in names} == {name: pins(LOCK)[name] for name in names}
