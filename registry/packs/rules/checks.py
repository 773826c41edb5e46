"""What a pack must satisfy beyond its shape before anything may rest on it, each objection with its place in the file."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from registry.packs.rules.reviewing import ReviewRule
from registry.packs.rules.shapes import (
    OUTCOMES,
    PATTERNS,
    ROLES,
    UNCLASSIFIED,
    AlertRule,
    ConfirmationRule,
    Control,
    GateCriterion,
    Pack,
    ReportingRule,
)

_MOST_MONTHS, _MOST_DAYS = 120, 366
_MOST_AUTONOMY = 5
_PACK_ID = re.compile(r"[a-z][a-z0-9-]{1,39}")
_EDITION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,19}")
_PRACTICE_ID = re.compile(r"[a-z][a-z0-9-]{1,59}")
_CONTROL_ID = re.compile(r"\S(.{0,38}\S)?")


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that is wrong with a pack: where it stands in the file, what is wrong, and what to do about it."""

    path: str
    says: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"line {self.line}, {self.path}" if self.line and self.path else self.path
        return f"{place}: {self.says}" if place else self.says


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of the registry knows of: facts and conditions of a record and of a gate, risk tiers, stages."""

    facts: frozenset[str]
    conditions: frozenset[str]
    tiers: frozenset[str]
    gate_facts: frozenset[str] = frozenset()
    gate_conditions: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    tabs: frozenset[str] = frozenset()


def problems_with_pack(
    pack: Pack,
    practices: Iterable[str],
    known: Known | None = None,
    lines: Mapping[str, int] | None = None,
) -> list[Objection]:
    """Objections to a pack of sound shape.

    `practices` are the ids its controls may name beside its own. `known` is what the record and the tiers are held
    against; None leaves these two out. `lines` are the lines of its entries by path, where they are known.
    """
    found = [
        *_problems_with_names(pack),
        *_doubled("record", [criterion.id for criterion in pack.record]),
        *_doubled("controls", [control.id for control in pack.controls]),
        *_doubled("practices", [practice.id for practice in pack.practices]),
        *_doubled("gates", [criterion.id for criterion in pack.gates]),
        *_problems_with_practices(pack),
        *_problems_with_controls(pack, {*practices, *(practice.id for practice in pack.practices)}),
        *(problems_with_reporting(pack.reporting) if pack.reporting else ()),
        *(_problems_with_what_is_known(pack, known) if known else ()),
    ]
    return [replace(each, line=(lines or {}).get(each.path)) for each in found]


def _problems_with_names(pack: Pack) -> Iterator[Objection]:
    if not _PACK_ID.fullmatch(pack.id):
        yield Objection("id", f"{pack.id} is no id: small letters, digits and hyphens, at most 40")
    if not _EDITION.fullmatch(pack.edition):
        yield Objection(
            "edition", f"{pack.edition} is no edition: letters, digits, points, hyphens, at most 20"
        )


def _doubled(part: str, ids: Sequence[str]) -> list[Objection]:
    return [
        Objection(part, f"{each} stands {count} times; give each an id of its own")
        for each, count in sorted(Counter(ids).items())
        if count > 1
    ]


def _problems_with_practices(pack: Pack) -> Iterator[Objection]:
    for at, practice in enumerate(pack.practices):
        path = f"practices[{at}]"
        if not _PRACTICE_ID.fullmatch(practice.id):
            yield Objection(path, f"{practice.id} is no id: small letters, digits and hyphens, at most 60")
        yield from _unknown(f"{path}.patterns", "failure pattern", practice.patterns, PATTERNS)


def _problems_with_controls(pack: Pack, practices: set[str]) -> Iterator[Objection]:
    for at, control in enumerate(pack.controls):
        path = f"controls[{at}]"
        if not _CONTROL_ID.fullmatch(control.id):
            yield Objection(f"{path}.id", "an id has at most 40 characters in one line")
        yield from _unknown(f"{path}.patterns", "failure pattern", control.patterns, PATTERNS)
        yield from _unknown(f"{path}.practices", "shared practice", control.practices, practices)
        yield from _unknown(f"{path}.applies", "outcome of a classification", control.applies, OUTCOMES)
        yield from _unknown(f"{path}.roles", "role", control.roles, ROLES)
        yield from _problems_with_answering(path, control)
        asked = set(control.applies or OUTCOMES) | {""}
        for since in control.since:
            if since.outcome not in asked:
                yield Objection(
                    f"{path}.since", f"{since.outcome} is no outcome under which {control.id} is asked"
                )


def _problems_with_answering(path: str, control: Control) -> Iterator[Objection]:
    if not control.practices and not control.alone:
        yield Objection(
            path,
            f"{control.id} names no shared practice; name one in practices, or say in alone why none fits",
        )
    if control.practices and control.alone:
        yield Objection(path, f"{control.id} names a shared practice and says why it has none; keep one")


def _unknown(path: str, kind: str, named: Sequence[str], known: Iterable[str]) -> list[Objection]:
    known = sorted(known)
    return [
        *(
            Objection(path, f"there is no {kind} {each}; known are {', '.join(known) or 'none'}")
            for each in named
            if each not in known
        ),
        *_doubled(path, named),
    ]


def _problems_with_what_is_known(pack: Pack, known: Known) -> list[Objection]:
    problems = problems_with_confirmation(pack.confirmation, known.tiers) if pack.confirmation else []
    problems += problems_with_alerts(pack.alerts, known.tiers) if pack.alerts else []
    problems += problems_with_reviews(pack.reviews, known.tiers) if pack.reviews else []
    for at, criterion in enumerate(pack.record):
        path = f"record[{at}]"
        problems += _unknown(f"{path}.pattern", "failure pattern", [criterion.pattern], PATTERNS)
        problems += _unknown(f"{path}.fact", "fact", [criterion.fact], known.facts)
        if criterion.when:
            problems += _unknown(f"{path}.when", "condition", [criterion.when], known.conditions)
    for at, gate in enumerate(pack.gates):
        problems += _problems_with_gate(f"gates[{at}]", gate, known)
    return problems


def _problems_with_gate(path: str, gate: GateCriterion, known: Known) -> Iterator[Objection]:
    yield from _unknown(f"{path}.to", "stage with a gate", [gate.to], known.stages)
    yield from _unknown(f"{path}.pattern", "failure pattern", [gate.pattern], PATTERNS)
    yield from _unknown(f"{path}.fact", "fact", [gate.fact], known.gate_facts)
    yield from _unknown(f"{path}.tab", "page of a system", [gate.tab], known.tabs)
    yield from _unknown(f"{path}.tier", "tier", [gate.tier] if gate.tier else [], known.tiers)
    yield from _unknown(f"{path}.when", "condition", [gate.when] if gate.when else [], known.gate_conditions)
    if not 0 <= gate.autonomy <= _MOST_AUTONOMY:
        yield Objection(f"{path}.autonomy", f"levels of autonomy go up to {_MOST_AUTONOMY}")


def problems_with_confirmation(
    confirmation: ConfirmationRule, known_tiers: frozenset[str]
) -> list[Objection]:
    """Objections to the cadences of confirmation."""
    problems = _tier_problems("confirmation", "months", confirmation.months, known_tiers, _MOST_MONTHS)
    steps = (confirmation.remind_days_before, confirmation.deputy_days_after, confirmation.head_days_after)
    if not all(_whole(days) and 0 <= days <= _MOST_DAYS for days in steps):
        problems.append(Objection("confirmation", f"its days are whole numbers between 0 and {_MOST_DAYS}"))
    elif confirmation.head_days_after < confirmation.deputy_days_after:
        problems.append(
            Objection("confirmation", "the head of the unit is told after the deputy, not before")
        )
    return problems


def problems_with_alerts(alerts: AlertRule, known_tiers: frozenset[str]) -> list[Objection]:
    """Objections to how long alerts may wait."""
    return _tier_problems("alerts", "days", alerts.answer_days, known_tiers, _MOST_DAYS)


def problems_with_reviews(reviews: ReviewRule, known_tiers: frozenset[str]) -> list[Objection]:
    """Objections to the cadences of reviews, attestations and sign-offs."""
    problems = []
    for name in ("months", "attestation_months", "sign_off_months"):
        problems += _tier_problems("reviews", name, getattr(reviews, name), known_tiers, _MOST_MONTHS)
    problems += _tier_problems("reviews", "decide_days", reviews.decide_days, known_tiers, _MOST_DAYS)
    extra = reviews.extra_seats
    problems += _unknown("reviews.extra_seats", "tier", list(extra), known_tiers | {UNCLASSIFIED})
    named = sorted({seat for seats in extra.values() for seat in seats})
    problems += _unknown("reviews.extra_seats", "seat that signs beside the four", named, ["executive"])
    steps = (reviews.open_days_before, reviews.remind_days_before, reviews.escalate_days_after)
    waivers = (reviews.waiver_most_days, reviews.waiver_warn_days)
    if not all(_whole(days) and 0 <= days <= _MOST_DAYS for days in (*steps, *waivers)):
        problems.append(Objection("reviews", f"its days are whole numbers between 0 and {_MOST_DAYS}"))
    if not reviews.statements:
        problems.append(Objection("reviews.statements", "say what an owner states"))
    return problems + _doubled("reviews.statements", [each.id for each in reviews.statements])


def problems_with_reporting(reporting: ReportingRule) -> list[Objection]:
    """Objections to the duties of telling authorities."""
    ids = [duty.id for duty in reporting.duties]
    problems = [] if ids else [Objection("reporting", "it names no duty")]
    problems += _doubled("reporting", ids)
    for duty in reporting.duties:
        if not (type(duty.id) is str and re.fullmatch(r"[a-z][a-z_]{0,39}", duty.id)):
            problems.append(
                Objection("reporting", f"{duty.id} is no name of at most 40 small letters and underscores")
            )
        if not (_whole(duty.days) and 1 <= duty.days <= _MOST_DAYS):
            problems.append(
                Objection("reporting", f"{duty.days} days for {duty.id} is not between 1 and {_MOST_DAYS}")
            )
        if not (duty.says and duty.article):
            problems.append(
                Objection("reporting", f"{duty.id} does not say what it is about and by which article")
            )
    return problems


def _tier_problems(
    part: str, unit: str, by_tier: Mapping[str, int], known_tiers: frozenset[str], most: int
) -> list[Objection]:
    wanted = known_tiers | {UNCLASSIFIED}
    problems = [Objection(part, f"no {unit} for {tier}") for tier in sorted(wanted - by_tier.keys())]
    problems += [Objection(part, f"no tier is called {tier}") for tier in sorted(by_tier.keys() - wanted)]
    problems += [
        Objection(part, f"{count} {unit} for {tier} is not between 1 and {most}")
        for tier, count in by_tier.items()
        if not (_whole(count) and 1 <= count <= most)
    ]
    return problems


def _whole(value: object) -> bool:
    return type(value) is int
