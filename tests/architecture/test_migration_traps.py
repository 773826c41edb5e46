"""What goes wrong with migrations elsewhere does not go wrong here: tried on a small schema of its own."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from registry.store import migrate
from tests.architecture.anatomy import anatomy

FIRST = """
revision, down_revision = "first", None
def upgrade():
    op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(10)))
    op.create_table("child", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE", name="fk_child_parent"), nullable=False))
    op.execute("INSERT INTO parent VALUES (1, 'one'), (2, 'two')")
    op.execute("INSERT INTO child VALUES (11, 1), (12, 1), (21, 2)")
"""
WIDENED = """
revision, down_revision = "widened", "first"
def upgrade():
    with op.batch_alter_table("parent") as batch:
        batch.alter_column("name", type_=sa.String(40), existing_type=sa.String(10))
"""
FAILING = WIDENED + '    raise ValueError("half way")\n'
ORPHANING = """
revision, down_revision = "orphaning", "first"
def upgrade():
    op.execute("UPDATE child SET parent_id = 3 WHERE id = 21")
"""
WITH_TRIGGER = """
revision, down_revision = "watched", "first"
def upgrade():
    op.execute("CREATE TRIGGER watched AFTER INSERT ON child BEGIN UPDATE parent SET name = 'seen'; END")
    with op.batch_alter_table("parent") as batch:
        batch.alter_column("name", type_=sa.String(40), existing_type=sa.String(10))
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Puts revisions into a folder of its own, with this project's env.py; `change` seeds a defect in that file."""
    shutil.copytree(
        migrate.migrations_dir(), tmp_path / "migrations", ignore=shutil.ignore_patterns("versions", "__py*")
    )
    monkeypatch.setattr(migrate, "migrations_dir", lambda: tmp_path / "migrations")

    def write(*revisions: str, change: tuple[str, str] = ("", "")) -> None:
        env = tmp_path / "migrations" / "env.py"
        told = env.read_text()
        assert change[0] in told
        env.write_text(told.replace(*change) if change[0] else told)
        versions = tmp_path / "migrations" / "versions"
        shutil.rmtree(versions, ignore_errors=True)
        versions.mkdir()
        for number, revision in enumerate(revisions):
            (versions / f"r{number}.py").write_text(
                f"import sqlalchemy as sa\nfrom alembic import op\n{revision}"
            )

    return write


def rows(database, table: str) -> int:
    with database.engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()


def test_rows_that_refer_to_a_table_survive_its_rebuilding(empty_database, write):
    write(FIRST, WIDENED)
    migrate.upgrade(empty_database)
    assert (rows(empty_database, "parent"), rows(empty_database, "child")) == (2, 3)


def test_with_foreign_keys_on_they_would_not_have(sqlite_only, write):
    write(FIRST, WIDENED, change=("foreign_keys=OFF", "foreign_keys=ON"))
    migrate.upgrade(sqlite_only)
    assert (rows(sqlite_only, "parent"), rows(sqlite_only, "child")) == (2, 0)


def test_a_migration_that_fails_leaves_no_trace_and_can_be_tried_again(empty_database, write):
    write(FIRST)
    migrate.upgrade(empty_database)
    before = anatomy(empty_database)

    write(FIRST, FAILING)
    with pytest.raises(ValueError, match="half way"):
        migrate.upgrade(empty_database)
    assert migrate.current(empty_database) == "first"
    assert anatomy(empty_database) == before

    write(FIRST, WIDENED)
    assert migrate.upgrade(empty_database) == "widened"
    assert rows(empty_database, "child") == 3


def test_without_a_transaction_of_our_own_it_would_leave_a_half_built_table(sqlite_only, write):
    write(FIRST)
    migrate.upgrade(sqlite_only)
    before = anatomy(sqlite_only)

    write(FIRST, FAILING, change=('"BEGIN IMMEDIATE"', '"SELECT 1"'))
    with pytest.raises(ValueError, match="half way"):
        migrate.upgrade(sqlite_only)
    assert anatomy(sqlite_only) != before


def test_a_migration_that_leaves_orphans_is_refused_and_taken_back(empty_database, write):
    write(FIRST)
    migrate.upgrade(empty_database)

    write(FIRST, ORPHANING)
    with pytest.raises((RuntimeError, sa.exc.IntegrityError), match="child"):
        migrate.upgrade(empty_database)
    assert migrate.current(empty_database) == "first"
    assert rows(empty_database, "parent") == 2


def test_a_trigger_that_names_a_table_does_not_stop_its_rebuilding(sqlite_only, write):
    write(FIRST, WITH_TRIGGER)
    assert migrate.upgrade(sqlite_only) == "watched"


def test_a_migration_gives_up_on_a_table_that_somebody_holds(postgresql_only, write):
    write(FIRST)
    migrate.upgrade(postgresql_only)

    write(FIRST, WIDENED, change=('_TABLE = "10s"', '_TABLE = "50ms"'))
    with postgresql_only.engine.begin() as other:
        other.exec_driver_sql("LOCK TABLE parent IN ACCESS SHARE MODE")
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            migrate.upgrade(postgresql_only)
    assert migrate.current(postgresql_only) == "first"
    assert migrate.upgrade(postgresql_only) == "widened"


def test_migrations_are_not_written_out_as_text_they_could_not_be_run_from(empty_database):
    with pytest.raises(SystemExit, match="cannot be written out"):
        command.upgrade(migrate.configured(empty_database), "head", sql=True)
    assert migrate.is_empty(empty_database)


def test_an_installed_package_in_an_odd_folder_finds_its_migrations(sqlite_only, tmp_path, monkeypatch):
    odd: Path = tmp_path / "100% odd: folder"
    shutil.copytree(migrate.migrations_dir(), odd / "migrations")
    monkeypatch.setattr(migrate, "migrations_dir", lambda: odd / "migrations")
    migrate.upgrade(sqlite_only)
    assert not migrate.is_empty(sqlite_only)
