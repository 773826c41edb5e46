"""The story of an incident: an entry of its timeline, its cause, its post-mortem."""

from registry.incidents.forms.instants import Instant
from registry.incidents.rules.post_mortem import OUTLINE
from registry.incidents.rules.record import ENTRY_LIMIT, PROSE_LIMIT
from registry.web.formkit import Form, Revision, Text

_MARKDOWN = "Markdown is understood."


class NoteForm(Form):
    """What happened, when, and by what it is shown."""

    at = Instant("When it happened", "Left out, it is now. What led to it may be told too.")
    text = Text(
        "What happened",
        ENTRY_LIMIT,
        "It stays as it is written: entries are added, never changed.",
        required=True,
    )
    evidence = Text("Shown by", ENTRY_LIMIT, "An address, a ticket or the name of a document.", rows=2)


class CauseForm(Form):
    """What caused it, and what contributed."""

    version = Revision(default="0")
    root_cause = Text(
        "Root cause", PROSE_LIMIT, f"What made it possible, not who. Needed before it is closed. {_MARKDOWN}"
    )
    factors = Text(
        "What contributed",
        PROSE_LIMIT,
        f"Without these it would have been less, or noticed earlier. {_MARKDOWN}",
    )


class PostMortemForm(Form):
    """The post-mortem under the headings of the outline."""

    version = Revision(default="0")
    post_mortem = Text(
        "Post-mortem",
        PROSE_LIMIT,
        f"Keep the six headings and write under each. It may be saved unfinished. {_MARKDOWN}",
        rows=24,
        required=True,
        default=OUTLINE,
    )
