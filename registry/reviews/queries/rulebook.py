"""The rules reviews go by: cadences and statements of the pack in force, and the questions of the frameworks chosen."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from registry.packs import queries as packs
from registry.packs.rules import Pack, ReviewRule
from registry.reviews.rules.decisions import Question

# Asked in every review, whatever else is chosen.
ALWAYS = "baseline-controls"


def rule_on(session: Session, on: date) -> tuple[Pack, ReviewRule]:
    """How often and by what words systems are reviewed, attested and signed by the edition in force on that day.

    Raises LookupError where there is none.
    """
    pack = packs.current(session, "reviews", on)
    if pack.reviews is None:
        raise LookupError(f"{pack.said} does not say how systems are reviewed")
    return pack, pack.reviews


def frameworks_to_choose(session: Session, on: date) -> dict[str, str]:
    """The frameworks in force on that day, by "id edition" with their titles; the one always asked comes first."""
    found = packs.frameworks_on(session, on)
    return {pack.said: pack.title for pack in sorted(found, key=lambda pack: pack.id != ALWAYS)}


def chosen(session: Session, wanted: Sequence[str], on: date) -> list[str]:
    """Those of the wanted that are in force, and always the baseline."""
    offered = frameworks_to_choose(session, on)
    return [said for said in offered if said in wanted or said.partition(" ")[0] == ALWAYS]


def waivable(session: Session, on: date) -> dict[str, tuple[str, str]]:
    """What can be waived by its id, with what it asks for and the edition that does: controls, and criteria of gates.

    What a record has to state is asked for at the gates, so that is what is waived there.
    """
    found = {
        each.id: (f"{each.id} {each.title}", pack.said)
        for pack in packs.frameworks_on(session, on)
        for each in pack.controls
    }
    gates = packs.gates_on(session, on)
    return found | {each.id: (f"{each.id} {each.says}", gates.said) for each in gates.gates if each.waivable}


def questions_of(session: Session, editions: Sequence[str]) -> list[Question]:
    """What the checklist of a review with these editions asks, in the order of the files.

    Raises LookupError for an edition nobody finds: a checklist that asks nothing would be complete at once.
    """
    found = []
    for said in editions:
        pack_id, _, edition = said.partition(" ")
        pack = packs.edition(session, pack_id, edition)
        if pack is None:
            raise LookupError(f"there is no edition {said}, so nobody knows what its checklist asks")
        found += [
            Question(said, each.id, each.title, each.explains, each.group, tuple(each.practices))
            for each in pack.controls
        ]
    return found
