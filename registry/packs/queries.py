"""Rule packs read from their files; which edition is in force."""

from datetime import date
from functools import cache
from importlib.resources import files

import yaml

from registry.packs import rules
from registry.packs.rules import AlertRule, ConfirmationRule, Criterion, Pack


@cache
def shipped() -> tuple[Pack, ...]:
    """Every pack that comes with the registry. Raises ValueError for a file that is not a pack."""
    folder = files("registry.packs") / "shipped"
    return tuple(
        read(path.read_text(encoding="utf-8"))
        for path in sorted(folder.iterdir(), key=str)
        if path.name.endswith(".yaml")
    )


def read(text: str) -> Pack:
    """A pack from its YAML text. Raises ValueError naming what is missing or unknown in it."""
    try:
        content = yaml.safe_load(text)
        record = tuple(Criterion(**criterion) for criterion in content.pop("record"))
        stated = content.pop("confirmation", None)
        confirmation = ConfirmationRule(**stated) if stated is not None else None
        waits = content.pop("alerts", None)
        alerts = AlertRule(**waits) if waits is not None else None
        return Pack(**content, record=record, confirmation=confirmation, alerts=alerts)
    except (TypeError, KeyError, AttributeError, yaml.YAMLError) as error:
        raise ValueError(f"this is not a rule pack: {error}") from error


def current(pack_id: str, on: date) -> Pack:
    """The edition of a pack in force on that day."""
    return rules.current(shipped(), pack_id, on)


def confirmation_on(on: date) -> ConfirmationRule:
    """How often owners confirm, by the baseline in force on that day. Raises LookupError where it does not say."""
    pack = current("baseline", on)
    if pack.confirmation is None:
        raise LookupError(f"{pack.said} does not say how often owners confirm")
    return pack.confirmation


def alerts_on(on: date) -> AlertRule:
    """How long alerts may wait, by the baseline in force on that day. Raises LookupError where it does not say."""
    pack = current("baseline", on)
    if pack.alerts is None:
        raise LookupError(f"{pack.said} does not say how long an alert may wait")
    return pack.alerts
