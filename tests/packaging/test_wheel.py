"""The wheel carries everything: installed far from the checkout, it makes its schema and serves its pages."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from registry.store import migrate
from tests.packaging.conftest import ROOT

pytestmark = pytest.mark.slow

READY_SECONDS = 60
SHIPPED = {
    "registry": "registry",
    "templates": "registry/_bundled/templates",
    "migrations": "registry/_bundled/migrations",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built with what is installed already: no network, no environment of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def programs(wheel, tmp_path_factory) -> Path:
    """The programs of a fresh environment that holds the wheel and sees the packages of this one, but not this checkout."""
    home = tmp_path_factory.mktemp("installed elsewhere") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True, capture_output=True)
    (packages,) = home.glob("lib/python*/site-packages")
    # Paths in a .pth file are searched, but .pth files found there are not read: the checkout stays out of sight.
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = [
        "-m",
        "pip",
        "--python",
        str(home / "bin" / "python"),
        "install",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run([sys.executable, *install], check=True, capture_output=True, timeout=120)
    return home / "bin"


@pytest.fixture
def elsewhere(tmp_path) -> dict[str, str]:
    """An environment with nothing of this project in it but a folder for the data."""
    return {"PATH": os.defpath, "REGISTRY_DATA_DIR": str(tmp_path / "data")}


def run(program: Path, *arguments: str, environment: dict[str, str], cwd: Path) -> str:
    done = subprocess.run(
        [program, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def carried(names: set[str], folder: str, inside: str) -> set[str]:
    """What of a folder of the checkout is missing in the wheel."""
    here = {
        path.relative_to(ROOT / folder).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()
    }
    wanted = {name for name in here if "__pycache__" not in name}
    assert wanted
    return {name for name in wanted if f"{inside}/{name}" not in names}


def test_the_wheel_carries_code_templates_migrations_static_files_and_licence(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    missing = {folder: carried(names, folder, inside) for folder, inside in SHIPPED.items()}
    assert {folder: those for folder, those in missing.items() if those} == {}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_carries_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if not re.match(r"registry/|ai_registry-[\d.]+\.dist-info/", name)] == []
    assert [name for name in names if re.search(r"__pycache__|\.sqlite3|secret|/\.", name)] == []


def test_what_is_missing_in_a_wheel_is_noticed(wheel):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith("/env.py")}
    assert carried(names, "migrations", SHIPPED["migrations"]) == {"env.py"}


def test_it_is_the_installed_copy_that_runs(programs, elsewhere, tmp_path):
    told = "import registry, registry.output.places as p; print(registry.__file__, p.migrations_dir(), p.templates_dir())"
    places = run(programs / "python", "-c", told, environment=elsewhere, cwd=tmp_path).split("\n")[0]
    assert str(ROOT) + "/" not in places
    assert "Usage: registry" in run(programs / "registry", "--help", environment=elsewhere, cwd=tmp_path)


def test_it_makes_its_schema_and_serves_its_pages(programs, elsewhere, tmp_path):
    upgraded = run(programs / "registry", "db", "upgrade", "--json", environment=elsewhere, cwd=tmp_path)
    assert json.loads(upgraded) == {"revision": migrate.head()}

    with served(programs / "registry", elsewhere, tmp_path) as address:
        assert json.loads(read(f"{address}/healthz"))["status"]
        assert "<h1" in read(f"{address}/sign-in")
        assert "@layer components {" in read(f"{address}/static/css/app.css")


@contextmanager
def served(program: Path, environment: dict[str, str], cwd: Path) -> Iterator[str]:
    """A server on a free port of this machine, asked to stop at the end and waited for."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (cwd / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [program, "serve", "--port", str(port)], cwd=cwd, env=environment, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, server, cwd / "server.log")
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        ended = server.wait(timeout=60)
    assert ended == 0, (cwd / "server.log").read_text()


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up:
        assert server.poll() is None, log.read_text()
        try:
            read(f"{address}/healthz")
        except URLError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the server did not answer: {log.read_text()}")


def read(address: str) -> str:
    with urlopen(address, timeout=30) as reply:
        return reply.read().decode()
