"""registry mlflow: sync with the MLflow servers the register is kept in step with, and list them."""

from typing import Any

import click

from registry.kernel.errors import NotFound
from registry.mlflow.actions import passing
from registry.mlflow.actions.asking import Means
from registry.mlflow.models import MlflowServer, MlflowSync
from registry.mlflow.queries import seen, servers
from registry.output.destinations import networks_from
from registry.store.commandkit import answer, house, progress


@click.group("mlflow")
def mlflow() -> None:
    """MLflow servers whose models are kept in step with."""


@mlflow.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_servers(as_json: bool) -> None:
    """List the servers, with how their last sync went."""
    with house().database.transaction(read_only=True) as session:
        found = servers.servers(session)
        numbers = {each.id or 0 for each in found}
        syncs, counts = servers.last_syncs(session, numbers), seen.models_counted(session, numbers)
    items = [_listed(each, syncs.get(each.id or 0), counts.get(each.id or 0, (0, 0))) for each in found]
    said = "\n".join(f"{each['name']}  {each['url']}  {each['says']}" for each in items)
    answer({"items": items}, as_json, said or "No server is stated. An administrator adds one under MLflow.")


def _listed(server: MlflowServer, sync: MlflowSync | None, counts: tuple[int, int]) -> dict[str, Any]:
    says = "not synced yet"
    if sync is not None:
        says = sync.trouble or (
            f"synced {sync.ended_at:%Y-%m-%d %H:%M} UTC" if sync.ended_at else sync.phase.said
        )
    return {
        "name": server.label,
        "url": server.url,
        "is_on": server.is_on,
        "models": counts[0],
        "models_without_system": counts[1],
        "says": says,
    }


@mlflow.command("sync")
@click.argument("name", required=False)
@click.option(
    "--all", "whole", is_flag=True, help="Compare everything, not only what changed since the last sync."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def sync(name: str | None, whole: bool, as_json: bool) -> int:
    """Sync with the server NAME, or with every one that is switched on.

    One that was broken off goes on behind the last part that was kept. Exits with 1 where a server does not answer or is not
    understood.
    """
    with house().database.transaction(read_only=True) as session:
        found = [server for server in servers.servers(session) if server.is_on]
        if name is not None:
            named = servers.server_by_label(session, name)
            if named is None:
                raise NotFound(f"There is no MLflow server {name}.")
            found = [named]
    results = [_synced(server, whole=whole) for server in found]
    said = "\n".join(each["says"] for each in results)
    answer({"servers": results}, as_json, said or "No server is switched on.")
    return 1 if any(each["trouble"] for each in results) else 0


def _synced(server: MlflowServer, *, whole: bool) -> dict[str, Any]:
    database, settings = house().database, house().settings
    means = Means(networks_from(settings.webhook_networks), settings.mlflow_credentials_dir)
    number = passing.begin(database, server.id or 0, whole=whole)
    passing.sync(database, number, means, tell=_tell)
    with database.transaction(read_only=True) as session:
        found = servers.sync_by_id(session, number)
    counts = dict(found.counts) if found else {}
    for each in found.remarks if found else ():
        progress(f"{each['count']:,} times: {each['says']} ({', '.join(each['examples'])})")
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    trouble = found.trouble if found else ""
    says = f"{server.label}: {trouble or told}"
    return {
        "name": server.label,
        "trouble": trouble,
        "ended": found is not None and found.ended_at is not None,
        "counts": counts,
        "remarks": list(found.remarks) if found else [],
        "says": says,
    }


def _tell(server: MlflowServer, sync: MlflowSync) -> None:
    told = ", ".join(f"{count:,} {name}" for name, count in sync.counts.items() if count)
    progress(f"{server.label}: {sync.phase.said}{f' ({told})' if told else ''}")
