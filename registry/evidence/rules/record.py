"""What a piece of evidence states, how long it holds, what it may support, and when it may be withdrawn."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from registry.kernel.errors import Problem
from registry.kernel.prose import problems_with_prose
from registry.kernel.text import counted, listed, public_key
from registry.systems.rules.record import text_problems

PREFIX: Final = "EVD"
TITLE_LIMIT: Final = 200
NOTE_LIMIT: Final = 4_000
SUBJECT_LIMIT: Final = 40
WARN_DAYS: Final = 60
_SUBJECT = re.compile(r"[a-z][a-z_]{0,39}")

# What evidence supports, with the prefix of its public id. Another kind is told by its number alone.
SUBJECTS: Final[Mapping[str, str]] = {
    "classification": "CLS",
    "review": "REV",
    "dossier": "TST",
    "risk": "RSK",
    "waiver": "WVR",
    "sign_off": "SGN",
}


class Kind(StrEnum):
    """What sort of proof it is."""

    TEST_REPORT = "test_report"
    IMPACT_ASSESSMENT = "impact_assessment"
    POLICY = "policy"
    CONTRACT = "contract"
    TRAINING_RECORD = "training_record"
    APPROVAL = "approval"
    LOG_EXTRACT = "log_extract"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """What a person states of a piece of evidence. `valid_until` is its last good day; None means that it does not expire."""

    title: str
    kind: Kind | None = None
    valid_until: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether a piece of evidence still holds, in words; `warns` from some weeks before its last day."""

    says: str
    has_expired: bool = False
    warns: bool = False


def problems_with(facts: EvidenceFacts) -> list[Problem]:
    """Every objection to what is stated. A last day in the past is allowed: old evidence is evidence, and says it expired."""
    problems = text_problems("title", facts.title, TITLE_LIMIT, one_line=True)
    if not facts.title.strip():
        problems.append(Problem("title", "Give it a title by which people will find it."))
    if facts.kind is None:
        problems.append(Problem("kind", "Say what kind of evidence this is."))
    problems += problems_with_words("note", facts.note)
    return problems


def problems_with_words(field: str, text: str) -> list[Problem]:
    """Why a note may not be kept."""
    if len(text) > NOTE_LIMIT:
        return [Problem(field, f"At most {NOTE_LIMIT:,} characters fit. Put the details into the file.")]
    return [Problem(field, f"This text {says}") for says in problems_with_prose(text)]


def validity(valid_until: date | None, on: date) -> Validity:
    """How a piece of evidence stands on a day. Its last day is still a good one."""
    if valid_until is None:
        return Validity("does not expire")
    days = (valid_until - on).days
    if days < 0:
        return Validity(f"expired {counted(-days, 'day')} ago", has_expired=True)
    if days == 0:
        return Validity("expires today", warns=True)
    return Validity(f"expires in {counted(days, 'day')}", warns=days <= WARN_DAYS)


def problems_with_renewal(valid_until: date | None, on: date) -> list[Problem]:
    """Why a newer file may not be kept until that day: whoever adds one says until when it holds."""
    if valid_until is not None and valid_until < on:
        says = "This day is over. Give the last good day of the newer file, or leave it out if it does not expire."
        return [Problem("valid_until", says)]
    return []


def named(key: str, title: str, validity: Validity) -> str:
    """A piece of evidence where one is chosen: what has expired says so."""
    return f"{key} {title}{f' ({validity.says})' if validity.has_expired else ''}"


def subject_said(kind: str, number: int) -> str:
    """What evidence supports, as people name it: "review REV-0001"."""
    prefix = SUBJECTS.get(kind)
    return f"{kind.replace('_', ' ')} {public_key(prefix, number) if prefix else number}"


def problems_with_use(kind: str, *, is_withdrawn: bool) -> list[Problem]:
    """Why a piece of evidence may not support something."""
    if is_withdrawn:
        return [Problem("evidence", "This evidence was withdrawn. Name another piece, or add it anew.")]
    if not _SUBJECT.fullmatch(kind):
        return [Problem("evidence", "Say what the evidence supports.")]
    return []


def problems_with_withdrawal(
    because: str, *, is_withdrawn: bool, supports: Sequence[str], held_because: str | None
) -> list[Problem]:
    """Why a piece of evidence may not be withdrawn: what a decision rests on stays, and so does what is held.

    `supports` names what it is used for; `held_because` is the reason of a hold on its system, None without one.
    """
    if is_withdrawn:
        return [Problem("", "This evidence was withdrawn already.")]
    problems = []
    if supports:
        says = f"It supports {listed(list(supports))}, so it stays. Add a new revision, or let it expire."
        problems.append(Problem("", says))
    if held_because is not None:
        says = f"The system is held as evidence while something is looked into, so this stays: {held_because}"
        problems.append(Problem("", says))
    if not because.strip():
        problems.append(Problem("because", "Say why it no longer counts as evidence."))
    return [*problems, *problems_with_words("because", because)]


def problems_with_size(size: int, used: int, quota: int) -> list[Problem]:
    """Why the bytes of a file do not fit: `used` of `quota` bytes are taken by the system's evidence already."""
    if size == 0:
        return [Problem("file", "The file is empty. Choose the file itself and send it again.")]
    if used + size > quota:
        says = (
            f"The evidence of this system takes {used / 1e6:,.1f} MB of {quota / 1e6:,.0f} MB, and this file has "
            f"{size / 1e6:,.1f} MB. An administrator can raise the limit."
        )
        return [Problem("file", says)]
    return []
