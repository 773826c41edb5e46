"""What a card states of a source of data, its uses and the checks on its quality."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from registry.cards.rules.facts.metric import Rail
from registry.data_sources.rules.quality import Dimension
from registry.data_sources.rules.sources import Classification, Purpose, Stated
from registry.kernel.calendar import Cadence


@dataclass(frozen=True, slots=True)
class SourceUse:
    """What a source is used for, since when."""

    purpose: Purpose
    since: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class QualityResult:
    """The latest result of a quality check, judged when it was recorded."""

    on: date
    value: Decimal
    met: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class QualityCheck:
    """A check on the quality of a source."""

    dimension: Dimension
    rule: str
    acceptable: Rail
    cadence: Cadence
    unit: str = ""
    latest: QualityResult | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One source of data the system is made from or fed with."""

    key: str
    name: str
    revision: int
    uses: tuple[SourceUse, ...]
    description: str = ""
    owner: str = ""
    steward: str = ""
    custodian: str = ""
    classification: Classification | None = None
    personal_data: Stated = Stated.UNKNOWN
    special_category: Stated = Stated.UNKNOWN
    lawful_basis: str = ""
    licence: str = ""
    licence_expires_on: date | None = None
    consent: str = ""
    consent_expires_on: date | None = None
    allowed_purposes: tuple[Purpose, ...] = ()
    retention: str = ""
    location: str = ""
    freshness_promised: str = ""
    schema_version: str = ""
    provenance: str = ""
    known_gaps: str = ""
    retired_at: datetime | None = None
    checks: tuple[QualityCheck, ...] = ()
