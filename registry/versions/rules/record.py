"""What a model version states, how its label and digest are written and compared, and when its record may not stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from registry.data_sources.rules.sources import name_key, prose_problems
from registry.kernel.errors import Problem
from registry.systems.rules.record import text_problems

LABEL_LIMIT: Final = 100
KEY_LIMIT: Final = 200
ARTIFACT_LIMIT: Final = 1_000
DIGEST_LIMIT: Final = 160
MOST_SOURCES: Final = 50

_HEX: Final = re.compile(r"[0-9a-f]+")
_ALGORITHM: Final = re.compile(r"[a-z0-9][a-z0-9_./-]{0,23}")
_SHA256_DIGITS: Final = 64
# The digits of well-known digests; of others only that they are whole bytes and not too few to tell files apart.
_DIGITS: Final = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
_FEWEST_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """A source of the catalogue by its number, and the period of its data that was used (inclusive; None: not stated)."""

    source_id: int
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """Everything a person may state of a version. `significant` None is an answer still owed, and refused."""

    label: str
    changed: str = ""
    because: str = ""
    artifact: str = ""
    digest: str = ""
    evaluation: str = ""
    significant: bool | None = None
    trained_on: tuple[TrainedOn, ...] = ()


def label_key(label: str) -> str:
    """The form in which two labels are compared: case, width and white space make no difference."""
    return name_key(label)


def same_facts(one: VersionFacts, other: VersionFacts) -> bool:
    """Whether two records state the same; in which order sources are named makes no difference."""
    bare = replace(one, trained_on=()) == replace(other, trained_on=())
    return bare and set(one.trained_on) == set(other.trained_on)


def tidy_digest(text: str) -> str:
    """A digest in its one spelling: small letters, its algorithm named; 64 bare hex digits are taken for SHA-256.

    What is no digest comes back as it is, for the rules to refuse.
    """
    low = text.strip().lower()
    if len(low) == _SHA256_DIGITS and _HEX.fullmatch(low):
        return f"sha256:{low}"
    return low if is_digest(low) else text.strip()


def is_digest(text: str) -> bool:
    """Whether the text is "algorithm:hex", with as many digits as the algorithm has where it is a known one."""
    algorithm, colon, digits = text.partition(":")
    if not colon or not _ALGORITHM.fullmatch(algorithm) or not _HEX.fullmatch(digits):
        return False
    wanted = _DIGITS.get(algorithm.replace("-", ""))
    return len(digits) == wanted if wanted else len(digits) >= _FEWEST_DIGITS and len(digits) % 2 == 0


def problems_with_version(
    facts: VersionFacts, *, label_taken: bool = False, unknown_sources: Sequence[int] = ()
) -> list[Problem]:
    """Every objection to what a version states. `unknown_sources` are numbers the catalogue does not have."""
    problems = [*_label_problems(facts.label, taken=label_taken), *_artifact_problems(facts)]
    for name in ("changed", "because", "evaluation"):
        problems += prose_problems(name, getattr(facts, name))
    if not facts.changed:
        problems.append(
            Problem("changed", "Say what changed since the version before; of a first version, what it is.")
        )
    if facts.significant is None:
        problems.append(Problem("significant", "Say whether this is a significant change."))
    return [*problems, *_source_problems(facts.trained_on, unknown_sources)]


def _label_problems(label: str, *, taken: bool) -> list[Problem]:
    problems = text_problems("label", label, LABEL_LIMIT, one_line=True)
    if problems:
        return problems
    if not label_key(label):
        return [Problem("label", "Give the version the label people use for it, such as 2.1 or 2026-11-rc1.")]
    if len(label_key(label)) > KEY_LIMIT:
        # One character may stand for eighteen; the key has its own bound because it is indexed.
        return [Problem("label", "Write this label with plainer characters; spelt out it is too long.")]
    if any(part.strip() in {"", ".", ".."} for part in label.split("/")):
        # The API has the label in its addresses, where such a part is lost on the way.
        return [Problem("label", "Put something other than dots before, between and after slashes.")]
    if taken:
        return [
            Problem(
                "label",
                "This system has a version of this label. Choose another, so that each means one model.",
            )
        ]
    return []


def _artifact_problems(facts: VersionFacts) -> list[Problem]:
    problems = text_problems("artifact", facts.artifact, ARTIFACT_LIMIT, one_line=True)
    if _holds_password(facts.artifact):
        problems.append(
            Problem(
                "artifact", "Leave the password out of this address: everybody who sees the system reads it."
            )
        )
    if facts.digest and (len(facts.digest) > DIGEST_LIMIT or not is_digest(facts.digest)):
        problems.append(
            Problem(
                "digest", "Give the SHA-256 as 64 hex digits, or another digest as “algorithm:hex digits”."
            )
        )
    return problems


def _holds_password(address: str) -> bool:
    try:
        return urlsplit(address).password is not None
    except ValueError:
        return False


def _source_problems(trained_on: tuple[TrainedOn, ...], unknown: Sequence[int]) -> list[Problem]:
    problems = [
        Problem("trained_on", f"The catalogue has no source of number {number}.") for number in unknown
    ]
    if len(trained_on) > MOST_SOURCES:
        problems.append(Problem("trained_on", f"Name at most {MOST_SOURCES} sources."))
    if len(set(trained_on)) < len(trained_on):
        problems.append(Problem("trained_on", "This source is named with this period already."))
    for each in trained_on:
        problems += _period_problems(each)
    return problems


def _period_problems(trained: TrainedOn) -> list[Problem]:
    stated = [day for day in (trained.from_on, trained.to_on) if day is not None]
    if any(not 1900 <= day.year <= 2200 for day in stated):
        return [Problem("from_on", "Give dates between 1900 and 2200.")]
    if len(stated) == 2 and stated[0] > stated[1]:
        return [Problem("to_on", "The period ends before it begins.")]
    return []
