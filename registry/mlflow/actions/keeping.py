"""State a server, switch it, ask for a sync; say whose a model is and what the name of a metric means in its runs."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.mlflow.models import MlflowLink, MlflowMetric, MlflowModel, MlflowServer
from registry.mlflow.queries import seen, servers
from registry.mlflow.rules.servers import ServerFacts, problems_with
from registry.objectives.models import SuccessMetric
from registry.systems.models import System


def add_server(session: Session, actor: Actor, facts: ServerFacts, objection: str = "") -> MlflowServer:
    """State a server. `objection` is what was found to be wrong with its address before. Raises RuleBroken."""
    require(actor, Permission.MLFLOW_MANAGE)
    _check(session, facts, objection, None)
    server = MlflowServer(
        label=facts.label,
        url=facts.url,
        credential=facts.credential,
        tag=facts.tag,
        alias=facts.alias,
        readings=facts.readings,
        added_at=clock.now(),
        added_by_id=actor.person_id,
    )
    session.add(server)
    session.flush()
    record(session, actor, Event.MLFLOW_SERVER_ADDED, server)
    return server


def edit_server(
    session: Session,
    actor: Actor,
    server: MlflowServer,
    facts: ServerFacts,
    objection: str = "",
    *,
    version: int,
) -> MlflowServer:
    """Change what is stated of a server. Raises RuleBroken, and Conflict where somebody else did meanwhile."""
    require(actor, Permission.MLFLOW_MANAGE)
    if server.version != version:
        raise Conflict(
            "Somebody else changed this server meanwhile. Reload it and try again.", server.version
        )
    _check(session, facts, objection, server)
    server.label, server.url, server.credential = facts.label, facts.url, facts.credential
    server.tag, server.alias, server.readings = facts.tag, facts.alias, facts.readings
    record(session, actor, Event.MLFLOW_SERVER_EDITED, server)
    return server


def _check(session: Session, facts: ServerFacts, objection: str, server: MlflowServer | None) -> None:
    named = servers.server_by_label(session, facts.label)
    taken = named is not None and named is not server
    others = 0 if server else len(servers.servers(session))
    refuse_if(problems_with(facts, objection, label_taken=taken, servers=others))


def switch_server(session: Session, actor: Actor, server: MlflowServer, *, on: bool) -> None:
    """Keep in step with a server, or leave it alone; what was taken stays."""
    require(actor, Permission.MLFLOW_MANAGE)
    server.is_on = on
    record(session, actor, Event.MLFLOW_SERVER_SWITCHED, server, note={"to": "on" if on else "off"})


def ask_sync(session: Session, actor: Actor, server: MlflowServer, *, whole: bool = False) -> None:
    """Ask the worker to sync with a server now; `whole`: and to compare everything. Raises RuleBroken for one that is off."""
    require(actor, Permission.MLFLOW_MANAGE)
    if not server.is_on:
        raise RuleBroken([Problem("", "Switch it on first: nothing is read from a server that is off.")])
    record(session, actor, Event.MLFLOW_SYNC_ASKED, server, note={"whole": "yes"} if whole else None)


def link_model(session: Session, actor: Actor, model: MlflowModel, system: System) -> MlflowLink:
    """Say of which system a model is; also of one whose tag says otherwise. What it was before stays where it is."""
    require(actor, Permission.MLFLOW_MANAGE)
    link = seen.link_of(session, model.id or 0)
    if link is None:
        link = MlflowLink(
            model_id=model.id or 0,
            system_id=0,
            model_name=model.name,
            linked_at=clock.now(),
            linked_by_id=None,
        )
    link.system_id, link.model_name = system.id or 0, model.name
    link.linked_at, link.linked_by_id = clock.now(), actor.person_id
    session.add(link)
    model.system_id, model.trouble = system.id, ""
    session.add(model)
    session.flush()
    record(session, actor, Event.MLFLOW_MODEL_LINKED, link, system_id=system.id)
    return link


def unlink_model(session: Session, actor: Actor, model: MlflowModel, link: MlflowLink) -> None:
    """Take back what was said of a model. Its tag counts again, from the next sync on."""
    require(actor, Permission.MLFLOW_MANAGE)
    system_id = link.system_id
    session.delete(link)
    model.system_id = None
    session.add(model)
    record(session, actor, Event.MLFLOW_MODEL_UNLINKED, link, system_id=system_id)


def map_metric(
    session: Session, actor: Actor, model: MlflowModel, name: str, metric: SuccessMetric | None
) -> None:
    """Say which metric of its system a name means in the runs of a model; None: what its own slug says, if anything.

    Raises RuleBroken for a metric of another system, and for a name no run of the model was seen to have.
    """
    require(actor, Permission.MLFLOW_MANAGE)
    if name not in model.metrics:
        raise RuleBroken([Problem("name", "No run of this model was seen to have a metric of this name.")])
    if metric is not None and metric.system_id != model.system_id:
        raise RuleBroken([Problem("metric", "Choose a metric of the model's system.")])
    row = seen.mapping_of(session, model.id or 0, name)
    if metric is None and row is not None:
        session.delete(row)
    elif metric is not None:
        row = row or MlflowMetric(
            model_id=model.id or 0, name=name, metric_id=0, mapped_at=clock.now(), mapped_by_id=None
        )
        row.metric_id, row.mapped_at, row.mapped_by_id = metric.id or 0, clock.now(), actor.person_id
        session.add(row)
        session.flush()
    record(
        session,
        actor,
        Event.MLFLOW_METRIC_MAPPED,
        None,
        subject_kind="mlflow_model",
        subject_id=model.id,
        system_id=model.system_id,
        note={"name": name[:200], "metric": metric.slug if metric else ""},
    )
