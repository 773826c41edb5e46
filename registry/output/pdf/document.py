"""What goes into a PDF and what may be spent on it: identity, attachments, limits, and the refusal."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from registry.kernel.errors import Refusal

MOST_HTML: Final = 8_000_000
"""Bytes of HTML taken at all; a card of eight pages has about sixty thousand."""

MOST_ATTACHED: Final = 32_000_000
"""Bytes of attachments in one document."""

FONTS: Final = ", fonts "
"""What stands in a file between the programs that made it and a fingerprint of the fonts it needed."""


class Relationship(StrEnum):
    """What an attached file is to the document (ISO 19005-3, Annex E)."""

    SOURCE = "Source"
    DATA = "Data"
    ALTERNATIVE = "Alternative"
    SUPPLEMENT = "Supplement"
    UNSPECIFIED = "Unspecified"


class PdfRefused(Refusal):
    """The document could not be made; the message says why and what to do, in plain words."""


@dataclass(frozen=True, slots=True)
class PdfIdentity:
    """What the file says of itself. Two files with the same identity and content are the same bytes."""

    title: str
    author: str
    subject: str
    language: str
    """BCP 47, such as "en"."""
    created: datetime
    """When what is stated was frozen, with a time zone. Not when the file was made."""
    identifier: str | bytes
    """Anything that names this document and no other, such as the hash of its facts."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file carried inside the PDF."""

    name: str
    mime: str
    data: bytes
    relationship: Relationship
    description: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost before it is given up."""

    cpu_seconds: int = 20
    memory_mb: int = 1024
    wall_seconds: int = 60


_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MIME: Final = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,98}")


def require_sound(html: str, identity: PdfIdentity, attachments: Sequence[Attached]) -> None:
    """Raise ValueError for a mistake of the caller's, PdfRefused for a document that is too large to begin with."""
    if identity.created.tzinfo is None:
        raise ValueError("the date of a PDF needs a time zone")
    if not identity.title.strip():
        raise ValueError("a PDF needs a title")
    if not _LANGUAGE.fullmatch(identity.language):
        raise ValueError(f"{identity.language!r} is not a language tag")
    if len({each.name for each in attachments}) < len(attachments):
        raise ValueError("two attachments have the same name")
    for each in attachments:
        if not _NAME.fullmatch(each.name) or not _MIME.fullmatch(each.mime):
            raise ValueError(f"{each.name!r} ({each.mime!r}) cannot be attached under that name and type")
    if len(html) > MOST_HTML:
        raise PdfRefused(
            f"The document has {len(html):,} characters; at most {MOST_HTML:,} can be laid out as one PDF."
        )
    attached = sum(len(each.data) for each in attachments)
    if attached > MOST_ATTACHED:
        raise PdfRefused(
            f"The attached files have {attached:,} bytes; at most {MOST_ATTACHED:,} fit in one PDF."
        )


def utc_text(instant: datetime) -> str:
    """The instant to the second as the W3C writes it, in UTC: "2026-11-22T10:00:00Z"."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def programs_of(engine: str) -> str:
    """The programs a file says it was made with, without the fonts."""
    return engine.partition(FONTS)[0]
