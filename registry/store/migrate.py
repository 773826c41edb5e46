"""The schema's revisions: upgrade, downgrade, which one stands and whether it is this program's."""

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from registry.output.places import migrations_dir
from registry.store.session import Database

if TYPE_CHECKING:
    from alembic.config import Config

# env.py reads the address under this name; an ini option would trip over every "%" of a password.
ADDRESS: Final = "address"


def upgrade(database: Database, revision: str = "head") -> str | None:
    """Bring the schema up to a revision and say which one stands now. Several hosts may call this at once."""
    # Loading Alembic is a sixth of every command's start, and only a change of the schema needs it.
    from alembic import command  # noqa: PLC0415

    command.upgrade(configured(database), revision)
    return current(database)


def downgrade(database: Database, revision: str) -> str | None:
    """Take the schema back to a revision ("base" for none) and say which one stands now."""
    from alembic import command  # noqa: PLC0415

    command.downgrade(configured(database), revision)
    return current(database)


def uninstall(database: Database) -> None:
    """Take back an upgrade of what was empty: no table stays, nor what they held."""
    downgrade(database, "base")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")


def current(database: Database) -> str | None:
    """The revision of the schema that stands in the database, or None before the first."""
    with database.engine.connect().execution_options(sqlite_read_only=True) as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return found


@lru_cache(maxsize=1)
def head() -> str | None:
    """The newest revision this program carries: their files begin with their numbers."""
    found = [file.name.partition("_")[0] for file in (migrations_dir() / "versions").glob("[0-9]*_*.py")]
    return max(found, default=None)


def is_current(database: Database) -> bool:
    """Whether the schema is the one this program was written for."""
    newest = head()
    return newest is not None and current(database) == newest


def is_empty(database: Database) -> bool:
    """Whether the database holds no table at all, as before anything was installed."""
    with database.engine.connect().execution_options(sqlite_read_only=True) as connection:
        return not sa.inspect(connection).get_table_names()


def configured(database: Database) -> "Config":
    """Alembic's configuration for one database, for its commands beyond those here."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    config.attributes[ADDRESS] = database.url
    return config
