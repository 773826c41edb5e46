"""What every test may ask for: a database of each kind, the application, signed-in browsers, a held clock."""

import gc
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING
from zlib import crc32

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis
from itsdangerous import URLSafeTimedSerializer
from jinja2 import FileSystemBytecodeCache
from sqlmodel import Session
from werkzeug.test import TestResponse

from registry.kernel import clock
from registry.store import migrate
from registry.store.session import Database
from tests import iris

iris.ask_late()

from tests import compiled, contract, databases, dealing, dialects, network, printing
from tests.postgres import NoPostgresqlError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from registry.systems.models import System
    from registry.web.flask_app import App
    from tests.cast import Cast
    from tests.twinned import Twins

KEPT = {"REGISTRY_REAL_DATA", databases.FOLDER}
INSTANT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)

# What a rule holds for is drawn anew on each run; more of it by `script/test --hypothesis-profile=thorough`.
hypothesis.register_profile("everyday", max_examples=15, deadline=None)
hypothesis.register_profile("thorough", max_examples=1_000, deadline=None)
hypothesis.load_profile("everyday")

_alive = pytest.StashKey[IO[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--by-turns", action="store_true", help="test edges on one of the databases each, by turns"
    )


def pytest_configure(config: pytest.Config) -> None:
    # Whoever runs the tests may have a register of their own configured; no test may come near it.
    for name in [name for name in os.environ if name.startswith("REGISTRY_") and name not in KEPT]:
        del os.environ[name]
    network.stay_inside()
    dialects.share()
    # Loading makes what stays: to look through it for garbage over and over takes a tenth of the time.
    gc.disable()
    if not hasattr(config, "workerinput"):
        config.stash[_alive] = databases.begin_run()


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    # Each process of several compiles its share before it loads what the others have compiled meanwhile.
    if "PYTEST_XDIST_WORKER" in os.environ:
        compiled.compile_tests(compiled.share(compiled.asked_for(session.config)), session.config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # A programme of minutes runs only for who asks for it: pytest -m long.
    if "long" not in config.option.markexpr:
        long = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if not item.get_closest_marker("long")]
        if long:
            config.hook.pytest_deselected(items=long)
    if config.option.by_turns:
        names = _not_their_turn(items)
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in names])
        items[:] = [item for item in items if item.nodeid not in names]
    items[:] = dealing.dealt(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    # A browser that leaves a page hangs up on the style sheet or icon it was still being sent; the test server then
    # lets go of the file only when it is collected. Of the files of static/ alone, and only with a browser.
    for item in items:
        if item.get_closest_marker("journey"):
            item.add_marker(
                pytest.mark.filterwarnings("ignore:unclosed file .*/registry/static/:ResourceWarning")
            )


_EDGES = re.compile(r"/commands/|/test_(\w*_)?(pages|api|commands?|by_id|fields)(_\w+)?\.py::")


def _not_their_turn(items: Sequence[pytest.Item]) -> set[str]:
    """Of each test of an edge that would run on both databases the one that is left out: by its name, the same each day.

    Edges are thin: what they call runs on both databases always, and so does every page in the sweeps of tests/web.
    """
    twins: dict[str, list[str]] = {}
    for item in items:
        name, _, parameters = item.nodeid.partition("[")
        if _EDGES.search(name):
            parts = [part for part in parameters.rstrip("]").split("-") if part not in databases.KINDS]
            twins.setdefault(f"{name}[{'-'.join(parts)}", []).append(item.nodeid)
    return {sorted(two)[crc32(name.encode()) % 2] for name, two in twins.items() if len(two) == 2}


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    # All modules and all tests are loaded: to look through them again at each collection takes up to a tenth of the time.
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 50)


def pytest_sessionfinish() -> None:
    databases.end_loans()


def pytest_unconfigure(config: pytest.Config) -> None:
    databases.leave()
    if _alive in config.stash:
        databases.end_run(config.stash[_alive])


@pytest.fixture(scope="session", autouse=True)
def production_hasher() -> Iterator[PasswordHasher]:
    """What passwords are hashed with outside tests, where a hash that takes its time would cost minutes and show nothing."""
    from registry.accounts.actions import passwords

    kept, passwords._hasher = passwords._hasher, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield kept
    passwords._hasher = kept


@pytest.fixture(scope="session", autouse=True)
def kept_press() -> Iterator[None]:
    """A process that lays out PDFs is started once and kept, except where it is itself what is tested."""
    with printing.kept():
        yield


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database of one's own, once on SQLite and once on PostgreSQL; with the cast in it where a test asks."""
    how = databases.lent if _is_taken_back(request.node) else databases.fresh
    if "everything" in request.fixturenames:
        yield from _opened(request.param, "everything", _fill_with_everything, how)
    elif "cast" in request.fixturenames:
        # Raised once per run and copied: every test that wants the cast would else write it again.
        yield from _opened(request.param, "cast", _fill_with_cast, how)
    else:
        yield from _opened(request.param, "migrated", migrate.upgrade, how)


def _is_taken_back(test: pytest.Function) -> bool:
    """Whether a test has its database by `session` alone, which takes all back: the next may have the same one."""
    asks = test._fixtureinfo
    through = {
        name
        for name, found in asks.name2fixturedefs.items()
        if any("database" in each.argnames for each in found)
    }
    return "database" not in asks.argnames and "session" in through <= {"session", "cast"}


def _fill_with_cast(database: Database) -> None:
    from tests.cast import raise_cast

    migrate.upgrade(database)
    with database.transaction() as session:
        raise_cast(session)


def _fill_with_everything(database: Database) -> None:
    from tests.cast import find_cast
    from tests.web.everything import fill_with_everything

    _fill_with_cast(database)
    with database.transaction() as session:
        fill_with_everything(session, find_cast(session))


@pytest.fixture(params=databases.KINDS)
def empty_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database without any table, once on SQLite and once on PostgreSQL."""
    yield from _opened(request.param, "empty", lambda _database: None)


@pytest.fixture
def sqlite_only() -> Iterator[Database]:
    """An empty database on SQLite, for what is true of SQLite alone."""
    yield from _opened("sqlite", "empty", lambda _database: None)


@pytest.fixture
def postgresql_only() -> Iterator[Database]:
    """An empty database on PostgreSQL, for what is true of PostgreSQL alone."""
    yield from _opened("postgresql", "empty", lambda _database: None)


def _opened(
    kind: databases.Kind, template: str, fill: databases.Fill, how: databases.How = databases.fresh
) -> Iterator[Database]:
    with ExitStack() as stack:
        try:
            found = stack.enter_context(how(kind, template, fill))
        except NoPostgresqlError as none:
            pytest.fail(f"There is no PostgreSQL to test on. {none}", pytrace=False)
        yield found


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing transaction, taken back at the end. What the ledger writes, finish(session) writes earlier."""
    with Session(database.engine, expire_on_commit=False) as opened:
        database.begin(opened, read_only=False)
        yield opened
        opened.rollback()


@pytest.fixture
def frozen_clock() -> Iterator[datetime]:
    """The clock stands still on the second of November 2026, half past nine."""
    with clock.frozen(INSTANT):
        yield INSTANT


@pytest.fixture(scope="session")
def _application(tmp_path_factory: pytest.TempPathFactory) -> "App":
    """Made once per process, its templates compiled once per run: that would cost more than most tests do."""
    from registry.app import create_app
    from registry.settings import Settings

    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), secret_key=secrets.token_urlsafe(48))
    # Tests knock at a door hundreds of times from one address; how often that may be done is tested where it is counted.
    free = {f"limit_{each}": 0 for each in settings.limits}
    settings = settings.model_copy(update=free)
    made = create_app(settings, Database("sqlite://"))
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ[databases.FOLDER])
    # A fault of the program fails the test that meets it, instead of becoming a page that says "sorry".
    made.config["PROPAGATE_EXCEPTIONS"] = True
    contract.hold(made)
    return made


@pytest.fixture
def app(_application: "App", database: Database, tmp_path: Path) -> Iterator["App"]:
    """The whole application over `database`; what a test changes of its set-up is put back."""
    parts = ("config", "extensions", "view_functions", "before_request_funcs", "after_request_funcs")
    before = {name: dict(getattr(_application, name)) for name in parts}
    _application.database = database
    _application.config["REGISTRY_DATA_DIR"] = str(tmp_path)
    yield _application
    _application.close_pasts()
    for name, kept in before.items():
        getattr(_application, name).clear()
        getattr(_application, name).update(kept)


@pytest.fixture
def cast(database: Database) -> "Cast":
    """The standing cast (tests/cast.py), as it stands in `database`."""
    from tests.cast import find_cast

    with database.transaction(read_only=True) as session:
        return find_cast(session)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Chromium, one for all tests that look at pages with it."""
    from tests.browser import chromium

    with chromium() as started:
        yield started


@pytest.fixture
def real_data() -> Path:
    """The folder of real inventories; without it the test is skipped and says so."""
    named = os.environ.get("REGISTRY_REAL_DATA")
    if not named:
        pytest.skip("REGISTRY_REAL_DATA names no folder of real inventories")
    folder = Path(named).resolve()
    assert folder.is_dir(), f"REGISTRY_REAL_DATA names {folder}, which is no folder"
    return folder


@pytest.fixture
def client_of(app: "App") -> Callable[[str], FlaskClient]:
    """A browser in which that person is signed in, by e-mail address or as one of the cast; its forms carry their token."""
    from registry.accounts.actions import open_session
    from registry.accounts.queries import person_by_email

    def signed_in(email: str) -> FlaskClient:
        secret, token = secrets.token_urlsafe(32), secrets.token_hex(20)
        with app.database.transaction() as session:
            person = person_by_email(session, email if "@" in email else f"{email}@example.org")
            assert person is not None, f"nobody here is {email}"
            open_session(session, person, secret, "a test")
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["secret"], cookie["csrf_token"] = secret, token
        signer = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token")
        client.environ_base["HTTP_X_CSRFTOKEN"] = signer.dumps(token)
        return client

    return signed_in


@pytest.fixture
def program(app: "App", database: Database, cast: "Cast") -> Callable[..., TestResponse]:
    """A request through the JSON door as one of the cast, by a token of every scope: held to one `system`, with an If-Match."""
    from registry.accounts.actions import issue_token
    from registry.kernel.actor import the_registry
    from registry.kernel.scopes import SCOPES

    tokens: dict[tuple[str, int | None], str] = {}

    def asked(
        name: str, method: str, path: str, json: object = None, etag: str = "", system: "System | None" = None
    ) -> TestResponse:
        key = name, system.id if system else None
        if key not in tokens:
            with database.transaction() as session:
                who, scopes = cast.people[name], frozenset(SCOPES)
                tokens[key], _ = issue_token(
                    session, the_registry("test"), who, "a program", scopes, system_id=key[1]
                )
        headers = {"Authorization": f"Bearer {tokens[key]}"} | ({"If-Match": etag} if etag else {})
        return app.test_client().open(f"/api/v1{path}", method=method, json=json, headers=headers)

    return asked


@pytest.fixture
def twins(
    client_of: Callable[[str], FlaskClient],
    program: Callable[..., TestResponse],
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> "Twins":
    """Does an act by its page and by a program, to be compared (tests/twinned.py)."""
    from tests.twinned import Twins

    return Twins(client_of, program, database, monkeypatch)
