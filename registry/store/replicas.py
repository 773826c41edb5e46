"""Long questions are put to a replica of PostgreSQL, once it has come as far as the database had; else to the database itself.

A replica follows at some distance, may be away, and breaks off what is read from it where that stands in its way. Whoever asks
here is answered all the same, of one moment and never of an earlier one than that at which they began, and is told by which of the two.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Final, NamedTuple, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from registry.store.session import Database, hold_still

log = logging.getLogger("registry.replica")

Answer = TypeVar("Answer")

WAIT_SECONDS: Final = 20.0
"""How long a replica is given to come as far as the database; after that the database answers."""
_PAUSE_SECONDS: Final = 0.1
_LOOKED_FOR_SECONDS: Final = 5.0
# A host that swallows what it is sent would else be waited for as long as the system's own network code thinks right.
_PATIENCE: Final = {
    "connect_timeout": "3",
    "tcp_user_timeout": "5000",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
}
_HOME: Final = sa.text(
    "SELECT pg_is_in_recovery(), CAST((SELECT system_identifier FROM pg_control_system()) AS text),"
    " current_database(), current_schema()"
)
# A statement that is answered no more is broken off, and so is one that waits for what the replica is about to replay.
_BOUND: Final = sa.text(
    "SELECT set_config('statement_timeout', '600s', true), set_config('lock_timeout', '10s', true)"
)

Mark = tuple[int, str]
"""How far a register has come: the number of its ledger's newest entry, and that entry's hash."""
MarkOf = Callable[[Session, int | None], Mark | None]
"""The mark of a number, or the newest where none is named; None where there is none."""


class Source(StrEnum):
    """Where something was read."""

    DATABASE = "database"
    REPLICA = "replica"


class Ask(Protocol):
    """Puts a question to the register; what it is asked in reads one moment. It may be asked twice, so it changes nothing."""

    def __call__(self, question: Callable[[Session], Answer]) -> Answer: ...


class NotAReplica(Exception):
    """It answers, and is no replica of this database; the sentence says what it is."""


class Behind(Exception):
    """It has not come as far in the time it was given."""


class Look(NamedTuple):
    """How a replica stands: by how many entries of the ledger it is behind, how long the first of those has been there,
    and why it cannot be used, with whether that is for good.
    """

    behind: int = 0
    lag_seconds: float = 0.0
    trouble: str = ""
    is_stranger: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """How many questions a source has answered, and the entry of the ledger it had come to at the last."""

    count: int
    seq: int


class Home(NamedTuple):
    """Whether a server only follows another; its cluster, the database there, and the schema that is searched first."""

    follows: bool
    cluster: str
    database: str
    schema: str


class Here(NamedTuple):
    """A database that may have a replica: where it is at home, and the revision of its schema."""

    home: Home
    revision: str


class Replica(Database):
    """A replica by its address, asked for one thing at a time. A connection may outlive a promotion, so each reading looks anew."""

    def __init__(self, url: str) -> None:
        given = sa.make_url(url)
        bounded = given.set(query={**_PATIENCE, **given.query})
        super().__init__(bounded.render_as_string(hide_password=False), pool_size=1)
        self._guard = Lock()
        self._looked: tuple[float, Look] | None = None

    @contextmanager
    def reading(self, live: Here) -> Iterator[Session]:
        """A session that reads one moment. Raises NotAReplica where it follows no server, or another one than this; Behind
        where it has not come to the schema of today, of which the ledger does not tell.
        """
        with self.transaction(read_only=True) as session:
            hold_still(session.connection())
            mine = _home_of(session)
            if not mine.follows:
                raise NotAReplica("it follows no other server: it was promoted, or never was a replica")
            if mine[1:] != live.home[1:]:
                raise NotAReplica("it is a replica of another database")
            if (revision := _revision_of(session)) != live.revision:
                raise Behind(f"its schema is still at revision {revision}")
            session.connection().execute(_BOUND)
            yield session

    def looked(self, look: Callable[[], Look]) -> Look:
        """What a look found, at most five seconds ago: one at a time looks, so that one that hangs holds one thread of many."""
        with self._guard:
            if self._looked is None or time.monotonic() - self._looked[0] > _LOOKED_FOR_SECONDS:
                self._looked = (time.monotonic(), look())
            return self._looked[1]


def opened(url: str, replica_url: str = "") -> Database:
    """The database of an address, with its replica where one is named."""
    database = Database(url)
    database.replica = Replica(replica_url) if replica_url else None
    return database


def here_of(session: Session) -> Here:
    """Which server, database and schema this is (PostgreSQL)."""
    return Here(_home_of(session), _revision_of(session))


def _home_of(session: Session) -> Home:
    return Home(*session.connection().execute(_HOME).one())


def _revision_of(session: Session) -> str:
    return str(session.connection().exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


class LongReads:
    """Where long questions of one piece of work are put. A replica that once could not answer is not asked again for it."""

    def __init__(self, live: Database, mark: MarkOf, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self._live, self._mark, self._wait_seconds = live, mark, wait_seconds
        self._replica = live.replica
        self._begun: tuple[Here, Mark | None] | None = None
        self.told: dict[Source, Told] = {}

    def ask(self, question: Callable[[Session], Answer]) -> Answer:
        """What the question finds, of one moment. What it raises itself is raised."""
        if self._replica is not None:
            try:
                return self._of(self._replica, question)
            except (Behind, NotAReplica) as told:
                trouble = str(told)
            except DBAPIError as broken:
                if not is_away(broken):
                    raise
                trouble = said(broken)
            log.warning("reading from the database itself: the replica cannot be used, %s", trouble)
            self._replica = None
        with self._live.transaction(read_only=True) as session:
            hold_still(session.connection())
            return self._answered(Source.DATABASE, self._mark(session, None), question(session))

    def _of(self, replica: Replica, question: Callable[[Session], Answer]) -> Answer:
        here, wanted = self._begun or self._begin()
        until = time.monotonic() + self._wait_seconds
        while True:
            try:
                with replica.reading(here) as session:
                    newest = self._mark(session, None)
                    self._refuse_older(session, newest, wanted)
                    return self._answered(Source.REPLICA, newest, question(session))
            except Behind as behind:
                if time.monotonic() > until:
                    raise Behind(f"after {self._wait_seconds:.0f} seconds {behind}") from behind
            time.sleep(_PAUSE_SECONDS)

    def _begin(self) -> tuple[Here, Mark | None]:
        with self._live.glance() as session:
            self._begun = here_of(session), self._mark(session, None)
        return self._begun

    def _refuse_older(self, session: Session, newest: Mark | None, wanted: Mark | None) -> None:
        if wanted is None:
            return
        if newest is None or newest[0] < wanted[0]:
            raise Behind(f"it lacked {wanted[0] - (newest[0] if newest else 0)} entries still")
        if self._mark(session, wanted[0]) != wanted:
            raise NotAReplica("its ledger is another one")

    def _answered(self, source: Source, mark: Mark | None, answer: Answer) -> Answer:
        so_far = self.told.get(source)
        self.told[source] = Told(so_far.count + 1 if so_far else 1, mark[0] if mark else 0)
        return answer


def is_away(broken: DBAPIError) -> bool:
    """Whether the server or the way to it failed, or it broke off what was asked; not whether the question was wrong."""
    return broken.connection_invalidated or isinstance(broken, OperationalError)


def said(broken: DBAPIError) -> str:
    """The first line of what the driver says: those that follow may hold what was asked about."""
    lines = str(broken.orig).strip().splitlines()
    return lines[0] if lines else type(broken.orig).__name__
