"""A date with a time of day, typed and shown in UTC."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from wtforms import DateTimeLocalField
from wtforms.validators import Optional

from registry.web.formkit import Wanted

_EARLIEST: Final = 1900


class Instant(DateTimeLocalField):
    """An instant to the minute, which may be left out; `.data` is aware and in UTC."""

    data: datetime | None

    def __init__(self, label: str, description: str = "", *, required: bool = False, **options: Any) -> None:
        checks = [Optional(), *([Wanted()] if required else [])]
        super().__init__(f"{label}, in UTC", checks, description=description, **options)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            typed = datetime.fromisoformat(text) if len(text) <= 40 else None
            at = None if typed is None else _in_utc(typed)
        except (ValueError, OverflowError):
            at = None
        if at is None or at.year < _EARLIEST:
            raise ValueError("Give a date and a time such as 2026-11-30 14:05.")
        self.data = at

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data.astimezone(UTC):%Y-%m-%dT%H:%M}" if self.data else ""

    def kept(self, stored: datetime | None) -> datetime | None:
        """What was typed; where that is the stored instant as far as the box can show it, the stored one to the microsecond."""
        if stored is not None and self.data == _to_the_minute(stored):
            return stored
        return self.data


def _in_utc(typed: datetime) -> datetime:
    return typed.replace(tzinfo=UTC) if typed.tzinfo is None else typed.astimezone(UTC)


def _to_the_minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)
