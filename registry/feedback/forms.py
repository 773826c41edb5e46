"""What the public sends; a system's door; answering and sorting feedback; themes and known limitations."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice

from registry.feedback.rules import doors, themes, triage
from registry.feedback.rules.doors import DoorFacts
from registry.feedback.rules.feedback import (
    BEST_RATING,
    COMMENT_LIMIT,
    CONTACT_LIMIT,
    REFERENCE_LIMIT,
    Category,
    FeedbackFacts,
    Outcome,
)
from registry.web.formkit import Chosen, Form, Line, Picked, Revision, Text

_RATINGS = {5: "5: very good", 4: "4: good", 3: "3: neither", 2: "2: bad", 1: "1: very bad"}


class Rating(RadioField):
    """One to five, or none."""

    def __init__(self, label: str, description: str = "", **options: Any) -> None:
        choices = [SelectChoice(value=str(number), label=said) for number, said in _RATINGS.items()]
        choices.append(SelectChoice(value="", label="No rating"))
        super().__init__(
            label,
            choices=choices,
            coerce=lambda value: int(value) if value else None,
            description=description,
            validate_choice=False,
            **options,
        )

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0] if valuelist else ""
        self.data = None
        if text and text not in {str(number) for number in range(1, BEST_RATING + 1)}:
            raise ValueError("Choose one of the list.")
        self.data = int(text) if text else None


class SaidForm(Form):
    """What somebody says of a system."""

    rating = Rating("How good was it?")
    category = Chosen(
        "What is it about?", Category, empty="I would rather not say", said=lambda one: one.said
    )
    outcome = Chosen(
        "What happened to the answer or suggestion it gave?",
        Outcome,
        empty="I do not know",
        said=lambda one: one.said,
    )
    comment = Text("In your words", COMMENT_LIMIT, "What happened, and what should have happened.", rows=6)
    reference = Line(
        "Which case",
        REFERENCE_LIMIT,
        "The number of the case, letter or answer, if you have one.",
        render_kw={"autocomplete": "off"},
    )
    contact = Line(
        "How to reach you",
        CONTACT_LIMIT,
        "Only if you want to be reached. The answer can be read without it.",
    )

    def facts(self) -> FeedbackFacts:
        """What was typed, as the rules read it."""
        return FeedbackFacts(
            self.rating.data,
            self.outcome.data,
            self.category.data,
            self.comment.data or "",
            self.reference.data or "",
            self.contact.data or "",
        )


class WrittenDownForm(SaidForm):
    """The same, as a colleague writes down what somebody told them."""

    rating = Rating("How good did they find it?")
    category = Chosen("What is it about?", Category, empty="They did not say", said=lambda one: one.said)
    outcome = Chosen(
        "What happened to the answer or suggestion it gave?",
        Outcome,
        empty="Not known",
        said=lambda one: one.said,
    )
    comment = Text("In their words", COMMENT_LIMIT, "What happened, and what should have happened.", rows=6)
    contact = Line("How to reach them", CONTACT_LIMIT, "Only if they want to be reached.")


class GiveForm(SaidForm):
    """The same at a public door, with two traps for programs that fill in forms."""

    started = HiddenField()
    website = StringField("Leave this empty", render_kw={"tabindex": "-1", "autocomplete": "off"})

    @property
    def fell_for_trap(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.website.data)


class DoorForm(Form):
    """What the public reads at a system's door."""

    version = Revision(default="0")
    title = Line(
        "Title",
        doors.TITLE_LIMIT,
        "What the public knows the system as. Neither its name nor anything else in its record is ever shown there.",
    )
    words = Text("Words", doors.WORDS_LIMIT, "What you want to hear about, and what becomes of it.", rows=4)
    is_open = BooleanField("Open: whoever has the address can send feedback")

    def facts(self) -> DoorFacts:
        """What was typed, as the rules read it."""
        return DoorFacts(self.title.data or "", self.words.data or "", bool(self.is_open.data))


class ThemeForm(Form):
    """The theme that feedback stands under."""

    theme = Line(
        "Theme",
        themes.NAME_LIMIT,
        "What it is about, such as “slow at night”. Those in use are suggested; empty takes it out.",
        render_kw={"list": "known-themes", "autocomplete": "off"},
    )


class AnswerForm(Form):
    """An answer to whoever sent the feedback."""

    text = Text(
        "Answer",
        triage.REPLY_LIMIT,
        "Whoever sent this reads it at the address they were given.",
        required=True,
    )


class DismissForm(Form):
    """Why nothing follows from feedback."""

    because = Text(
        "Why nothing follows from it",
        triage.REASON_LIMIT,
        "Kept here; not shown outside.",
        rows=2,
        required=True,
    )


class EscalateForm(Form):
    """What the owner has to know."""

    needed = Text("What the owner has to decide or know", triage.REASON_LIMIT, rows=2, required=True)


class LinkForm(Form):
    """A known limitation of the system, one of those written down or a new one."""

    limitation_id = Picked("Known limitation", empty="A new one, as written below")
    limitation = Text(
        "New limitation", triage.LIMITATION_LIMIT, "What the system cannot do well, and for whom.", rows=2
    )


class LimitationForm(Form):
    """A known limitation of the system."""

    limitation = Text(
        "Limitation",
        triage.LIMITATION_LIMIT,
        "What the system cannot do well, and for whom.",
        rows=2,
        required=True,
    )


class SpamForm(Form):
    """Whether feedback is spam."""

    is_spam = HiddenField()


class RenameThemeForm(Form):
    """What a theme is called."""

    version = Revision(default="0")
    name = Line("New name", themes.NAME_LIMIT, required=True)


class MergeThemeForm(Form):
    """The theme that stands for this one from now on."""

    into_id = Picked(
        "Merge into",
        "All feedback under this theme then stands under the other, and so does whatever is put under its old name.",
        empty="Choose a theme",
        required=True,
    )
