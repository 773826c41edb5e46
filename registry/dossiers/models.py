"""Dossier: the tests of one version before use. DossierCase, DossierRun: what was tried, and how it went. DossierCaseAssumed: a type told for many. DossierSignature: who signed."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from registry.dossiers.rules.cases import NAME_LIMIT, PREFIX, REFERENCE_LIMIT, SOURCE_LIMIT, CaseType, Outcome
from registry.kernel.text import public_key
from registry.store.columns import Row, by_value, instant, long_text, one_of


class Dossier(Row, table=True):
    """The tests of one version of a system, before it is used. Its public id is its number: TST-0001."""

    __tablename__ = "dossier"
    # The dossiers of a system, newest first; a version has one.
    __table_args__ = (sa.Index("ix_dossier_system", "system_id", "id"),)

    system_id: int = Field(foreign_key="system.id")
    version_id: int = Field(foreign_key="model_version.id", unique=True)
    opened_at: datetime = instant()
    opened_by_id: int | None = Field(default=None, foreign_key="person.id")
    # How many rows of the last file of results could not be read: whoever signs is told.
    unread: int = 0

    @property
    def key(self) -> str:
        """The public id, such as TST-0001."""
        if self.id is None:
            raise ValueError("a dossier has no key before it is stored")
        return public_key(PREFIX, self.id)


class DossierCase(Row, table=True):
    """One thing that is tried: what should happen, said before it is. Added, never changed."""

    __tablename__ = "dossier_case"
    __table_args__ = (
        one_of("type", CaseType),
        # Two people, or two deliveries, adding the same case at once cannot both succeed.
        sa.UniqueConstraint("dossier_id", "name_key"),
    )

    dossier_id: int = Field(foreign_key="dossier.id")
    type: CaseType = Field(sa_type=by_value(CaseType))
    name: str = Field(max_length=NAME_LIMIT)
    name_key: str = Field(max_length=3 * NAME_LIMIT)
    reference: str = Field(default="", max_length=REFERENCE_LIMIT)
    expected: str = long_text(default="")
    steps: str = long_text(default="")
    added_at: datetime = instant()
    added_by_id: int | None = Field(default=None, foreign_key="person.id")


class DossierCaseAssumed(Row, table=True):
    """That nobody said of this case alone what it tries: its type was told for a whole delivery, by its file's SHA-256."""

    __tablename__ = "dossier_case_assumed"

    case_id: int = Field(foreign_key="dossier_case.id", unique=True)
    delivery: str = Field(max_length=64)


class DossierRun(Row, table=True):
    """How a case went once. Added, never changed: what was put right is shown by another run."""

    __tablename__ = "dossier_run"
    __table_args__ = (
        one_of("outcome", Outcome),
        # The newest run of each case; and whether a delivery is here already.
        sa.Index("ix_dossier_run_case", "case_id", "id"),
        sa.Index("ix_dossier_run_delivery", "dossier_id", "delivery"),
    )

    dossier_id: int = Field(foreign_key="dossier.id")
    case_id: int = Field(foreign_key="dossier_case.id")
    outcome: Outcome = Field(sa_type=by_value(Outcome))
    actual: str = long_text(default="")
    ran_on: date
    is_similar: bool
    similar_because: str = long_text(default="")
    evidence_id: int | None = Field(default=None, foreign_key="evidence.id")
    source: str = Field(max_length=SOURCE_LIMIT)
    # The SHA-256 of the file it came in; "" where a person typed it.
    delivery: str = Field(default="", max_length=64)
    recorded_at: datetime = instant()
    tester_id: int | None = Field(default=None, foreign_key="person.id")


class DossierSignature(Row, table=True):
    """Somebody signed for the tests as they stood: for so many cases and runs, by their hash. Added, never changed."""

    __tablename__ = "dossier_signature"
    __table_args__ = (
        sa.CheckConstraint("length(sha256) = 64", name="a_digest"),
        # Nobody signs the same twice.
        sa.UniqueConstraint("dossier_id", "signed_by_id", "sha256"),
    )

    dossier_id: int = Field(foreign_key="dossier.id")
    sha256: str = Field(max_length=64)
    # Of what the version stated then: it can be edited until it is approved.
    version_sha256: str = Field(max_length=64)
    unread: int
    cases: int
    runs: int
    words: str = long_text()
    signed_at: datetime = instant()
    signed_by_id: int = Field(foreign_key="person.id")
