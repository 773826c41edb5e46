"""script/server, script/test and .ci/run: what they call, and that a failure is never lost on the way."""

import os

import pytest

CHECKS = {"ruff check": "ruff", "ruff format": "ruff", "types": "mypy", "import contracts": "lint-imports"}


@pytest.fixture
def ready(checkout):
    checkout.stand_in("script/setup")
    for program in ("ruff", "mypy", "lint-imports"):
        checkout.stand_in(f".venv/bin/{program}")
    return checkout


def pytest_calls(checkout) -> list[str]:
    return [call.removeprefix("python -m ") for call in checkout.called if "pytest" in call]


def test_everything_is_checked(ready):
    done = ready.run("script/test")
    assert done.returncode == 0, done.stderr
    assert ready.called[0] == "setup --for-tests"
    assert pytest_calls(ready) == ["pytest -n 3 --dist worksteal --by-turns"]
    assert {"ruff check .", "ruff format --check .", "mypy ", "lint-imports --no-logo"} <= set(ready.called)
    assert [f"{name}: passed" for name in CHECKS] == done.stdout.splitlines()


@pytest.mark.parametrize(("name", "program"), CHECKS.items())
def test_a_check_that_fails_fails_the_run_and_shows_why(ready, name, program):
    ready.stand_in(f".venv/bin/{program}", "echo the reason; exit 1")
    done = ready.run("script/test")
    assert done.returncode == 1
    assert f"{name}: FAILED" in done.stdout
    assert "the reason" in done.stdout
    assert len(pytest_calls(ready)) == 1


@pytest.mark.parametrize("code", [1, 5])
def test_a_failing_test_or_none_at_all_fails_the_run(ready, code):
    ready.stand_in(".venv/bin/python", f"exit {code}")
    assert ready.run("script/test").returncode == 1
    assert {"ruff check .", "mypy "} <= set(ready.called)


def test_with_arguments_only_those_tests_run(ready):
    ready.stand_in(".venv/bin/python", "exit 4")
    done = ready.run("script/test", "tests/people", "-k", "a name")
    assert done.returncode == 4
    assert ready.called == ["setup --for-tests", "python -m pytest tests/people -k a name"]


def test_the_server_starts_on_a_current_schema_with_something_to_see(ready):
    done = ready.run("script/server", PORT="8123")
    assert done.returncode == 0, done.stderr
    assert ready.called == [
        "setup ",
        "registry db upgrade",
        "registry demo --if-empty",
        "registry serve --port 8123",
    ]
    assert "http://127.0.0.1:8123" in done.stdout


def test_the_server_does_not_start_on_a_schema_that_could_not_be_made(ready):
    ready.stand_in(".venv/bin/registry", 'case "$*" in "db upgrade") exit 3 ;; esac')
    assert ready.run("script/server").returncode == 3
    assert ready.called[-1] == "registry db upgrade"


def test_integration_names_the_real_inventories(ready):
    real = ready.root.parent / "shared" / "data"
    real.mkdir(parents=True)
    ready.stand_in("script/test", 'echo "$REGISTRY_REAL_DATA"; exit 7')
    done = ready.run(".ci/run", CI="true")
    assert done.returncode == 7
    assert done.stdout.strip() == str(real)


def test_integration_fails_where_they_are_missing(ready):
    done = ready.run(".ci/run", CI="true")
    assert done.returncode == 3
    assert "real inventories" in done.stderr
    assert ready.called == []


def test_outside_integration_they_stay_as_they_are(ready):
    ready.stand_in("script/test", 'echo "${REGISTRY_REAL_DATA-unset}"')
    assert ready.run(".ci/run").stdout.strip() == "unset"


@pytest.mark.parametrize("name", ["script/setup", "script/server", "script/test", "script/map", ".ci/run"])
def test_every_script_can_be_run(name):
    from tests.packaging.conftest import ROOT

    assert os.access(ROOT / name, os.X_OK)
