"""What docs/deploy and docs/operations.md tell people to run exists: settings, commands, options and paths."""

import json
import os
import re
import shlex
import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from registry import cli
from registry.settings import Settings
from registry.store.past import keeping, postgresql
from registry.store.session import Database

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"
DOCS = [ROOT / "docs" / "operations.md", ROOT / "docs" / "administration.md", ROOT / "docs" / "scale.md"]
UNITS = sorted(DEPLOY.glob("systemd/*"))
SETTING = re.compile(r"\bREGISTRY_[A-Z_]+\b")
# Read by the tests and programmes of measurement alone.
NOT_OURS = {"REGISTRY_REAL_DATA"}


def told() -> dict[str, str]:
    files = [*DOCS, *UNITS, *(each for each in DEPLOY.iterdir() if each.is_file())]
    return {str(each.relative_to(ROOT)): each.read_text(encoding="utf-8") for each in files}


def test_every_setting_that_is_named_exists_and_every_setting_is_documented():
    known = {f"REGISTRY_{name.upper()}" for name in Settings.model_fields}
    for name, text in told().items():
        assert set(SETTING.findall(text)) - known - NOT_OURS == set(), name
    assert known - set(SETTING.findall(told()["docs/administration.md"])) == set()


def commands() -> list[tuple[str, list[str]]]:
    """Every command of the registry that a unit or a container starts; those in texts are test_readme.py's."""
    found = []
    for unit in UNITS:
        started = re.findall(r"^ExecStart=.*?/registry ([^\n']*)", unit.read_text(), re.MULTILINE)
        found += [(unit.name, shlex.split(re.sub(r"\$\([^)]*\)", "X", line))) for line in started]
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for name, service in services.items():
        if service.get("image") == "ai-registry":
            found.append((name, [str(each) for each in service["command"]]))
    [started] = re.findall(r"^CMD (\[.*\])$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    return [*found, ("Containerfile", json.loads(started))]


def test_the_passwords_that_stand_in_the_files_start_nothing(monkeypatch):
    addresses = re.findall(
        r"^(REGISTRY_\w*DATABASE_URL)=(\S+)$",
        (DEPLOY / "registry.env").read_text() + (DEPLOY / "owner.env").read_text(),
        re.MULTILINE,
    )
    assert {name for name, _ in addresses} == {"REGISTRY_DATABASE_URL", "REGISTRY_OWNER_DATABASE_URL"}
    for name, address in addresses:
        monkeypatch.setenv(
            "REGISTRY_DATABASE_URL", "postgresql+psycopg://registry_app:one-of-ours@postgres/registry"
        )
        monkeypatch.setenv(
            "REGISTRY_OWNER_DATABASE_URL", "postgresql+psycopg://registry_owner:another@postgres/registry"
        )
        assert Settings.from_environment().database_url
        monkeypatch.setenv(name, address)
        with pytest.raises(ValueError, match=f"{name} has the password of the example"):
            Settings.from_environment()
    # The database is made with the same ones, so that whoever leaves them there is stopped.
    assert re.findall(r"PASSWORD '([^']+)'", (DEPLOY / "roles.sh").read_text()) == ["CHANGE-THIS"]


def most_held(database: Database) -> int:
    pool: Any = database.engine.pool
    return int(pool.size() + pool._max_overflow)


def numbers(pattern: str, text: str) -> list[int]:
    return [int(each) for each in re.findall(pattern, text)]


def test_as_many_connections_are_foreseen_as_the_pools_of_all_processes_may_hold():
    live = Database("postgresql+psycopg://registry_app@postgres/registry")
    each = most_held(live) + keeping._MOST_OPEN * most_held(postgresql._Searching(live, "past"))

    def needed(hosts: int, processes: int, workers: int) -> int:
        # Those of one host that begin anew overlap with those that end.
        return each * (hosts * processes + processes + workers)

    operations, compose = DOCS[0].read_text(), yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    started = [
        " ".join(words)
        for words in (service["command"] for service in compose["services"].values() if "command" in service)
    ]
    [processes, again] = [
        numbers(r"^serve .*--processes (\d+)", each)[0] for each in started if each.startswith("serve")
    ]
    two_hosts = needed(2, processes, started.count("worker"))
    assert processes == again
    [in_unit] = numbers(r"serve .*--processes (\d+)", "".join(unit.read_text() for unit in UNITS))
    one_host = needed(1, in_unit, len(re.findall(r"registry-worker@\d", operations)))

    assert numbers(r"keeps at most (\d+)", operations) == [each]
    assert numbers(r"(\d+) × \(hosts", operations) == [each]
    assert numbers(r"CONNECTION LIMIT (\d+)", operations) == [one_host, two_hosts]
    assert numbers(r"CONNECTION LIMIT (\d+)", (DEPLOY / "roles.sh").read_text()) == [two_hosts]
    for allowed, limit in (
        (numbers(r"max_connections = (\d+)", operations), one_host),
        (numbers(r"max_connections=(\d+)", " ".join(started)), two_hosts),
    ):
        assert allowed[0] >= limit + 10


def test_every_command_that_is_started_parses():
    context = click.Context(cli.registry_command, info_name="registry")
    assert len(commands()) == 9
    for name, words in commands():
        command, rest = cli.registry_command, list(words)
        while isinstance(command, click.Group):
            found = command.get_command(context, rest.pop(0))
            assert found is not None, (name, words)
            command = found
        command.make_context(command.name, rest, parent=context)


def test_the_units_start_what_they_say_and_are_held_to_what_they_need():
    for unit in UNITS:
        if unit.suffix != ".service":
            continue
        text = unit.read_text()
        for held in (
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "PrivateTmp=yes",
            "CapabilityBoundingSet=\n",
        ):
            assert held in text, (unit.name, held)
        stops_after = re.search(r"TimeoutStopSec=(\d+)", text)
        assert stops_after is None or int(stops_after[1]) > 30


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_finds_no_fault_with_the_units(tmp_path):
    for unit in UNITS:
        # Its program is not installed on the machine of the test, and its user not there.
        text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text())
        (tmp_path / unit.name).write_text(text)
    for unit in UNITS:
        name = unit.name.replace("@.", "@1.")
        asked = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)],
            check=False,
            capture_output=True,
            text=True,
            env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        )
        about_it = [line for line in asked.stderr.splitlines() if "registry" in line]
        assert about_it == [], asked.stderr


def test_compose_runs_two_of_each_and_gives_the_owners_address_to_the_upgrade_alone():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert {"postgres", "nginx", "web1", "web2", "worker1", "worker2", "schema"} == set(services)
    owners = {name for name, one in services.items() if "owner.env" in one.get("env_file", [])}
    assert owners == {"schema"}
    for name in ("web1", "web2", "worker1", "worker2"):
        assert (services[name]["read_only"], services[name]["cap_drop"]) == (True, ["ALL"])
        for file in services[name]["env_file"]:
            assert (DEPLOY / file).is_file()
    for volume in services["nginx"]["volumes"] + services["postgres"]["volumes"]:
        source = volume.split(":")[0]
        assert not source.startswith("./") or (DEPLOY / source).exists() or source == "./certificates"


def test_nginx_speaks_only_ciphers_that_are_recommended():
    """Forward secret and authenticated, as RFC 9325 (4.2) asks; told by the library that nginx hands the line to."""
    text = (DEPLOY / "nginx.conf").read_text()
    assert re.search(r"ssl_protocols ([^;]+);", text)[1] == "TLSv1.2 TLSv1.3"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(re.search(r"ssl_ciphers ([^;]+);", text)[1])
    taken = {each["name"]: each for each in context.get_ciphers()}
    assert "ECDHE-ECDSA-AES256-GCM-SHA384" in taken
    assert [name for name, each in taken.items() if not each["aead"]] == []
    assert [name for name, each in taken.items() if each["kea"] not in {"kx-ecdhe", "kx-any"}] == []


def test_nginx_says_for_whom_it_speaks_and_keeps_the_measures_inside():
    text = (DEPLOY / "nginx.conf").read_text()
    for line in (
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Request-ID $request_id;",
        "limit_req_zone $binary_remote_addr zone=each:10m rate=100r/s;",
        "limit_req zone=each burst=400 nodelay;",
        "limit_req_status 429;",
        "add_header Retry-After 10 always;",
        "location = /metrics { return 404; }",
    ):
        assert line in text
    mebibytes = int(re.search(r"client_max_body_size (\d+)m;", text)[1])
    assert mebibytes * 2**20 >= Settings.model_fields["max_upload_bytes"].default + 65_536
