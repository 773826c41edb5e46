"""Put feedback under a theme; rename and merge themes."""

from sqlmodel import Session

from registry.audit.actions import record
from registry.feedback import queries
from registry.feedback.models import Feedback, Theme
from registry.feedback.rules import themes as rules
from registry.feedback.rules.feedback import tidy
from registry.feedback.rules.triage import after_theme
from registry.kernel.actor import Actor, Permission, require
from registry.kernel.errors import Conflict, Problem, refuse_if
from registry.kernel.events import Event


def put_under(session: Session, actor: Actor, feedback: Feedback, name: str) -> Feedback:
    """Put feedback under the theme of this name, which is added where the system has none such; "" takes it out.

    The caller holds the system's row locked, so that a theme is added once. Raises RuleBroken.
    """
    require(actor, Permission.FEEDBACK_ANSWER, feedback.system_id)
    name = " ".join(tidy(name).split())
    theme = queries.theme_named(session, feedback.system_id, name) if name else None
    if name and theme is None:
        count = len(queries.themes_of(session, feedback.system_id))
        refuse_if(rules.problems_with_theme(name, count=count))
        theme = Theme(system_id=feedback.system_id, name=name, name_key=rules.theme_key(name))
        session.add(theme)
        session.flush()
    feedback.theme_id = theme.id if theme else None
    feedback.state = after_theme(feedback.state)
    said = {"theme": theme.name if theme else "none"}
    record(session, actor, Event.FEEDBACK_THEMED, feedback, system_id=feedback.system_id, note=said)
    return feedback


def rename_theme(session: Session, actor: Actor, theme: Theme, name: str, *, version: int) -> Theme:
    """Call a theme something else. Raises RuleBroken, or Conflict when it was changed since `version`."""
    require(actor, Permission.FEEDBACK_ANSWER, theme.system_id)
    if version != theme.version:
        raise Conflict("Somebody else changed this theme meanwhile.", theme.version)
    name = " ".join(tidy(name).split())
    named = queries.theme_named(session, theme.system_id, name) if name else None
    # The name of a theme that was merged into this one still leads here, and stays its own.
    is_taken = named is not None and (named.id != theme.id or named.name_key != rules.theme_key(name))
    refuse_if(rules.problems_with_theme(name, taken=is_taken))
    theme.name, theme.name_key = name, rules.theme_key(name)
    record(session, actor, Event.THEME_RENAMED, theme, system_id=theme.system_id)
    return theme


def merge_themes(session: Session, actor: Actor, theme: Theme, into: Theme) -> Theme:
    """Let another theme of the same system stand for this one and for all that were merged into it. Raises RuleBroken."""
    require(actor, Permission.FEEDBACK_ANSWER, theme.system_id)
    if into.id == theme.id or into.system_id != theme.system_id or into.merged_into_id is not None:
        refuse_if([Problem("into_id", "Choose another theme of this system.")])
    for each in (theme, *queries.merged_into(session, theme.id or 0)):
        each.merged_into_id = into.id
    said = {"merged": theme.name, "into": into.name}
    record(session, actor, Event.THEME_MERGED, into, system_id=theme.system_id, note=said)
    return into
