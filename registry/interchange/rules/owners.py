"""Who a row means by its owner, of the people who are here."""

from collections import defaultdict
from collections.abc import Iterable

from registry.interchange.rules.texts import folded


class Owners:
    """The people who are here, by address and by name."""

    def __init__(self, people: Iterable[tuple[int, str, str]]) -> None:
        """`people` are numbers with names and addresses."""
        self._by_email: dict[str, int] = {}
        self._by_name: defaultdict[str, list[int]] = defaultdict(list)
        for number, name, email in people:
            self._by_email[email.lower()] = number
            self._by_name[folded(name)].append(number)

    def meant(self, email: str, name: str) -> int | None:
        """The person of this address; without an address, the only one of this name. None for nobody who is here."""
        # A column called "Owner" may hold either.
        if address := email or ("@" in name and name):
            return self._by_email.get(address.strip().lower())
        called = self._by_name.get(folded(name), []) if name else []
        return called[0] if len(called) == 1 else None
