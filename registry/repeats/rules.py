"""What is sent again under one key: which texts are keys, whose key one is, how long its answer is kept.

After draft-ietf-httpapi-idempotency-key-header-07.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

KEPT_FOR: Final = timedelta(days=30)
"""How long an answer is given again. A key that comes later than that is a new one."""
LONGEST_KEY: Final = 200

_KEY: Final = re.compile(rf"[\x20-\x7e]{{1,{LONGEST_KEY}}}")
_ESCAPED: Final = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class Sent:
    """One request under a key: who sent it under which, and what was sent, both as SHA-256 in hexadecimal digits."""

    holder: str
    request: str


def key_in(header: str) -> str | None:
    """The key a header holds; None for a text that is none.

    The draft has a string in quotes (RFC 9651, section 3.3.3). A bare one is taken as well, as most clients send it.
    """
    text = header.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = _ESCAPED.sub(r"\1", text[1:-1])
    return text if _KEY.fullmatch(text) and text.strip() else None


def holder_of(person_id: int, system_id: int | None, key: str) -> str:
    """Whose key it is: a person's, and within that apart for each system their tokens are held to (None: to none).

    What one token was answered is told to no other that reaches less; a token that takes the place of another finds it.
    """
    return hashlib.sha256(f"{person_id}|{system_id or ''}|{key}".encode()).hexdigest()


def is_over(kept_at: datetime, at: datetime) -> bool:
    """Whether an answer is not given again any more. One from the future is: a clock that was set back must not do things twice."""
    return at - kept_at >= KEPT_FOR
