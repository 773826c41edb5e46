"""An MLflow server as a sync left it, for the furnished register: a model with its system, one without, one that is gone; and one that is broken off."""

from collections.abc import Callable

from sqlmodel import Session, select

from registry.kernel import clock
from registry.kernel.actor import Actor
from registry.mlflow.actions import keeping
from registry.mlflow.models import MlflowModel, MlflowServer, MlflowSync, MlflowVersion
from registry.mlflow.rules.passes import Phase
from registry.mlflow.rules.servers import ServerFacts
from registry.systems.models import System
from registry.versions.models import ModelVersion
from registry.versions.rules.standing import State

CREATED = 1_795_380_000_000


def synced_server(session: Session, adam: Actor, label: str, name: str) -> tuple[MlflowServer, MlflowModel]:
    """A server with one model of nobody and one version of it; for those who need no more."""
    server = keeping.add_server(session, adam, ServerFacts(label, "https://mlflow.example.org"))
    number = server.id or 0
    model = MlflowModel(
        server_id=number,
        name=name,
        created=CREATED,
        updated=CREATED,
        first_sync=1,
        last_sync=1,
        metrics={"roc_auc": ""},
    )
    session.add(model)
    session.flush()
    session.add(
        MlflowVersion(
            model_id=model.id or 0, number=1, created=CREATED, updated=CREATED, status="READY", last_sync=1
        )
    )
    session.flush()
    return server, model


def furnish_mlflow(
    session: Session, adam: Actor, system: System, line: Callable[..., str], text: Callable[[str], str]
) -> None:
    """Every state the pages of MLflow have."""
    at = clock.now()
    server, model = synced_server(session, adam, line("Research", 80), line("claims-triage", 200))
    number = server.id or 0
    keeping.link_model(session, adam, model, system)
    model.aliases, model.called_before, model.description = (
        {"champion": 1},
        line("triage", 200),
        text("Sorts claims."),
    )
    model.metrics = {"roc_auc": "", line("f1 score", 150): text("The system has no metric of this name.")}
    candidate = session.exec(
        select(ModelVersion).where(ModelVersion.system_id == system.id, ModelVersion.state == State.CANDIDATE)
    ).first()
    first = session.exec(select(MlflowVersion).where(MlflowVersion.model_id == model.id)).one()
    first.version_id, first.stage = candidate.id if candidate else None, "Production"
    rows = {"created": CREATED, "updated": CREATED, "last_sync": 1}
    session.add(
        MlflowVersion(
            model_id=model.id or 0,
            number=2,
            status="PENDING_REGISTRATION",
            trouble=text("Not ready."),
            **rows,
        )
    )
    session.add(MlflowVersion(model_id=model.id or 0, number=3, gone_at=at, **rows))
    for name, more in {
        "nobody's": {},
        "lost": {
            "tagged": "AI-9999",
            "trouble": text("Its tag names a system that the register does not have."),
        },
        "gone": {"gone_at": at},
    }.items():
        session.add(MlflowModel(server_id=number, name=line(name, 200), first_sync=1, **rows, **more))
    counts = {"models": 4, "versions": 3, "candidates": 1, "readings": 12, "renamed": 1, "gone": 1}
    told = [{"says": text("It is NaN."), "count": 27, "examples": [line("roc_auc", 100)]}]
    kept = {"server_id": number, "began_at": at, "told_at": at, "counts": counts, "remarks": told}
    session.add(MlflowSync(is_whole=True, phase=Phase.DONE, ended_at=at, **kept))
    session.add(MlflowSync(is_whole=False, phase=Phase.VERSIONS, **kept))
    broken, _ = synced_server(session, adam, line("Production", 80), "scorer")
    kept["server_id"] = broken.id or 0
    session.add(
        MlflowSync(is_whole=True, trouble=text("The server was not heard: no answer in time."), **kept)
    )
    off = keeping.add_server(session, adam, ServerFacts(line("Old", 80), "https://old.example.org"))
    keeping.switch_server(session, adam, off, on=False)
