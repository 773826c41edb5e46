"""Webhooks: which events they may hear, what a delivery says, how it is signed, and when one that does not answer is switched off."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from registry.kernel.canonical import canonical
from registry.kernel.clock import written
from registry.kernel.errors import Problem
from registry.kernel.text import SYSTEM_PREFIX, public_key


def _of(nouns: str) -> frozenset[str]:
    return frozenset(nouns.split())


LABEL_LIMIT: Final = 80
URL_LIMIT: Final = 500
SECRET_BYTES: Final = 32
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - how secrets begin
# For so long both secrets sign; receivers refuse what is older than the window; who does not answer for so long is switched off.
OVERLAP: Final = timedelta(hours=24)
WINDOW: Final = timedelta(minutes=5)
PATIENCE: Final = timedelta(days=3)
TEST_EVENT: Final = "webhook.tested"
_FIRST_REST: Final = timedelta(seconds=30)
_LONGEST_REST: Final = timedelta(minutes=15)
TOPICS: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "systems": (
        "Systems, their tags and notes, inventories",
        _of("system inventory declaration register tag note"),
    ),
    "ownership": ("Seats, hand-overs, confirmations", _of("seat seats owner confirmation handover")),
    "stages": ("Stages, stops, autonomy, compliance", _of("stage stop autonomy compliance")),
    "objectives": ("Objectives, metrics, value", _of("objective metric value")),
    "readings": (
        "Readings, drift, fairness",
        _of("snapshots distributions baseline fairness fairness_bound calibration"),
    ),
    "data": ("Data sources and their quality", _of("data_source data_use quality_check quality_result")),
    "dependencies": ("Dependencies", _of("dependency reconsideration")),
    "versions": ("Versions", _of("version mlflow_model")),
    "alerts": ("Alerts", _of("alert")),
    "incidents": (
        "Incidents and what is done about them",
        _of("incident incidents post_mortem corrective_action authority_report"),
    ),
    "feedback": ("Feedback", _of("feedback feedback_door theme limitation")),
    "classification": ("Classification", _of("classification questionnaire")),
    "reviews": ("Reviews, sign-offs, waivers", _of("review review_condition finding sign_off waiver")),
    "proof": (
        "Evidence, risks, tests, oversight",
        _of("evidence risk dossier override_bounds overseer drill"),
    ),
    "cards": ("Cards and reports", _of("card cards report")),
    "frameworks": ("Frameworks", _of("pack_edition applicability")),
    "people": ("People, units, teams", _of("person people unit team")),
    "ledger": ("The ledger and backups", _of("ledger entry verification signing_key backup")),
}
"""What a hook may hear of: each topic in words, and the nouns its events begin with."""

PRIVATE: Final = _of(
    "sign_in session identity password second_step passkey token role view import_profile notices mail webhook delivery mlflow_server feed"
)
"""Who signs in and how, what people keep for themselves, and the sending itself: no hook hears of these."""


class HookState(StrEnum):
    """Whether events are sent there: switched on, paused by somebody, or switched off because nothing answered."""

    ON = "on"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class HookFacts:
    """What somebody states of a hook. `restricted`: it hears of restricted systems too."""

    label: str
    url: str
    topics: tuple[str, ...] = ()
    system_id: int | None = None
    restricted: bool = False


def problems_with(facts: HookFacts, objection: str, *, system_is_known: bool) -> list[Problem]:
    """Every objection to a hook; `objection` is what was found to be wrong with its address."""
    problems = []
    if not facts.label or len(facts.label) > LABEL_LIMIT:
        problems.append(Problem("label", f"Say what receives it in at most {LABEL_LIMIT} characters."))
    if objection:
        problems.append(Problem("url", objection))
    if not facts.topics or not set(facts.topics) <= set(TOPICS):
        problems.append(Problem("topics", "Choose what it is to hear of."))
    if not system_is_known:
        problems.append(Problem("system", "There is no such system. Give its id, such as AI-0042."))
    return problems


def hears(facts: HookFacts, event: str, system_id: int | None, *, is_restricted: bool) -> bool:
    """Whether a hook is sent an event about that system."""
    noun = event.partition(".")[0]
    if not any(noun in TOPICS[topic][1] for topic in facts.topics if topic in TOPICS):
        return False
    if facts.system_id is not None and facts.system_id != system_id:
        return False
    return facts.restricted or not is_restricted


def envelope(
    uid: str,
    event: str,
    at: datetime,
    *,
    source: str,
    subject: tuple[str, int | None],
    system_id: int | None = None,
    seq: int | None = None,
) -> str:
    """The delivery as text: a CloudEvent (1.0, JSON format) that says what happened to which thing, and nothing anybody typed.

    Whoever is to know more reads it by the API, as whom they are. `sequence` is the number of the ledger entry: it tells the
    order, for deliveries may overtake one another.
    """
    what, number = subject
    data: dict[str, Any] = {"event": event, "subject": {"kind": what, "id": number}, "system": None}
    if system_id is not None:
        key = public_key(SYSTEM_PREFIX, system_id)
        data["system"] = {"key": key, "href": f"{source}/systems/{key}"}
    stated: dict[str, Any] = {
        "specversion": "1.0",
        "id": uid,
        "source": source,
        "type": f"registry.{event}",
        "subject": f"{what}/{number}" if number is not None else what,
        "time": written(at),
        "datacontenttype": "application/json",
        "data": data,
    }
    return canonical(stated | ({"sequence": str(seq)} if seq is not None else {})).decode()


def signature(secrets: Sequence[str], uid: str, timestamp: int, body: bytes) -> str:
    """The value of X-Registry-Signature: for each secret HMAC-SHA256 over "id.timestamp.body" in hexadecimal, after "v1="."""
    signed = f"{uid}.{timestamp}.".encode() + body
    return " ".join(f"v1={hmac.new(each.encode(), signed, hashlib.sha256).hexdigest()}" for each in secrets)


def rest_after(failures: int, at: datetime) -> datetime:
    """Until when a hook that has failed so often in a row is left alone: half a minute, doubling up to a quarter of an hour."""
    doubled: int = 2 ** min(failures - 1, 10)
    return at + min(_FIRST_REST * doubled, _LONGEST_REST)


def is_given_up(failing_since: datetime | None, at: datetime) -> bool:
    """Whether a hook has failed for longer than the registry's patience."""
    return failing_since is not None and at - failing_since >= PATIENCE
