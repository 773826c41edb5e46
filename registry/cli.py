"""The registry command: serve, demo, db, worker, and each feature's commands."""

import json
import logging
import sys
import threading
from importlib import import_module
from typing import Any, Final

import click
from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, ProgrammingError

from registry import tables
from registry.audit.models.guards import GUARDED
from registry.audit.queries.fitness import lacking
from registry.audit.queries.replicas import stranger
from registry.kernel.errors import Refusal, RuleBroken
from registry.output import logs
from registry.output.giving_way import give_way
from registry.settings import THIS_MACHINE, Settings
from registry.store import migrate, roles
from registry.store.commandkit import House, answer, house, progress
from registry.store.lines import refuse_unsorted
from registry.store.past import forget
from registry.store.replicas import opened
from registry.store.session import Database

log = logging.getLogger("registry.start")

# What the application may read and add to, and never change: the ledger, and the readings it has a digest of.
ADDED_ONLY: Final = (*GUARDED, "snapshot")

REFUSED, WRONG_USE, BROKEN = 1, 2, 3
# What a database objects to in a statement is no fault of the environment: it is shown in full.
_FAULTS = (DataError, IntegrityError, ProgrammingError)


class Broken(Exception):
    """The environment is not fit: the sentence says what is wrong and what to do."""


# Every feature's commands; each is imported when it is called, so that none waits for the others.
_COMMANDS = {
    "accounts": "registry.accounts.commands:accounts",
    "apply": "registry.declarations.commands:apply_files",
    "audit": "registry.audit.commands:audit",
    "backup": "registry.backups.commands:backup",
    "benchmark": "registry.demo.commands:benchmark",
    "card": "registry.cards.commands:card",
    "classification": "registry.classification.commands:classification",
    "demo": "registry.demo.commands:demo",
    "gate": "registry.lifecycle.commands:gate",
    "dossier": "registry.dossiers.commands:dossier",
    "evidence": "registry.evidence.commands:evidence",
    "export": "registry.declarations.commands:export_files",
    "incidents": "registry.incidents.commands:incidents",
    "import": "registry.interchange.commands:import_inventory",
    "restore": "registry.backups.commands:restore_command",
    "mlflow": "registry.mlflow.commands:mlflow",
    "packs": "registry.packs.commands:packs",
    "people": "registry.people.commands:people",
    "portfolio": "registry.portfolio.commands:portfolio",
    "snapshots": "registry.monitoring.commands:snapshots",
    "systems": "registry.systems.commands:systems",
    "version": "registry.versions.commands:version",
}


class _Commands(click.Group):
    """The commands of this file, and those of the features."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted([*super().list_commands(ctx), *_COMMANDS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name; None where there is none."""
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = _COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(import_module(module), attribute)
        return found


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="ai-registry", prog_name="registry")
@click.pass_context
def registry_command(context: click.Context) -> None:
    """The registry of every AI system a company runs."""
    settings = Settings.from_environment()
    context.obj = House(settings, lambda: _current_database(settings), tables.recipe)
    context.call_on_close(context.obj.close)


def _current_database(settings: Settings) -> Database:
    settings.make_data_dir()
    database = opened(settings.database, settings.replica)
    if not migrate.is_current(database):
        database.dispose()
        raise Broken("The database's schema is not that of this program. Run: registry db upgrade")
    return database


@registry_command.group()
def db() -> None:
    """The database's schema."""


@db.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def upgrade(as_json: bool) -> None:
    """Create the schema, or bring it up to this program's.

    Where REGISTRY_OWNER_DATABASE_URL names the role that owns the tables, it is done as that role, and the role of
    REGISTRY_DATABASE_URL is granted what the application needs; whether it may erase stays as it was.
    """
    settings: Settings = house().settings
    settings.make_data_dir()
    database = Database(settings.owner_database)
    # Copies of past days belong to who made them: the application.
    application = Database(settings.database) if settings.owner_database_url else database
    forget(application)
    application.dispose()
    migrate.upgrade(database)
    revision = migrate.current(database)
    told = {"revision": revision}
    if settings.owner_database_url:
        told["granted_to"] = role = _application_role(settings)
        roles.grant(database, role, added_only=ADDED_ONLY, may_erase=None)
    database.dispose()
    answer(told, as_json, f"The schema is at revision {revision}.")


@db.command()
@click.option(
    "--may-erase", is_flag=True, help="Let it erase what ledger entries say, as registry audit erase does."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def grants(may_erase: bool, as_json: bool) -> None:
    """Grant the application's role what it needs and no more (PostgreSQL).

    Run it as the owner, named in REGISTRY_OWNER_DATABASE_URL; the role is that of REGISTRY_DATABASE_URL.
    """
    settings: Settings = house().settings
    if not settings.owner_database_url:
        raise click.UsageError("REGISTRY_OWNER_DATABASE_URL must name the role that owns the tables.")
    database, role = Database(settings.owner_database), _application_role(settings)
    said = roles.grant(database, role, added_only=ADDED_ONLY, may_erase=may_erase)
    database.dispose()
    answer({"granted_to": role, "statements": said}, as_json, ";\n".join([*said, f"-- granted to {role}"]))


def _application_role(settings: Settings) -> str:
    role = make_url(settings.database).username
    if not role:
        raise Broken(
            "REGISTRY_DATABASE_URL must say as which role the application works: postgresql+psycopg://role@host/name"
        )
    return role


def prepare_empty(settings: Settings) -> Database:
    """The database, its schema made first if there is none at all (serve and demo do this themselves)."""
    settings.make_data_dir()
    database = Database(settings.database)
    if migrate.is_empty(database):
        if not database.is_sqlite and not settings.one_role:
            database.dispose()
            raise Broken(
                "The database is empty, and its tables must be another role's. Run: registry db upgrade"
            )
        migrate.upgrade(database)
    database.dispose()
    return _current_database(settings)


def _refuse_unless_safe(settings: Settings, database: Database) -> None:
    """Before anything is served or worked on; what is only lacking is said. Raises Broken where the application could change its
    own ledger, and where its replica is none.
    """
    for doubt in roles.doubts_about(database):
        log.warning("what was acknowledged may be lost with the power: %s", doubt)
    if replica := stranger(database):
        raise Broken(f"REGISTRY_REPLICA_URL must name a replica of this database: {replica}.")
    power = roles.power_over(database, ADDED_ONLY)
    if power and not settings.one_role:
        raise Broken(
            f"The role of REGISTRY_DATABASE_URL could change the ledger: {power[0]}. Let another role own the tables and "
            "name it in REGISTRY_OWNER_DATABASE_URL for registry db upgrade; or, to try it out, set REGISTRY_ONE_ROLE=true."
        )
    if power:
        log.warning("the application could change its own ledger: %s", power[0])
    for says in lacking(database, settings.signing_key).values():
        progress(says)


@registry_command.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--no-worker", is_flag=True, help="Serve pages only; run `registry worker` elsewhere.")
def serve(port: int, host: str, processes: int, no_worker: bool) -> None:
    """Serve pages and the API in the foreground, with one worker inside."""
    from registry.server import serve_forever  # noqa: PLC0415 - gunicorn is not needed by other commands

    settings: Settings = house().settings
    _refuse_plain_http(settings, host)
    if settings.refused_passwords_file is not None:
        refuse_unsorted(settings.refused_passwords_file)
    logs.speak(settings.log_format)
    database = prepare_empty(settings)
    try:
        _refuse_unless_safe(settings, database)
    finally:
        database.dispose()
    serve_forever(
        settings,
        host=host,
        port=port,
        processes=processes,
        with_worker=settings.worker_inside and not no_worker,
    )


def _refuse_plain_http(settings: Settings, host: str) -> None:
    if host not in THIS_MACHINE and not settings.is_secure:
        raise Broken(
            f"Listening on {host}, others can reach it, and REGISTRY_BASE_URL is no https address: their cookies would "
            "travel in the open. Put a proxy with https in front and name its address there."
        )


@registry_command.command()
@click.option(
    "--beside", type=int, hidden=True, help="Stop when the process of this number is no longer the parent."
)
def worker(beside: int | None) -> None:
    """Do what was left for later until told to stop."""
    from registry.wiring import FOLLOW_UPS, ON_REQUEST, RELAYS, SCHEDULE  # noqa: PLC0415 - wiring imports every page
    from registry.worker.commands import stop_on_signals, stop_without, work_until  # noqa: PLC0415

    settings: Settings = house().settings
    logs.speak(settings.log_format)
    stop, database = threading.Event(), house().database
    stop_on_signals(stop)
    if not database.is_sqlite:
        # There whoever writes has all others wait, and must not be kept from ending that.
        give_way()
    _refuse_unless_safe(settings, database)
    if beside is not None:
        stop_without(stop, beside)
    work_until(stop, database, FOLLOW_UPS, SCHEDULE, ON_REQUEST, RELAYS)


def main(arguments: list[str] | None = None) -> None:
    """Run the command and leave with its promised exit code: 0 done, 1 refused, 2 wrong use, 3 broken environment."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """The same, giving the exit code back."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        result: Any = registry_command.main(given, prog_name="registry", standalone_mode=False)
    except click.exceptions.Abort:
        progress("Stopped.")
        return REFUSED
    except click.ClickException as wrong:
        wrong.show(sys.stderr)
        return wrong.exit_code
    except Refusal as refusal:
        return _refused(refusal, "--json" in given)
    except (Broken, OSError, DatabaseError, ValidationError, roles.NotGranted) as broken:
        if isinstance(broken, _FAULTS):
            raise
        progress(_said(broken))
        return BROKEN
    return result if isinstance(result, int) else 0


def _refused(refusal: Refusal, as_json: bool) -> int:
    problems = refusal.problems if isinstance(refusal, RuleBroken) else ()
    if as_json:
        listed = [{"field": problem.field, "message": problem.message} for problem in problems]
        click.echo(json.dumps({"refused": refusal.says, "problems": listed}, ensure_ascii=False))
    progress(refusal.says)
    return REFUSED


def _said(broken: Exception) -> str:
    if isinstance(broken, ValidationError):
        return "The settings do not fit: " + "; ".join(each["msg"] for each in broken.errors())
    if isinstance(broken, DatabaseError):
        return f"The database does not answer: {broken.orig}"
    return str(broken)
