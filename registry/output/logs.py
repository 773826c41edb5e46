"""What the program says of itself while it runs: one line for each thing, as JSON for machines or as text for a terminal.

Nobody can forge a line or hide in one: whatever is no plain ASCII letter is written as an escape. Passwords, cookies and
tokens are never handed over to be logged; what looks like one all the same is blotted out here.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, Final

HOUSE: Final = "registry"

# What every record carries anyway; all else was handed over with the message.
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_BLOT: Final = "[blotted out]"
_SECRETS: Final = (
    # Our own tokens, and whatever is sent as one.
    re.compile(r"\baigr_[A-Za-z0-9_-]+"),
    re.compile(r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"),
    # The password in an address.
    re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"),
    re.compile(
        r"(?i)\b(?:set-cookie|cookie|authorization|password|passwd|secret(?:_key)?|csrf_token|token)\b[\"']?\s*[=:]\s*"
        r"(?:\"[^\"]*\"|'[^']*'|[^\s,;&]+)"
    ),
)


def blotted(text: str) -> str:
    """The text without what looks like a token, a password or a cookie."""
    for pattern in _SECRETS:
        text = pattern.sub(_BLOT, text)
    return text


class JsonLines(logging.Formatter):
    """One JSON object a line, ASCII alone; what was handed over beside the message stands beside it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        told: dict[str, Any] = {
            "at": _instant(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": blotted(record.getMessage()),
        }
        told |= {name: _plain(value) for name, value in vars(record).items() if name not in _OWN}
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = blotted(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=True, separators=(",", ":"), default=str)


class TextLines(logging.Formatter):
    """The same for people at a terminal: a line for each thing, and a traceback below it where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        said = (
            f"{_instant(record)} {record.levelname} {record.name} {_printable(blotted(record.getMessage()))}"
        )
        if record.exc_info and record.exc_info[0] is not None:
            lines = blotted(self.formatException(record.exc_info)).split("\n")
            said += "".join(f"\n    {_printable(line)}" for line in lines)
        return said


def speak(form: str) -> None:
    """Let what the registry notes reach standard error: "json", "text", or "auto", which is text on a terminal alone."""
    as_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler()
    handler.setFormatter(TextLines() if as_text else JsonLines())
    house = logging.getLogger(HOUSE)
    house.handlers = [handler]
    house.setLevel(logging.INFO)
    house.propagate = False
    # Warnings of the libraries come out in the same form; what they tell beyond that is not ours to keep.
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return blotted(value)
    return value if value is None or isinstance(value, int | float | bool) else blotted(str(value))


def _printable(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")
