"""Adopt an edition of a rule pack; state whether and how a control is answered."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.canonical import sha256_hex
from registry.kernel.errors import Conflict, Difference, Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.packs import queries, rules
from registry.packs.models import ControlStatement, PackEdition
from registry.packs.rules import Control, Known, NotAPack, Objection, Pack, StatementFacts
from registry.people.queries import is_active_person


def checked(session: Session, text: str, known: Known) -> tuple[Pack | None, list[Objection]]:
    """What a text would be as an edition added today, and everything that speaks against adding it.

    `known` is what packs may ask of records, and the tiers there are. The pack is None where the text is none.
    """
    try:
        pack, lines = rules.read_with_lines(text)
    except NotAPack as refused:
        return None, refused.objections
    others = queries.editions(session)
    found = rules.problems_with_pack(pack, rules.practices_known(others), known, lines)
    return pack, [*found, *rules.problems_with_adding(pack, others, clock.today(), lines)]


def adopt(session: Session, actor: Actor, text: str, known: Known) -> PackEdition:
    """Add an edition of a rule pack; from its day on it is the one in force. It is never changed afterwards.

    Raises RuleBroken with every objection, each with its line.
    """
    require(actor, Permission.PACK_ADOPT)
    pack, objections = checked(session, text, known)
    if pack is None or objections:
        raise RuleBroken([Problem("text", str(each)) for each in objections])
    row = PackEdition(
        pack_id=pack.id,
        edition=pack.edition,
        title=pack.title,
        effective_from=pack.effective_from,
        sha256=sha256_hex(text.encode()),
        text=text,
        added_at=clock.now(),
        added_by_id=actor.person_id,
    )
    session.add(row)
    queries.forget_added(session)
    record(session, actor, Event.PACK_EDITION_ADOPTED, row)
    return row


def state(
    session: Session, actor: Actor, framework: Pack, control: Control, facts: StatementFacts, *, version: int
) -> ControlStatement:
    """State whether a control applies to the organisation, why, how it is answered and by whom.

    `version` is the revision the editor had before them, 0 where nothing was stated. What was stated before stays in the
    ledger. Raises RuleBroken, or Conflict when somebody else has stated it meanwhile.
    """
    require(actor, Permission.APPLICABILITY_STATE)
    row = queries.statement_on(session, framework.id, control.id, lock=True)
    if version != (row.version if row else 0):
        raise _conflict(row, rules.tidied(facts))
    before = queries.facts_of(row) if row else StatementFacts()
    # Whoever answered for it before may have left; the rest can still be stated.
    stays = facts.owner_id == before.owner_id
    is_here = stays or is_active_person(session, facts.owner_id, clock.today())
    refuse_if(rules.problems_with_statement(facts, owner_is_here=is_here))
    facts = rules.tidied(facts)
    row = row or ControlStatement(pack_id=framework.id, control_id=control.id, edition="", applicable=False)
    row.applicable, row.because, row.how = bool(facts.applicable), facts.because, facts.how
    row.status, row.owner_id, row.edition = facts.status, facts.owner_id, framework.edition
    row.stated_at, row.stated_by_id = clock.now(), actor.person_id
    session.add(row)
    record(session, actor, Event.APPLICABILITY_STATED, row)
    return row


def _conflict(row: ControlStatement | None, facts: StatementFacts) -> Conflict:
    theirs = queries.facts_of(row) if row else StatementFacts()
    names = ("applicable", "because", "how", "status", "owner_id")
    differing = [name for name in names if getattr(theirs, name) != getattr(facts, name)]
    return Conflict(
        "Somebody else has stated this control meanwhile.",
        row.version if row else 0,
        [Difference(name, getattr(theirs, name), getattr(facts, name)) for name in differing],
    )
