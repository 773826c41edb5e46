"""Section 6: the data the system is made from and fed with."""

from datetime import date

from registry.cards.rules.facts import CardFacts, QualityCheck, Source
from registry.cards.rules.shapes import NOT_MEASURED, Field, Group, Section, Table, compared
from registry.cards.rules.words import (
    always,
    amount,
    cell,
    chosen,
    conditional,
    day,
    day_of,
    line,
    not_kept,
    optional,
    prose,
    said,
    tabled,
    when_high_risk,
)
from registry.data_sources.rules.sources import Purpose, Stated
from registry.kernel.text import counted, listed, worded

_KNOWN = {Stated.YES: "yes", Stated.NO: "no"}
_LEARNING = frozenset({Purpose.TRAINING, Purpose.VALIDATION, Purpose.TEST})


def data(facts: CardFacts, *, high: bool) -> Section:
    """Section 6: the sources compared, then one group for each. `high` says whether fields for high risk are asked."""
    groups = tuple(_group(source, high=high) for source in facts.sources)
    learning, running = _used(facts, learning=True), _used(facts, learning=False)
    return Section(
        6,
        "Data",
        (
            when_high_risk("6.1", "Data it learned from", learning, high=high, absent="none is named"),
            always("6.2", "Data read in operation", running, "none is named"),
            said("6.3", "Personal data", personal_data_said(facts)),
            *((said("6.4", "Sources", table),) if (table := compared("Source", groups)) else ()),
            not_kept("6.5", "Digest of each dataset"),
        ),
        groups,
    )


def _used(facts: CardFacts, *, learning: bool) -> str | None:
    found = [
        f"{_named(source)} ({worded(use.purpose.value)} since {day_of(use.since)})"
        for source in facts.sources
        for use in source.uses
        if (use.purpose in _LEARNING) is learning
    ]
    return "; ".join(found) or None


def _named(source: Source) -> str:
    return f"{source.key} {cell(line(source.name))}"


def personal_data_said(facts: CardFacts) -> str:
    """How many of the sources hold personal data, in words."""
    if not facts.sources:
        return "No source of data is named, so nothing is known of personal data"
    answers = [source.personal_data for source in facts.sources]
    return (
        f"Of {counted(len(answers), 'source')}: {answers.count(Stated.YES)} with personal data, "
        f"{answers.count(Stated.NO)} without, {answers.count(Stated.UNKNOWN)} not known"
    )


def _group(source: Source, *, high: bool) -> Group:
    personal = source.personal_data is Stated.YES
    level = source.classification
    licence = _until(line(source.licence), source.licence_expires_on)
    special = _KNOWN.get(source.special_category)
    return Group(
        _named(source),
        (
            tabled(always("6.4a", "Who may see it", chosen(level.value) if level else None)),
            tabled(always("6.4b", "Personal data", _KNOWN.get(source.personal_data), "not known")),
            tabled(conditional("6.4c", "Special categories", special, applies=personal, absent="not known")),
            tabled(always("6.4d", "Kept for", line(source.retention))),
            tabled(always("6.4e", "Freshness promised", line(source.freshness_promised))),
            tabled(said("6.4q", "Revision", _revision(source))),
            optional("6.4f", "What it holds", prose(source.description)),
            optional("6.4g", "Notes on its use", _notes(source)),
            always("6.4h", "Where it lies", line(source.location)),
            always("6.4i", "Licence or contract", licence),
            *_permission(source),
            optional("6.4l", "May be used for", _allowed(source), "no purpose is ruled out"),
            optional("6.4m", "Format or schema version", line(source.schema_version)),
            when_high_risk("6.4n", "Known gaps and biases", prose(source.known_gaps), high=high),
            conditional("6.4o", "Provenance", prose(source.provenance), applies=True),
            always("6.4p", "Quality checks", _checks(source), "no quality check is defined"),
        ),
    )


def _revision(source: Source) -> str:
    retired = f", retired {day_of(source.retired_at)}" if source.retired_at else ""
    return f"{source.revision}{retired}"


def _permission(source: Source) -> tuple[Field, ...]:
    """By what right personal data is used; asked only where there is some."""
    personal = source.personal_data is Stated.YES
    consent = _until(line(source.consent), source.consent_expires_on)
    found = (
        conditional("6.4j", "Lawful basis", line(source.lawful_basis), applies=personal),
        conditional("6.4k", "Consent", consent, applies=False),
    )
    return tuple(field for field in found if personal or field.is_stated)


def _notes(source: Source) -> str | None:
    notes = [(use.purpose, line(use.note)) for use in source.uses]
    return "; ".join(f"{worded(purpose.value)}: {note}" for purpose, note in notes if note) or None


def _until(text: str | None, expires_on: date | None) -> str | None:
    if text is None or expires_on is None:
        return text
    return f"{text}, valid up to {day(expires_on)}"


def _allowed(source: Source) -> str | None:
    return listed([worded(purpose.value) for purpose in source.allowed_purposes]) or None


def _checks(source: Source) -> Table | None:
    if not source.checks:
        return None
    header = ("Check", "Acceptable", "Looked at", "Latest result", "Verdict")
    return Table(header, tuple(_check_row(check) for check in source.checks))


def _check_row(check: QualityCheck) -> tuple[str, ...]:
    latest = check.latest
    return (
        f"{check.dimension.value.capitalize()}: {cell(line(check.rule))}",
        check.acceptable.said(line(check.unit) or ""),
        check.cadence.value,
        f"{amount(latest.value, check.unit)}, {day(latest.on)}" if latest else NOT_MEASURED,
        ("met" if latest.met else "not met") if latest else NOT_MEASURED,
    )
