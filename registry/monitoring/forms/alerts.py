"""Answers to an alert: taking it on, letting it rest, calling it over."""

from wtforms import HiddenField

from registry.monitoring.rules.answers import REASON_LIMIT
from registry.web.formkit import Day, Form, Text


class AcknowledgeForm(Form):
    """By when it is dealt with."""

    promised_on = Day(
        "Dealt with by", "At most ninety days from today. The day after, it waits for an answer again."
    )
    note = Text("What you will do", REASON_LIMIT, "For whoever else looks at it.", rows=2)
    # How it was answered when the form was opened.
    seen = HiddenField()

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.promised_on.flags.required = True


class SnoozeForm(Form):
    """Until when it may rest, and why."""

    until = Day("Rests until", "On that day, or once it gets worse, it waits for an answer again.")
    reason = Text("Why it can wait", REASON_LIMIT, rows=2, required=True)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        self.until.flags.required = True


class ResolveForm(Form):
    """What was found and done."""

    because = Text(
        "What was found and done",
        REASON_LIMIT,
        "Should the trouble come back, a new alert will name this one.",
        rows=3,
        required=True,
    )
