"""MlflowServer: a server the register keeps in step with. MlflowLink, MlflowMetric: whose a model is, and which metric a name means. What was seen there, and each sync"""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field

from registry.mlflow.rules.answers import NAME_LIMIT
from registry.mlflow.rules.passes import Phase
from registry.mlflow.rules.servers import (
    ALIAS_LIMIT,
    CREDENTIAL_LIMIT,
    LABEL_LIMIT,
    TAG_LIMIT,
    URL_LIMIT,
    USUAL_ALIAS,
    USUAL_TAG,
    Readings,
)
from registry.store.columns import Revised, Row, by_value, instant, json_type, long_text, one_of

_UNDER_WAY = "ended_at IS NULL"


class MlflowServer(Revised, table=True):
    """An MLflow server as an administrator states it. Its secret is in a file of this machine; here is only what that is called."""

    __tablename__ = "mlflow_server"
    __table_args__ = (one_of("readings", Readings),)

    label: str = Field(max_length=LABEL_LIMIT, unique=True)
    url: str = Field(max_length=URL_LIMIT)
    credential: str = Field(default="", max_length=CREDENTIAL_LIMIT)
    tag: str = Field(default=USUAL_TAG, max_length=TAG_LIMIT)
    alias: str = Field(default=USUAL_ALIAS, max_length=ALIAS_LIMIT)
    readings: Readings = Field(default=Readings.ALL, sa_type=by_value(Readings))
    is_on: bool = True
    added_at: datetime = instant()
    added_by_id: int | None = Field(default=None, foreign_key="person.id")


class MlflowLink(Row, table=True):
    """Somebody said that a model of MLflow is of a system; it outlives whatever the model is renamed to."""

    __tablename__ = "mlflow_link"

    model_id: int = Field(unique=True)
    system_id: int = Field(foreign_key="system.id", index=True)
    # As it was called when it was said.
    model_name: str = Field(max_length=NAME_LIMIT)
    linked_at: datetime = instant()
    linked_by_id: int | None = Field(default=None, foreign_key="person.id")


class MlflowMetric(Row, table=True):
    """Somebody said which metric of its system a name means in the runs of a model."""

    __tablename__ = "mlflow_metric"
    __table_args__ = (sa.UniqueConstraint("model_id", "name"),)

    model_id: int
    name: str = Field(max_length=NAME_LIMIT)
    metric_id: int = Field(foreign_key="success_metric.id")
    mapped_at: datetime = instant()
    mapped_by_id: int | None = Field(default=None, foreign_key="person.id")


class MlflowModel(Row, table=True):
    """A registered model as it was last seen. Its number here stays when it is renamed there."""

    __tablename__ = "mlflow_model"
    __audited__: ClassVar[bool] = False
    # Another model of the same name, after the first was deleted, is another model.
    __table_args__ = (
        sa.UniqueConstraint("server_id", "name", "created"),
        sa.Index("ix_mlflow_model_system", "system_id"),
    )

    server_id: int = Field(foreign_key="mlflow_server.id")
    name: str = Field(max_length=NAME_LIMIT)
    # As MLflow tells it: milliseconds since 1970.
    created: int = Field(sa_type=sa.BigInteger)
    updated: int = Field(sa_type=sa.BigInteger)
    description: str = long_text(default="")
    tagged: str = Field(default="", max_length=200)
    aliases: dict[str, int] = Field(default_factory=dict, sa_type=json_type())
    # Whose it is, by a link or by its tag; None: nobody has said.
    system_id: int | None = Field(default=None, foreign_key="system.id")
    trouble: str = long_text(default="")
    # The names of metrics its runs have, each with why it gave no reading ("" where it did).
    metrics: dict[str, str] = Field(default_factory=dict, sa_type=json_type())
    called_before: str = Field(default="", max_length=NAME_LIMIT)
    first_sync: int
    last_sync: int
    gone_at: datetime | None = instant(default=None, nullable=True)


class MlflowVersion(Row, table=True):
    """A version of a registered model as it was last seen, and the version of a system it became."""

    __tablename__ = "mlflow_version"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        sa.UniqueConstraint("model_id", "number", "created"),
        sa.Index("ix_mlflow_version_became", "version_id"),
    )

    model_id: int = Field(foreign_key="mlflow_model.id")
    number: int
    created: int = Field(sa_type=sa.BigInteger)
    updated: int = Field(sa_type=sa.BigInteger)
    stage: str = Field(default="", max_length=60)
    status: str = Field(default="", max_length=60)
    description: str = long_text(default="")
    source: str = long_text(default="")
    run_id: str = Field(default="", max_length=200)
    experiment_id: str = Field(default="", max_length=200)
    version_id: int | None = Field(default=None, foreign_key="model_version.id")
    # Why it became none.
    trouble: str = long_text(default="")
    # What the metrics of its run were when they were last taken: a digest, so that the same are not sent again.
    taken: str = Field(default="", max_length=64)
    last_sync: int
    gone_at: datetime | None = instant(default=None, nullable=True)


class MlflowSync(Row, table=True):
    """One sync: how far it has come, what it counted, and what was not understood. Whoever dies over it leaves the place here."""

    __tablename__ = "mlflow_sync"
    __audited__: ClassVar[bool] = False
    __table_args__ = (
        one_of("phase", Phase),
        # Two who begin at once: one of them finds the other's.
        sa.Index(
            "ix_mlflow_sync_under_way",
            "server_id",
            unique=True,
            sqlite_where=sa.text(_UNDER_WAY),
            postgresql_where=sa.text(_UNDER_WAY),
        ),
        sa.Index("ix_mlflow_sync_server", "server_id", "id"),
    )

    server_id: int = Field(foreign_key="mlflow_server.id")
    began_at: datetime = instant()
    told_at: datetime = instant()
    ended_at: datetime | None = instant(default=None, nullable=True)
    is_whole: bool
    phase: Phase = Field(default=Phase.MODELS, sa_type=by_value(Phase))
    # Where in its list the phase is: a token of the server's, or the number of the last row.
    place: str = long_text(default="")
    # Rises with each part that is kept: whoever finds another than they read was overtaken.
    step: int = 0
    # What changed after this instant (milliseconds since 1970) is read by the next sync.
    since: int = Field(default=0, sa_type=sa.BigInteger)
    until: int = Field(default=0, sa_type=sa.BigInteger)
    counts: dict[str, int] = Field(default_factory=dict, sa_type=json_type())
    remarks: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())
    trouble: str = long_text(default="")
