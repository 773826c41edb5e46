"""Which case of a dossier a result is of, by what other tools call it."""

import itertools
from collections.abc import Iterable, Sequence

from registry.dossiers.models import DossierCase
from registry.dossiers.rules.cases import NAME_LIMIT, name_key
from registry.dossiers.rules.results import Result


class Known:
    """The cases of a dossier by what the results of one file may call them.

    A result is of the case that has its reference; else of the case of its name, where that has no other reference and
    the file does not use the name for several: two tests of one name in two places are two cases.
    """

    def __init__(self, known: Sequence[DossierCase], results: Sequence[Result]) -> None:
        self._by_reference: dict[str, DossierCase] = {}
        self._by_name: dict[str, DossierCase] = {}
        self.added: list[DossierCase] = []
        for case in known:
            self._name(case)
        places: dict[str, set[str]] = {}
        for result in results:
            places.setdefault(name_key(result.name), set()).add(result.reference)
        self._shared = {name for name, references in places.items() if len(references) > 1}

    def of(self, result: Result) -> DossierCase | None:
        """The case of a result, or None where nobody has named it so far."""
        if result.reference in self._by_reference:
            return self._by_reference[result.reference]
        named = self._by_name.get(name_key(result.name))
        if named is None or not result.reference:
            return named
        return None if named.reference or named.name_key in self._shared else named

    def name_for(self, result: Result) -> str:
        """What a new case is called: by its name, by its reference where another case has that name, or by that and a
        number: references may differ in capitals alone, names may not.
        """
        names = (result.name, *([result.reference] if result.reference else []))
        free = next((name for name in names if name_key(name) not in self._by_name), None)
        return free or next(
            name
            for count in itertools.count(2)
            if name_key(name := _numbered(names[-1], count)) not in self._by_name
        )

    def keep(self, case: DossierCase) -> DossierCase:
        """Know a case that is added."""
        self.added.append(case)
        self._name(case)
        return case

    def untyped(self, results: Iterable[Result]) -> int:
        """How many results would add a case without saying what it tries."""
        return sum(each.type is None and self.of(each) is None for each in results)

    def assumed(self, found: Iterable[tuple[DossierCase, Result]]) -> list[int]:
        """The numbers of the cases that were added, and of which no result said what they try."""
        told = {case.id for case, result in found if result.type is not None}
        return [case.id or 0 for case in self.added if case.id not in told]

    def _name(self, case: DossierCase) -> None:
        if case.reference:
            self._by_reference.setdefault(case.reference, case)
        self._by_name.setdefault(case.name_key, case)


def _numbered(name: str, count: int) -> str:
    """The name with a number behind it, cut where both would be longer than a name may be."""
    behind = f" ({count})"
    return name[: NAME_LIMIT - len(behind)] + behind
