"""What an edition somebody adds must satisfy beside those there are, and what it changes against the one before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from registry.kernel.text import counted
from registry.packs.rules.checks import Objection
from registry.packs.rules.choosing import current
from registry.packs.rules.shapes import Pack, Since

PACK_LIMIT, EDITION_LIMIT, CONTROL_LIMIT, TITLE_LIMIT = 40, 20, 40, 200
# How an entry of a section is called; of a section not named here it is an entry.
_NOUNS = {"record": "criterion", "controls": "control", "practices": "practice"}
_HEAD = frozenset({"id", "edition", "title", "source", "as_of", "effective_from"})
# Sections that are no lists and whose changes are told one by one.
_TOLD = frozenset({"confirmation", "alerts", "reporting"})
# What of an entry is wording. Whatever else changes is told with what it was.
_WORDING = frozenset({"title", "explains", "says", "group", "evidence", "alone"})
_CALLED = {
    "practices": "shared practices",
    "patterns": "failure patterns",
    "pattern": "failure pattern",
    "applies": "outcomes it is asked under",
    "roles": "roles it is asked of",
    "fact": "fact asked for",
    "when": "condition",
}


def problems_with_adding(
    pack: Pack, others: Sequence[Pack], today: date, lines: Mapping[str, int] | None = None
) -> list[Objection]:
    """Objections to adding a sound pack beside the editions there are.

    An edition never replaces another, is in force on some day from today on, and leaves out nothing the registry asks
    its pack for. `lines` are the lines of its entries by path, where they are known.
    """
    problems = []
    same = [other for other in others if other.id == pack.id]
    if len(pack.title) > TITLE_LIMIT:
        problems.append(Objection("title", f"has {len(pack.title)} characters; at most {TITLE_LIMIT} fit"))
    if pack.as_of > today:
        problems.append(Objection("as_of", "lies in the future; it is the day on which the source was read"))
    if any(other.edition == pack.edition for other in same):
        problems.append(
            Objection("edition", f"there is {pack.said} already, and it stays; give this one another name")
        )
    elif current([*same, pack], pack.id, max(today, pack.effective_from)) is not pack:
        problems.append(
            Objection(
                "effective_from", "a later edition applies already, so this one never would; give a later day"
            )
        )
    problems += [
        Objection(part, f"is left out, though earlier editions of {pack.id} state it; carry it over")
        for part in _parts_stated(same)
        if not getattr(pack, part)
    ]
    return [replace(each, line=(lines or {}).get(each.path)) for each in problems]


def _parts_stated(same: Sequence[Pack]) -> list[str]:
    return [part for part in _sections() if any(getattr(other, part) for other in same)]


def _sections() -> list[str]:
    """Every section a pack can have, in the order of its class."""
    return [each.name for each in fields(Pack) if each.name not in _HEAD]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing an edition changes: whether it adds, removes, rewords, moves or sets it, and what, in words.

    `tiers` are the risk tiers it touches (None: it does not go by tier; empty: it changes words alone).
    """

    kind: str
    says: str
    tiers: frozenset[str] | None = None


def changes(before: Pack | None, after: Pack) -> list[Change]:
    """What an edition changes against the one before (None: there is none)."""
    found = [
        change
        for section in _sections()
        if isinstance(getattr(after, section), tuple)
        for change in _entries_changed(section, before, after)
    ]
    found += _cadences_changed(before, after)
    found += _duties_changed(before, after)
    for section in _sections():
        was, now = (getattr(pack, section, None) for pack in (before, after))
        if now and now != was and not isinstance(now, tuple) and section not in _TOLD:
            found.append(Change("changed" if was else "added", f"the section {section.replace('_', ' ')}"))
    return found


def touches_all(found: Sequence[Change]) -> bool:
    """Whether any change touches systems of every tier, so that nobody is left out."""
    return any(change.tiers is None for change in found)


def tiers_touched(found: Sequence[Change]) -> frozenset[str]:
    """The tiers that changes going by tier touch."""
    return frozenset(tier for change in found for tier in change.tiers or ())


def _entries_changed(part: str, before: Pack | None, after: Pack) -> Iterator[Change]:
    old: Mapping[str, Any] = {each.id: each for each in (getattr(before, part) if before else ())}
    new: Mapping[str, Any] = {each.id: each for each in getattr(after, part)}
    noun = _NOUNS.get(part, "entry")
    for each in [key for key in new if key not in old]:
        yield Change("added", f"{noun} {each}: {_title(new[each])}")
    for each in [key for key in old if key not in new]:
        yield Change("removed", f"{noun} {each}: {_title(old[each])}")
    for each in [key for key in new if key in old and new[key] != old[key]]:
        yield from _entry_changed(f"{noun} {each}", old[each], new[each])


def _title(entry: Any) -> str:
    return str(getattr(entry, "title", "") or getattr(entry, "says", ""))


def _entry_changed(name: str, old: Any, new: Any) -> Iterator[Change]:
    names = [each.name for each in fields(new) if getattr(old, each.name) != getattr(new, each.name)]
    if _WORDING & set(names):
        yield Change("reworded", f"{name}: {_title(new)}", frozenset())
    for each in [each for each in names if each not in _WORDING]:
        if each == "since":
            yield Change("moved", f"{name} applies {_since_said(new.since)}, before {_since_said(old.since)}")
        else:
            was, now = _listed(getattr(old, each)), _listed(getattr(new, each))
            called = _CALLED.get(each, each.replace("_", " "))
            yield Change("changed", f"{name}: {called} {now}, before {was}")


def _listed(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) and value else str(value or "none")


def _since_said(since: Sequence[Since]) -> str:
    if not since:
        return "at once"
    return " and ".join(
        f"from {each.on.isoformat()}{f' ({each.outcome})' if each.outcome else ''}" for each in since
    )


def _cadences_changed(before: Pack | None, after: Pack) -> Iterator[Change]:
    for said, unit, now, was in (
        ("Owners confirm every", "month", _months(after), _months(before)),
        ("An alert waits at most", "day", _days(after), _days(before)),
    ):
        for tier in now:
            if now[tier] != was.get(tier):
                told = f"{said} {counted(now[tier], unit)} on systems that are {tier}"
                yield Change("set", f"{told}, before {was[tier]}" if tier in was else told, frozenset({tier}))
    old, new = (pack.confirmation if pack else None for pack in (before, after))
    for name, said in (
        ("remind_days_before", "Owners are reminded {} days before"),
        ("deputy_days_after", "The deputy is told {} days after"),
        ("head_days_after", "The head of the unit is told {} days after"),
    ):
        if new and (not old or getattr(old, name) != getattr(new, name)):
            told = said.format(getattr(new, name))
            yield Change("set", f"{told}, before {getattr(old, name)}" if old else told)


def _months(pack: Pack | None) -> Mapping[str, int]:
    return pack.confirmation.months if pack and pack.confirmation else {}


def _days(pack: Pack | None) -> Mapping[str, int]:
    return pack.alerts.answer_days if pack and pack.alerts else {}


def _duties_changed(before: Pack | None, after: Pack) -> Iterator[Change]:
    old = {duty.id: duty for duty in (before.reporting.duties if before and before.reporting else ())}
    new = {duty.id: duty for duty in (after.reporting.duties if after.reporting else ())}
    for each, duty in new.items():
        if each not in old:
            yield Change("added", f"duty {each}: {duty.days} days, {duty.article}")
        elif duty.days != old[each].days:
            yield Change("moved", f"duty {each}: {duty.days} days, before {old[each].days}")
        elif duty != old[each]:
            yield Change("reworded", f"duty {each}: {duty.says} ({duty.article})", frozenset())
    for each in old.keys() - new.keys():
        yield Change("removed", f"duty {each}: {old[each].says}")
