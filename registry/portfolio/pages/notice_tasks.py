"""The lines of the desk about what is sent to other programs: webhooks that were switched off because nothing answered."""

from flask import url_for

from registry.kernel.actor import Actor, Permission, may
from registry.notices.queries.hooks import disabled
from registry.portfolio.rules import Task, Urgency
from registry.web.flask_app import session


def of_notices(who: Actor) -> list[Task]:
    """What an administrator has to mend so that other programs hear again; nobody else is asked the database for."""
    if not may(who, Permission.NOTICES_MANAGE):
        return []
    return [
        Task(
            Urgency.WARNING,
            f"Mend the webhook {hook.label}",
            "It was switched off after three days without an answer, and misses what happens since.",
            None,
            url_for("notices.hook", number=hook.id),
            "Look at it",
        )
        for hook in disabled(session())
    ]
