"""Which edition of a pack is in force on a day, and how editions stand to one another."""

from collections.abc import Sequence
from datetime import date

from registry.kernel.text import as_counted
from registry.packs.rules.shapes import Pack


def current(packs: Sequence[Pack], pack_id: str, on: date) -> Pack:
    """The edition of a pack in force on that day: the latest that already applies.

    Raises LookupError when no edition applies yet.
    """
    applying = [pack for pack in packs if pack.id == pack_id and pack.effective_from <= on]
    if not applying:
        raise LookupError(f"no edition of the rule pack {pack_id} applies on {on.isoformat()}")
    return max(applying, key=lambda pack: (pack.effective_from, as_counted(pack.edition)))


def before(packs: Sequence[Pack], pack: Pack) -> Pack | None:
    """The edition in force on the day on which this one begins to apply, which it takes the place of; None for a first."""
    others = [each for each in packs if each.id == pack.id and each.edition != pack.edition]
    try:
        return current(others, pack.id, pack.effective_from)
    except LookupError:
        return None


def together(shipped: Sequence[Pack], added: Sequence[Pack]) -> tuple[Pack, ...]:
    """All editions. One that was added stays what decisions here were made by, also when a later release of the registry
    ships one of the same name.
    """
    ours = {(pack.id, pack.edition) for pack in added}
    return (*(pack for pack in shipped if (pack.id, pack.edition) not in ours), *added)


def frameworks_on(packs: Sequence[Pack], on: date) -> list[Pack]:
    """The edition in force on that day of every pack that asks for controls, by title."""
    ids = sorted({pack.id for pack in packs if pack.effective_from <= on})
    found = [current(packs, pack_id, on) for pack_id in ids]
    return sorted((pack for pack in found if pack.is_framework), key=lambda pack: (pack.title, pack.id))


def practices_known(packs: Sequence[Pack]) -> frozenset[str]:
    """The ids of all shared practices any of the packs explains."""
    return frozenset(practice.id for pack in packs for practice in pack.practices)
