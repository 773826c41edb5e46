"""Tags: how a name is written and compared, which names may stand, how many one system carries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from registry.kernel.errors import Problem
from registry.kernel.text import clean, counted

NAME_LIMIT = 40
MOST_TAGS = 20


def tidied(name: str) -> str:
    """A name as it is kept: composed characters, single spaces, none outside. Left as it is where it cannot be stored."""
    try:
        return " ".join(clean(name).split())
    except ValueError:
        return name


def folded(name: str) -> str:
    """What two spellings of one tag have in common: capitals do not make another tag."""
    return tidied(name).casefold()


def names_in(text: str) -> tuple[str, ...]:
    """Names typed in one line with commas between them, each once, in the order typed."""
    return once(part for part in map(tidied, text.split(",")) if part)


def once(names: Iterable[str]) -> tuple[str, ...]:
    """The names without those that only repeat an earlier one in other capitals."""
    return tuple({folded(name): name for name in reversed(list(names))}.values())[::-1]


def problems_with_name(name: str, field: str = "name") -> list[Problem]:
    """Objections to what a tag is to be called, as `tidied` left it."""
    if not name:
        return [Problem(field, "Write the tag's name.")]
    try:
        clean(name)
    except ValueError as reason:
        return [Problem(field, f"This text {reason}. Remove it and try again.")]
    if "," in name:
        return [Problem(field, "A tag holds no comma; commas stand between tags.")]
    # Folding may lengthen a name (the German sharp s); both forms have a column of this length.
    if len(name) > NAME_LIMIT or len(folded(name)) > NAME_LIMIT:
        said = name if len(name) <= NAME_LIMIT else f"{name[: NAME_LIMIT - 1]}…"
        return [Problem(field, f"“{said}” is too long for a tag: at most {NAME_LIMIT} characters.")]
    return []


def those_that_fit(names: Iterable[str], carried: Collection[str] = ()) -> tuple[str, ...]:
    """The names a system that carries some tags (folded) may take on besides: those that may stand, up to the limit."""
    new = [name for name in once(names) if not problems_with_name(name) and folded(name) not in carried]
    return tuple(new[: max(MOST_TAGS - len(carried), 0)])


@dataclass(frozen=True, slots=True)
class Tagging:
    """A change of one system's tags: what it carries (folded), what is put on, what is taken off."""

    carried: frozenset[str]
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    @property
    def added(self) -> tuple[str, ...]:
        """The names it does not carry yet."""
        return tuple(name for name in self.add if folded(name) not in self.carried)

    @property
    def removed(self) -> frozenset[str]:
        """The tags, folded, that it carries and loses."""
        return frozenset(map(folded, self.remove)) & self.carried


def problems_with_tagging(change: Tagging, field: str = "tags") -> list[Problem]:
    """Every objection to a change of tags: names that may not stand, one both put on and taken off, too many."""
    problems = [problem for name in change.add for problem in problems_with_name(name, field)]
    both = frozenset(map(folded, change.add)) & frozenset(map(folded, change.remove))
    if both:
        problems.append(Problem(field, f"“{min(both)}” is both added and removed. Choose one."))
    total = len(change.carried) + len(change.added) - len(change.removed)
    if change.added and total > MOST_TAGS:
        problems.append(
            Problem(
                field,
                f"A system carries at most {MOST_TAGS} tags; it would carry {total}. Remove some first.",
            )
        )
    return problems


def problems_with_renaming(name: str, *, taken: bool) -> list[Problem]:
    """Objections to a new name for a tag; another spelling of its own name is welcome."""
    if taken:
        return [Problem("name", "There is a tag of this name already. Merge the two instead.")]
    return problems_with_name(name)


def problems_with_merging(tag_id: int | None, into_id: int | None, known: Collection[int]) -> list[Problem]:
    """Objections to putting one tag in another's place."""
    if into_id is None or into_id not in known:
        return [Problem("into_id", "Choose the tag that takes its place.")]
    if into_id == tag_id:
        return [Problem("into_id", "A tag cannot take its own place. Choose another.")]
    return []


def problems_with_removal(carriers: int) -> list[Problem]:
    """Objections to removing a tag for good: only one that nothing carries goes without a trace on a system."""
    if carriers:
        return [
            Problem(
                "",
                f"{counted(carriers, 'system carries', 'systems carry')} this tag. Merge it into another, or take it off them first.",
            )
        ]
    return []
