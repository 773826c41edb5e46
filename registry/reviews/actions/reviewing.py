"""Give a review to a reviewer; choose the frameworks; answer its checklist."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from registry.accounts.queries import open_roles
from registry.audit.actions import record
from registry.evidence import queries as evidence
from registry.evidence.actions import use_row
from registry.evidence.models import Evidence
from registry.evidence.rules.record import PREFIX
from registry.kernel import clock
from registry.kernel.actor import Actor, Permission, Role, require
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.kernel.events import Event
from registry.kernel.text import clean, public_key
from registry.people.models import Person
from registry.people.queries import is_active_person
from registry.reviews.models.reviews import Review, ReviewAnswer
from registry.reviews.queries.checking import answers_of, records_handed_in
from registry.reviews.queries.rulebook import chosen, questions_of
from registry.reviews.queries.separating import involved_in, require_has
from registry.reviews.rules.decisions import Question, evidence_named, is_outdated, problems_with_answer
from registry.reviews.rules.kinds import UNDECIDED, Answer
from registry.reviews.rules.separation import conflict_of, require_separation
from registry.systems.rules.record import LINE_LIMIT, text_problems

_OVER = "This review is over."


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is typed: None takes it away.

    `read` is what stood there when it was typed, in the same three parts; None where nobody knows.
    """

    answer: Answer | None
    note: str = ""
    shown_by: str = ""
    read: tuple[str, str, str] | None = None


def assign(session: Session, actor: Actor, review: Review, reviewer: Person) -> Review:
    """Give a review to a reviewer. Neither who gives it nor who gets it has a part in what it decides. Raises RuleBroken."""
    require(actor, Permission.REVIEW_WORK)
    involved = involved_in(session, review.id or 0, review.system_id)
    require_separation(actor, involved)
    if review.state not in UNDECIDED:
        raise RuleBroken([Problem("", _OVER)])
    conflict = conflict_of(reviewer.id, involved)
    roles = {grant.role for grant in open_roles(session, reviewer.id or 0)}
    is_here = is_active_person(session, reviewer.id, clock.today())
    if Role.REVIEWER not in roles or not is_here:
        conflict = "Choose a reviewer who is here."
    refuse_if([Problem("reviewer_id", conflict)] if conflict else [])
    review.assigned_to_id = reviewer.id
    record(session, actor, Event.REVIEW_ASSIGNED, review, system_id=review.system_id)
    return review


def frame(session: Session, actor: Actor, review: Review, packs: Sequence[str]) -> Review:
    """Choose the frameworks whose controls are asked for; the baseline always is. Answers given stay. Raises RuleBroken."""
    require(actor, Permission.REVIEW_WORK)
    require_has(session, actor, review)
    if review.state not in UNDECIDED:
        raise RuleBroken([Problem("", _OVER)])
    review.packs = chosen(session, packs, clock.today())
    record(session, actor, Event.REVIEW_FRAMED, review, system_id=review.system_id)
    return review


def answer(
    session: Session, actor: Actor, review: Review, given: Mapping[str, Given], *, still_hold: bool = False
) -> Review:
    """Save answers to the checklist, by the key of their question. Only what was changed since it was read is written.

    With `still_hold` those given on an earlier record are said to hold on the one handed in last as well.
    An answer also serves each question of another framework whose practices are all among its own, until somebody
    answers that one for itself. Evidence of the system named in `shown_by` supports the review from then on. Raises
    RuleBroken naming the fields `answer-<key>`, `note-<key>` and `shown_by-<key>`.
    """
    require(actor, Permission.REVIEW_WORK)
    require_has(session, actor, review)
    questions = {each.key: each for each in questions_of(session, review.packs)}
    rows = answers_of(session, review.id or 0)
    newly = {
        key: evidence_named(one.shown_by)
        for key, one in given.items()
        if key not in rows or rows[key].shown_by != clean(one.shown_by)
    }
    pieces = evidence.by_numbers(session, review.system_id, frozenset().union(*newly.values()))
    refuse_if([*_problems(review, questions, given), *_unnamed(newly, pieces)])
    refuse_if(list(_answered_meanwhile(rows, given)))
    for key, one in given.items():
        kept = rows.get(key)
        if one.read is not None and _typed(one) == _read(one.read):
            continue
        if kept is None and one.answer is None and not one.note.strip() and not one.shown_by.strip():
            continue
        if kept is not None and kept.taken_from and _says(kept) == _typed(one):
            continue
        rows[key] = _write(session, actor, review, questions[key], kept, one)
    for key in given:
        if key in rows and not rows[key].taken_from:
            _serve(session, actor, review, questions, rows, key)
    for piece in pieces.values():
        use_row(session, piece, "review", review.id or 0, by_id=actor.person_id)
    if still_hold:
        records = records_handed_in(session, review.id or 0)
        for row in (rows[key] for key in given if key in rows):
            if row.answer is not None and is_outdated(row.at, records):
                row.at, row.by_id = clock.now(), actor.person_id
    record(session, actor, Event.REVIEW_ANSWERED, review, system_id=review.system_id)
    return review


def _problems(review: Review, questions: Mapping[str, Question], given: Mapping[str, Given]) -> list[Problem]:
    problems = []
    for key, one in given.items():
        if key not in questions:
            problems.append(Problem(f"answer-{key}", "This is not on the checklist of this review."))
            continue
        found = problems_with_answer(review.state, one.answer, one.note)
        problems += [Problem(f"{each.field}-{key}" if each.field else "", each.message) for each in found]
        problems += text_problems(f"shown_by-{key}", one.shown_by, LINE_LIMIT, one_line=True)
    return problems


def _answered_meanwhile(rows: Mapping[str, ReviewAnswer], given: Mapping[str, Given]) -> Iterator[Problem]:
    """Answers that somebody else, or another window, has given since these were read, and that are not the same."""
    for key, one in given.items():
        if one.read is None:
            continue
        stands = _says(rows[key]) if key in rows else (None, "", "")
        if _typed(one) != _read(one.read) and stands not in {_typed(one), _read(one.read)}:
            said = stands[0].said if stands[0] else "Open"
            note = f": {stands[1][:300]}" if stands[1] else ""
            says = f"Meanwhile this was answered “{said}”{note}. What you typed stands here; save again to put it in its place."
            yield Problem(f"answer-{key}", says)


def _read(parts: tuple[str, str, str]) -> tuple[Answer | None, str, str]:
    said, note, shown_by = parts
    return Answer(said) if said in set(Answer) else None, clean(note), clean(shown_by)


def _unnamed(named: Mapping[str, Collection[int]], pieces: Mapping[int, Evidence]) -> list[Problem]:
    problems = []
    for key, numbers in named.items():
        for number in sorted(numbers):
            piece = pieces.get(number)
            if piece is None or piece.withdrawn_at is not None:
                gone = "was withdrawn" if piece else "is no evidence of this system"
                said = f"{public_key(PREFIX, number)} {gone}. Name a piece that stands."
                problems.append(Problem(f"shown_by-{key}", said))
    return problems


def _write(
    session: Session,
    actor: Actor,
    review: Review,
    question: Question,
    row: ReviewAnswer | None,
    given: Given,
    taken_from: str = "",
) -> ReviewAnswer:
    if row is None:
        row = ReviewAnswer(
            review_id=review.id or 0, pack=question.pack, control=question.control, at=clock.now()
        )
        session.add(row)
    elif _says(row) == _typed(given) and row.taken_from == taken_from:
        return row
    row.answer, row.note, row.shown_by = _typed(given)
    row.taken_from, row.at, row.by_id = taken_from, clock.now(), actor.person_id
    return row


def _serve(
    session: Session,
    actor: Actor,
    review: Review,
    questions: Mapping[str, Question],
    rows: dict[str, ReviewAnswer],
    key: str,
) -> None:
    source, row = questions[key], rows[key]
    said = Given(row.answer, row.note, row.shown_by)
    for other in questions.values():
        served = other.pack != source.pack and bool(other.practices)
        if not served or not set(other.practices) <= set(source.practices):
            continue
        kept = rows.get(other.key)
        if kept is None or kept.taken_from:
            rows[other.key] = _write(session, actor, review, other, kept, said, taken_from=key)


def _says(row: ReviewAnswer) -> tuple[Answer | None, str, str]:
    return row.answer, row.note, row.shown_by


def _typed(given: Given) -> tuple[Answer | None, str, str]:
    return given.answer, clean(given.note), clean(given.shown_by)
