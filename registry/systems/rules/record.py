"""What a system's record states, which words it may use, and what every version of it must satisfy."""

from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from registry.kernel.errors import Problem
from registry.kernel.text import clean

SUMMARY_LIMIT = 350
NAME_LIMIT = 300
LINE_LIMIT = 300
TEXT_LIMIT = 20_000
MAX_LINKS = 30


class Kind(StrEnum):
    """What sort of thing the system is (product.md section 3)."""

    MODEL = "model"
    GENERAL_PURPOSE = "general_purpose"
    AGENT = "agent"
    RULES = "rules"
    EMBEDDED = "embedded"

    @property
    def said(self) -> str:
        return {
            Kind.MODEL: "Model trained for the task",
            Kind.GENERAL_PURPOSE: "Built on a general-purpose model",
            Kind.AGENT: "Agent that acts by itself",
            Kind.RULES: "Rules or statistics",
            Kind.EMBEDDED: "Embedded in a bought product",
        }[self]


class Stage(StrEnum):
    """Where a system stands in its life."""

    PROPOSED = "proposed"
    IN_DEVELOPMENT = "in_development"
    IN_VALIDATION = "in_validation"
    PILOT = "pilot"
    LIVE = "live"
    RESTRICTED = "restricted"
    SUSPENDED = "suspended"
    RETIRED = "retired"

    @property
    def said(self) -> str:
        """In words; a system whose use is restricted is not one that few may know of."""
        return "restricted use" if self is Stage.RESTRICTED else self.value.replace("_", " ")


class Tier(StrEnum):
    """The internal risk tier; empty until the system is classified."""

    MINIMAL = "minimal"
    LIMITED = "limited"
    HIGH = "high"
    PROHIBITED = "prohibited"


class Visibility(StrEnum):
    """Who may know that the system exists."""

    COMPANY = "company"
    RESTRICTED = "restricted"


class Reversibility(StrEnum):
    """Whether a decision taken on the output can be undone."""

    FULLY = "fully"
    WITH_EFFORT = "with_effort"
    NOT = "not"

    @property
    def said(self) -> str:
        return {
            Reversibility.FULLY: "Can be undone at once",
            Reversibility.WITH_EFFORT: "Can be undone with effort or delay",
            Reversibility.NOT: "Cannot be undone",
        }[self]


AUTONOMY: dict[int, str] = {
    1: "Informs: shows something a person may look at",
    2: "Recommends: a person decides each case",
    3: "Decides with approval: acts once a person agrees",
    4: "Decides with a veto window: acts unless a person stops it",
    5: "Decides alone: acts without a person in the loop",
}


def autonomy_said(level: int) -> str:
    """A level in few words: "2 recommends"."""
    return f"{level} {AUTONOMY[level].split(':')[0].lower()}"


@dataclass(frozen=True, slots=True)
class Link:
    """A named address that belongs to the record: code, documents, tickets."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """Everything a person may state of a system, apart from stage and tier, which are outcomes and never typed."""

    name: str
    summary: str
    unit_id: int | None = None
    description: str = ""
    kind: Kind | None = None
    technique: str = ""
    modality: str = ""
    visibility: Visibility = Visibility.COMPANY
    intended_use: str = ""
    users: str = ""
    affected_people: str = ""
    affected_count: int | None = None
    out_of_scope: str = ""
    autonomy: int | None = None
    reversibility: Reversibility | None = None
    oversight_plan: str = ""
    volume_per_day: int | None = None
    vendor_name: str = ""
    vendor_contract: str = ""
    vendor_data_access: str = ""
    vendor_exit: str = ""
    deployed_where: str = ""
    regions: str = ""
    legal_roles: str = ""
    in_service_on: date | None = None
    links: tuple[Link, ...] = ()
    complaints_contact: str = ""
    known_limitations: str = ""


# Long Markdown texts; everything else that is text is one line.
LONG_TEXTS = frozenset(
    {"description", "intended_use", "users", "affected_people", "out_of_scope", "oversight_plan"}
    | {"vendor_data_access", "vendor_exit", "legal_roles", "known_limitations"}
)
_COUNTS = ("affected_count", "volume_per_day")
_LARGEST_COUNT = 10_000_000_000
_SINGLE_LINES = frozenset(
    {"name", "summary", "technique", "modality", "vendor_name", "vendor_contract", "deployed_where"}
    | {"regions", "complaints_contact"}
)


def problems_with(facts: SystemFacts) -> list[Problem]:
    """Every objection to a record, whatever stage it is in. Completeness by stage is `checklist`'s matter."""
    problems = [*_text_problems(facts), *_link_problems(facts.links)]
    if facts.name == "":
        problems.append(Problem("name", "Give the system a name people use for it."))
    if facts.summary == "":
        problems.append(Problem("summary", "Say in a sentence or two what the system does."))
    if facts.unit_id is None:
        problems.append(Problem("unit_id", "Choose the unit that runs the system."))
    if facts.autonomy is not None and facts.autonomy not in AUTONOMY:
        problems.append(Problem("autonomy", "Choose an autonomy level from 1 to 5."))
    for name in _COUNTS:
        count = getattr(facts, name)
        if count is not None and not 0 <= count <= _LARGEST_COUNT:
            problems.append(Problem(name, "Give a whole number from 0 to ten billion."))
    if facts.in_service_on is not None and not 1950 <= facts.in_service_on.year <= 2100:
        problems.append(Problem("in_service_on", "Give a year between 1950 and 2100."))
    return problems


_DECIDING = frozenset({Stage.PILOT, Stage.LIVE, Stage.RESTRICTED, Stage.SUSPENDED})


def problems_with_autonomy(stage: Stage, before: int | None, after: int | None) -> list[Problem]:
    """Objections to editing the autonomy of a system from one level to another: what real cases meet is raised on
    evidence, by somebody who does not own it, and not by typing. What a record does not say counts as the lowest level.
    """
    kept = before == after or (after is not None and after <= (before or min(AUTONOMY)))
    if stage not in _DECIDING or kept:
        return []
    if before is None:
        says = (
            "It is in use and its record says nothing yet, which counts as the lowest level. State that, then ask for "
            "more on its page of oversight, one level at a time and on evidence; a reviewer decides."
        )
        return [Problem("autonomy", says)]
    says = (
        "While it is in use, what it may decide by itself rises one level at a time and on evidence. "
        "Ask for it on its page of oversight; a reviewer decides."
    )
    return [Problem("autonomy", says)]


def limit_of(name: str) -> int:
    """How many characters a text field may hold."""
    if name == "summary":
        return SUMMARY_LIMIT
    if name == "name":
        return NAME_LIMIT
    return TEXT_LIMIT if name in LONG_TEXTS else LINE_LIMIT


def _text_problems(facts: SystemFacts) -> list[Problem]:
    problems = []
    for each in fields(facts):
        value = getattr(facts, each.name)
        if isinstance(value, str) and not isinstance(value, StrEnum):
            problems += text_problems(
                each.name, value, limit_of(each.name), one_line=each.name in _SINGLE_LINES
            )
    return problems


def text_problems(name: str, value: str, limit: int, *, one_line: bool = False) -> list[Problem]:
    """Objections to one text: too long, unstorable characters, line ends where one line is wanted."""
    if len(value) > limit:
        return [Problem(name, f"Shorten this to {limit:,} characters; it has {len(value):,}.")]
    try:
        clean(value)
    except ValueError as reason:
        return [Problem(name, f"This text {reason}. Remove it and try again.")]
    if one_line and "\n" in value:
        return [Problem(name, "Write this on one line.")]
    return []


def _link_problems(links: tuple[Link, ...]) -> list[Problem]:
    problems = []
    if len(links) > MAX_LINKS:
        problems.append(Problem("links", f"Keep at most {MAX_LINKS} links."))
    for link in links:
        if not is_web_address(link.url):
            problems.append(Problem("links", f"“{link.url[:80]}” is not a web address (http or https)."))
        elif len(link.label) > LINE_LIMIT or len(link.url) > 2_000:
            problems.append(Problem("links", f"The link “{link.label[:40]}” is too long."))
    return problems


def is_web_address(text: str) -> bool:
    """Whether the text is an absolute http or https address with a host and without credentials."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Registration:
    """The four things asked first: name, what it does, unit, accountable owner."""

    name: str
    summary: str
    unit_id: int | None
    owner_id: int | None
    visibility: Visibility = Visibility.COMPANY
    extra: dict[str, Any] = field(default_factory=dict)


def problems_with_registration(registration: Registration, *, owner_is_active: bool) -> list[Problem]:
    """Objections to registering: the record's own, and an owner who is missing or no longer here."""
    facts = SystemFacts(registration.name, registration.summary, registration.unit_id)
    problems = problems_with(facts)
    if registration.owner_id is None:
        problems.append(Problem("owner_id", "Name the person who answers for the system."))
    elif not owner_is_active:
        problems.append(Problem("owner_id", "Choose somebody who is active; this person has left."))
    return problems
