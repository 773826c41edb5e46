"""What an incident is called where it comes from, and by which it is taken in only once."""

from dataclasses import dataclass

from registry.kernel.errors import Problem
from registry.systems.rules.record import LINE_LIMIT, text_problems


@dataclass(frozen=True, slots=True)
class Source:
    """The tool or list it comes from, and what it is called there; both empty where it has no name elsewhere."""

    name: str = ""
    reference: str = ""

    def __bool__(self) -> bool:
        """Whether it has a name elsewhere."""
        return bool(self.name)


def problems_with_source(source: Source, key: str = "") -> list[Problem]:
    """Objections to the name an incident has elsewhere. `key` stands before the source where it is kept by system."""
    if bool(source.name) is not bool(source.reference):
        missing = "source_ref" if source.name else "source"
        return [Problem(missing, "Give both the source and what the incident is called there, or neither.")]
    problems = text_problems("source", source.name, LINE_LIMIT - len(key) - 1, one_line=True)
    return problems + text_problems("source_ref", source.reference, LINE_LIMIT, one_line=True)


def kept_source(key: str, source: Source) -> str:
    """The source as it is kept for what came through the JSON door: each system has its own.

    So nobody learns by trying that an incident of a hidden system has this name.
    """
    return f"{key} {source.name}"


def shown_source(key: str, kept: str | None, reference: str | None) -> tuple[str, str]:
    """The source and reference as their sender wrote them."""
    return (kept or "").removeprefix(f"{key} "), reference or ""
