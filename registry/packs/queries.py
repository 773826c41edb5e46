"""Rule packs read from their files; which edition is in force."""

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from registry.packs import rules
from registry.packs.rules import AlertRule, ConfirmationRule, Criterion, Duty, Pack, ReportingRule


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
        tells = content.pop("reporting", None)
        reporting = _reporting(**tells) if tells is not None else None
        return Pack(**content, record=record, confirmation=confirmation, alerts=alerts, reporting=reporting)
    except (TypeError, KeyError, AttributeError, yaml.YAMLError) as error:
        raise ValueError(f"this is not a rule pack: {error}") from error


def _reporting(duties: list[dict[str, Any]]) -> ReportingRule:
    return ReportingRule(tuple(Duty(**duty) for duty in duties))


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


def reporting_on(on: date) -> tuple[Pack, ReportingRule]:
    """What authorities are to be told of incidents by the edition in force on that day, and that edition.

    Raises LookupError where there is none.
    """
    pack = current("eu-incidents", on)
    if pack.reporting is None:
        raise LookupError(f"{pack.said} does not say what authorities are to be told")
    return pack, pack.reporting
