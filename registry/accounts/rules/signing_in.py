"""Lock-out, how long a session lasts, which scopes a token may carry, what a browser is called."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.kernel.actor import Role
from registry.kernel.errors import Problem
from registry.kernel.scopes import SCOPES

TRIES_BEFORE_LOCK = 5
LOCK_MINUTES = 15
CONFIRMED_MINUTES = 5
GIVE_PASSWORD = "Give your password again: nobody decides in your name at a desk you have left."  # noqa: S105 - a sentence
TOKEN_DAYS = 365
TOKEN_PREFIX = "aigr_"  # noqa: S105 - the visible start of every token, so that leaked ones can be searched for


@dataclass(frozen=True, slots=True)
class Tries:
    """Failed sign-ins in a row, and until when the account is locked."""

    failed: int
    locked_until: datetime | None


def is_locked(tries: Tries, at: datetime) -> bool:
    """Whether sign-in is refused whatever the password."""
    return tries.locked_until is not None and at < tries.locked_until


def after_failure(tries: Tries, at: datetime) -> Tries:
    """Count one more failure; the fifth in a row locks the account for a quarter of an hour."""
    failed = tries.failed + 1
    if failed < TRIES_BEFORE_LOCK:
        return Tries(failed, None)
    return Tries(0, at + timedelta(minutes=LOCK_MINUTES))


def is_confirmed(confirmed_at: datetime | None, at: datetime) -> bool:
    """Whether a password given again at that instant still counts: for five minutes, and never from the future."""
    if confirmed_at is None:
        return False
    return timedelta(0) <= at - confirmed_at < timedelta(minutes=CONFIRMED_MINUTES)


def confirmation_problems(confirmed_at: datetime | None, at: datetime) -> list[Problem]:
    """Objections to what binds its author, where the password was not given again within the last minutes."""
    return [] if is_confirmed(confirmed_at, at) else [Problem("password", GIVE_PASSWORD)]


def session_is_over(
    created_at: datetime, seen_at: datetime, at: datetime, *, hours: int, idle_minutes: int
) -> bool:
    """Whether a session has reached its full age or has been idle for too long."""
    return at - created_at >= timedelta(hours=hours) or at - seen_at >= timedelta(minutes=idle_minutes)


def problems_with_token(label: str, scopes: frozenset[str]) -> list[Problem]:
    """Objections to issuing a token."""
    problems = []
    if not label or len(label) > 100:
        problems.append(Problem("label", "Name the token after what will use it, in at most 100 characters."))
    unknown = sorted(scopes - SCOPES.keys())
    if unknown:
        problems.append(
            Problem("scopes", f"There is no scope {', '.join(unknown)}. Known: {', '.join(sorted(SCOPES))}.")
        )
    elif not scopes:
        problems.append(Problem("scopes", "Choose at least one scope."))
    return problems


def problems_with_grant(role: Role, *, to_oneself: bool, is_here: bool) -> list[Problem]:
    """Objections to giving somebody an organisation-wide role.

    An administrator holds no review power by that role and cannot take it: somebody else has to give it
    (separation of duties, product.md section 2).
    """
    if role is Role.MEMBER:
        return [Problem("role", "Everybody is a member already. Choose another role.")]
    if role is Role.REVIEWER and to_oneself:
        return [Problem("role", "You cannot make yourself a reviewer. Another administrator has to do it.")]
    if not is_here:
        return [Problem("role", "Somebody who is not here now can be given no role.")]
    return []


# By what each names itself, those first that also name another: Edge and Opera call themselves Chrome, Chrome calls itself Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_named(agent: str) -> str:
    """What a User-Agent header (RFC 9110, 10.1.5) says of the browser, as people say it; itself where it says nothing known."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    machine = next((name for mark, name in _MACHINES if mark in agent), "")
    return " on ".join(part for part in (browser, machine) if part) if browser else agent
