"""The plan: what a file would change in the register, what of that people changed since, and what stays people's own

A file owns what it states and nothing else. What it stated before and states no longer is let go where it is a field, or a
whole list with its heading, and ended where it is one of a list that still stands; what it never stated is left to people.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from registry.declarations.rules.fields import LISTS, Value, coded
from registry.kernel.canonical import canonical, sha256_hex

Items = Mapping[str, Mapping[str, Mapping[str, Any]]]
# Said when the use begins, and never edited afterwards.
_SAID_ONCE: Final = frozenset({("sources", "note")})
_EMPTY: Final = ("", None, (), 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stated of a system: fields by path, and the things of each list by the name they are told apart by."""

    values: Mapping[str, Any] = field(default_factory=dict)
    items: Items = field(default_factory=dict)

    def as_kept(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "values": {name: coded(value) for name, value in self.values.items()},
            "items": {
                kind: {
                    name: {each: coded(value) for each, value in thing.items()}
                    for name, thing in things.items()
                }
                for kind, things in self.items.items()
            },
        }


class Does(StrEnum):
    """What a step does."""

    REGISTER = "register"
    CHANGE = "change"
    ADD = "add"
    END = "end"


@dataclass(frozen=True, slots=True)
class Step:
    """One field that would change. `changed_since`: somebody changed it in the register after the file had set it."""

    does: Does
    field: str
    before: Value
    after: Value
    changed_since: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying one document does. `kept` are the fields people own that state something, `remarks` what is left as it is."""

    id: str
    key: str
    steps: tuple[Step, ...] = ()
    kept: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    owner: str = ""

    def told(self, part: str) -> list[Step]:
        """The steps on what stands under this heading, or on the fields that stand under none."""
        return [each for each in self.steps if each.field.rpartition(".")[0] == part]


def plan_of(
    id_: str, key: str, declared: Standing, now: Standing | None, last: Standing | None, *, owner: str = ""
) -> Plan:
    """What a file changes: `declared` is what it states, `now` what the register states (None where the system is new),
    `last` what a file set when it was last applied (None where none was). `owner` is who shall answer for a new one.
    """
    stands, before = now or Standing(), last or Standing()
    steps = [*_values(declared, stands, before, is_new=now is None), *_listed(declared, stands, before)]
    kept = tuple(_kept(declared, stands, before))
    remarks = [*_let_go(declared, stands, before), *_remarks(declared, stands)]
    seated = owner if now is None else ""
    if seated:
        remarks.append(f"{seated} becomes its accountable owner.")
    return Plan(id_, key, tuple(steps), kept, tuple(remarks), seated)


def digest_of(plans: Sequence[Plan]) -> str:
    """One number for what plans would do: another one whenever the register or the files moved on in what matters to them."""
    told = [
        [
            plan.id,
            plan.key,
            plan.owner,
            [[step.does.value, step.field, coded(step.before), coded(step.after)] for step in plan.steps],
        ]
        for plan in plans
    ]
    return sha256_hex(canonical(told))


def changed_since(last: Standing, now: Standing) -> list[str]:
    """What a file had set and somebody has changed in the register since, by path."""
    found = [name for name, value in last.values.items() if _differs(value, now.values.get(name))]
    for kind, things in last.items.items():
        for name, thing in things.items():
            stands = now.items.get(kind, {}).get(name)
            if stands is None:
                found.append(f"{kind}.{name}")
            else:
                found += [
                    f"{kind}.{name}.{each}"
                    for each in _fields(kind, thing)
                    if _differs(thing[each], stands[each])
                ]
    return found


def _values(declared: Standing, now: Standing, last: Standing, *, is_new: bool) -> Iterator[Step]:
    does = Does.REGISTER if is_new else Does.CHANGE
    for name, value in declared.values.items():
        stands = now.values.get(name)
        if _differs(stands, value):
            drifted = not is_new and name in last.values and _differs(last.values[name], stands)
            yield Step(does, name, stands, value, drifted)


def _listed(declared: Standing, now: Standing, last: Standing) -> Iterator[Step]:
    for kind, things in declared.items.items():
        there, before = now.items.get(kind, {}), last.items.get(kind, {})
        for name in before:
            if name not in things and name in there:
                drifted = any(
                    (kind, each) not in _SAID_ONCE and _differs(before[name][each], there[name][each])
                    for each in _fields(kind, before[name])
                )
                yield Step(Does.END, f"{kind}.{name}", _named(kind, there[name]), None, drifted)
        for name, thing in things.items():
            if name in there:
                yield from _edits(f"{kind}.{name}", kind, thing, there[name], before.get(name, {}))
            elif LISTS[kind].is_plain:
                yield Step(Does.ADD, f"{kind}.{name}", None, _named(kind, thing), name in before)
            else:
                fields = _fields(kind, thing) or [LISTS[kind].named_by[0].name]
                yield from (
                    Step(Does.ADD, f"{kind}.{name}.{each}", None, thing[each], name in before)
                    for each in fields
                )


def _edits(
    path: str, kind: str, thing: Mapping[str, Any], there: Mapping[str, Any], before: Mapping[str, Any]
) -> Iterator[Step]:
    for each in _fields(kind, thing):
        if (kind, each) not in _SAID_ONCE and _differs(there[each], thing[each]):
            drifted = each in before and _differs(before[each], there[each])
            yield Step(Does.CHANGE, f"{path}.{each}", there[each], thing[each], drifted)


def _kept(declared: Standing, now: Standing, last: Standing) -> Iterator[str]:
    for name, value in now.values.items():
        if name not in declared.values and value not in _EMPTY:
            yield name
    for kind, things in now.items.items():
        own = {*declared.items[kind], *last.items.get(kind, ())} if kind in declared.items else set[str]()
        yield from (f"{kind}.{name}" for name in things if name not in own)


def _let_go(declared: Standing, now: Standing, last: Standing) -> Iterator[str]:
    for kind, things in sorted(last.items.items()):
        if kind not in declared.items and any(name in now.items.get(kind, {}) for name in things):
            yield f"{kind} is no longer stated, so people own what stands there. To end all of it, write “{kind}: []”."


def _remarks(declared: Standing, now: Standing) -> Iterator[str]:
    for kind, each in sorted(_SAID_ONCE):
        for name, thing in declared.items.get(kind, {}).items():
            there = now.items.get(kind, {}).get(name)
            if there is not None and each in thing and _differs(there[each], thing[each]):
                yield f"{kind}.{name}.{each} is said once, when it begins; it stays as it was said."


def _fields(kind: str, thing: Mapping[str, Any]) -> list[str]:
    """What a thing states beside what it is told apart by."""
    return [each.name for each in LISTS[kind].fields if each.name in thing]


def _named(kind: str, thing: Mapping[str, Any]) -> str:
    return " ".join(str(thing[each.name]) for each in LISTS[kind].named_by if thing.get(each.name))


def _differs(one: Any, other: Any) -> bool:
    return coded(one) != coded(other)
