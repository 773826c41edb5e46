"""The application as people meet it: on a live server over a SQLite file, with CSRF on and a calendar that can be turned."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, BrowserContext
from sqlmodel import Session

from registry.accounts.actions import open_session, set_password
from registry.app import create_app
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.settings import Settings
from registry.store import migrate
from registry.store.session import Database
from registry.web.flask_app import App
from tests import databases
from tests.browser import Watch, served
from tests.cast import PASSWORD, Cast, find_cast, raise_cast

MONDAY = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SIGNS_IN = ("ada", "mia")
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 800}


@dataclass
class Site:
    """One installation, running. What happens in it happens on the day `turned_to`."""

    app: App
    cast: Cast
    address: str = ""
    ahead: timedelta = timedelta()
    device: str = "a test"
    started: float = field(default_factory=time.monotonic)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        with self.on_its_day():
            return self.app(environ, start_response)

    @property
    def now(self) -> datetime:
        """The instant in there; it moves on as ours does."""
        return MONDAY + self.ahead + timedelta(seconds=time.monotonic() - self.started)

    @property
    def today(self) -> date:
        return self.now.date()

    def turn_to_the_next_day(self) -> None:
        self.ahead += timedelta(days=1)

    def on_its_day(self) -> AbstractContextManager[None]:
        return clock.frozen(self.now)

    @contextmanager
    def doing(self) -> Iterator[Session]:
        """A transaction on the day it is in there."""
        with self.on_its_day(), self.app.database.transaction() as session:
            yield session

    @contextmanager
    def visit(
        self, browser: Browser, name: str = "", *, expected: frozenset[int] = frozenset(), **options: Any
    ) -> Iterator[tuple[BrowserContext, Watch]]:
        """A browser of that person's own, signed in (nobody: signed out), and what it complains of."""
        context = browser.new_context(
            **{"viewport": DESK, "base_url": self.address, "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(20_000)
        if name:
            cookie = {"name": "registry", "value": self._cookie(name), "url": self.address}
            context.add_cookies([cookie])
        try:
            yield context, Watch(self.address, expected).over(context)
        finally:
            context.close()

    def _cookie(self, name: str) -> str:
        secret = secrets.token_urlsafe(32)
        with self.doing() as session:
            open_session(session, self.cast.people[name], secret, self.device)
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["secret"] = secret
        found = client.get_cookie("registry")
        assert found
        return found.value


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """A site with the cast in it, two of whom know their password."""
    with databases.fresh("sqlite", "journeys", _raise) as database:
        settings = Settings(
            data_dir=folder, secret_key=secrets.token_urlsafe(48), organisation="Halden Mutual"
        )
        app = create_app(settings, database)
        # To compile the templates of a journey takes half a second, and every journey has an application of its own.
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ[databases.FOLDER])
        with database.transaction(read_only=True) as session:
            site = Site(app, find_cast(session))
        with served(site) as site.address:
            yield site


def _raise(database: Database) -> None:
    migrate.upgrade(database)
    with clock.frozen(MONDAY - timedelta(hours=1)), database.transaction() as session:
        raise_cast(session)
        cast = find_cast(session)
        for name in SIGNS_IN:
            set_password(session, the_registry("command"), cast.people[name], PASSWORD)
