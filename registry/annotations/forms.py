"""Adding tags; renaming and merging one; writing, correcting and withdrawing a note."""

from registry.annotations.rules.notes import NOTE_LIMIT, REASON_LIMIT
from registry.annotations.rules.tags import MOST_TAGS, NAME_LIMIT
from registry.web.formkit import Form, Line, Picked, Revision, Text

# Room for as many tags as a system may carry, with commas between them.
_LINE_LIMIT = MOST_TAGS * (NAME_LIMIT + 2)


class AddTagsForm(Form):
    """One tag or several for one system."""

    tags = Line(
        "Add tags",
        _LINE_LIMIT,
        "Commas stand between several.",
        required=True,
        render_kw={"list": "known-tags", "autocomplete": "off"},
    )


class RemoveTagForm(Form):
    """One tag that a system carries."""

    tags = Line("Tag", _LINE_LIMIT, required=True)


class RenameTagForm(Form):
    """What a tag is called."""

    name = Line(
        "New name", NAME_LIMIT, "Every system that carries it shows the new name at once.", required=True
    )


class MergeTagForm(Form):
    """The tag that takes another's place."""

    into_id = Picked(
        "Merge into",
        "This tag is removed; systems that carry it carry the other.",
        empty="Choose a tag",
        required=True,
    )


class NoteForm(Form):
    """A note, new or corrected."""

    version = Revision(default=0)
    body = Text(
        "Note", NOTE_LIMIT, "Dated and signed with your name. Markdown is understood.", rows=5, required=True
    )


class WithdrawForm(Form):
    """Why a note no longer stands."""

    because = Text("Why it is withdrawn", REASON_LIMIT, "Shown in its place.", rows=3, required=True)
