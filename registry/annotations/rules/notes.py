"""Notes: what may be written, and who may correct or withdraw one."""

from registry.kernel.errors import Problem
from registry.kernel.prose import MOST_CHARACTERS, problems_with_prose
from registry.kernel.text import clean

NOTE_LIMIT = MOST_CHARACTERS
REASON_LIMIT = 4_000


def problems_with_note(body: str) -> list[Problem]:
    """Objections to the text of a note."""
    if not body:
        return [Problem("body", "Write what you want to remember.")]
    return _unstorable("body", body) or [
        Problem("body", f"This text {reason}") for reason in problems_with_prose(body)
    ]


def problems_with_correction(body: str, *, before: str, withdrawn: bool) -> list[Problem]:
    """Objections to another wording of a note: it was withdrawn, it says the same, or the text may not stand."""
    if withdrawn:
        return [Problem("", "This note was withdrawn. Write a new one instead.")]
    if body == before:
        return [Problem("body", "Nothing is different yet.")]
    return problems_with_note(body)


def problems_with_withdrawal(because: str, *, withdrawn: bool) -> list[Problem]:
    """Objections to withdrawing a note: once is enough, and it takes a reason."""
    if withdrawn:
        return [Problem("", "This note was withdrawn already.")]
    if not because:
        return [Problem("because", "Say why, for those who read it before.")]
    if len(because) > REASON_LIMIT:
        return [Problem("because", f"Shorten this to {REASON_LIMIT:,} characters.")]
    return _unstorable("because", because)


def may_correct(*, author_id: int | None, actor_id: int | None) -> bool:
    """Only its author words a note anew: nobody puts words into somebody else's mouth."""
    return author_id is not None and author_id == actor_id


def may_withdraw(*, author_id: int | None, actor_id: int | None, administers: bool) -> bool:
    """Its author, or an administrator when it should not stand."""
    return administers or may_correct(author_id=author_id, actor_id=actor_id)


def _unstorable(field: str, text: str) -> list[Problem]:
    try:
        clean(text)
    except ValueError as reason:
        return [Problem(field, f"This text {reason}. Remove it and try again.")]
    return []
