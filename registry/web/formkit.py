"""Form base and fields; form.take(problems) shows a rule's objections beside its fields."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from flask import Response, g, make_response, render_template, request
from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional, ValidationError

from registry.kernel.errors import Problem, RuleBroken
from registry.kernel.text import clean, worded
from registry.web import limiting

Done = TypeVar("Done")
Enum = TypeVar("Enum", bound=StrEnum)
_LONGEST = "Use at most %(max)d characters."


class Form(FlaskForm):
    """A form that checks shape only; whether the content may stand is asked of the rules by the action."""

    class Meta(FlaskForm.Meta):
        """What a form is filled from."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """The texts that were sent: left to itself, a form also takes files and the values of a JSON body."""
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return request.form if request.method == "POST" or g.get("fills_forms") else None

    def take(self, problems: Sequence[Problem]) -> None:
        """Show a rule's objections: each beside its field, the rest on top of the form."""
        for problem in problems:
            field = self._fields.get(problem.field)
            if field is None:
                self.form_errors.append(problem.message)
            else:
                field.errors = [*field.errors, problem.message]

    def carried_out(self, act: Callable[[], Done]) -> Done | None:
        """Do it if the form was sent and is well formed; else, or when a rule objects, None with the problems shown."""
        if not self.validate_on_submit():
            return None
        try:
            return act()
        except RuleBroken as refused:
            limiting.note(refused)
            self.take(refused.problems)
            return None


def shown(template: str, form: Form, **context: Any) -> Response:
    """The page of a form: 200 when it was asked for, 422 when it comes back with problems, filled as it was sent."""
    status = 422 if form.is_submitted() else 200
    return make_response(render_template(template, form=form, **context), status)


def _stripped(value: str | None) -> str:
    return (value or "").strip()


class Line(StringField):
    """One line of text."""

    def __init__(
        self, label: str, limit: int, description: str = "", *, required: bool = False, **options: Any
    ) -> None:
        super().__init__(
            label,
            [Length(max=limit, message=_LONGEST), Storable(), *([Wanted()] if required else [])],
            filters=[_stripped],
            description=description,
            render_kw={"maxlength": limit, **options.pop("render_kw", {})},
            **options,
        )


class Text(TextAreaField):
    """Several lines of text."""

    def __init__(
        self,
        label: str,
        limit: int,
        description: str = "",
        *,
        rows: int = 4,
        required: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(
            label,
            [Length(max=limit, message=_LONGEST), Storable(), *([Wanted()] if required else [])],
            filters=[_stripped, *options.pop("filters", ())],
            description=description,
            render_kw={"maxlength": limit, "rows": rows},
            **options,
        )


class Sentences(Text):
    """A few sentences kept as one line, in a box of several rows: a break of theirs becomes a space, for they are as true without."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, filters=[_on_one_line], **options)


def _on_one_line(text: str) -> str:
    return " ".join(part for line in text.splitlines() if (part := line.strip()))


class Wanted:
    """Marks a field as required on the page; that it is filled is a rule's to say, in the rule's words."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, form: Any, field: Field) -> None:
        """Nothing to check here."""


class Storable:
    """Refuses characters that no database or document can carry, with the sentence that names them."""

    def __call__(self, form: Any, field: Field) -> None:
        try:
            clean(field.data or "")
        except ValueError as reason:
            raise ValidationError(f"This text {reason}. Remove it and try again.") from reason


class Day(DateField):
    """A date, which may be left out unless it is required."""

    def __init__(self, label: str, description: str = "", *, required: bool = False, **options: Any) -> None:
        super().__init__(label, [Wanted() if required else Optional()], description=description, **options)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except (ValueError, OverflowError) as error:
            self.data = None
            raise ValueError("Give a date such as 2026-11-30.") from error

    def _value(self) -> str:
        # A browser's field for dates shows nothing that is none, and complains of being given it.
        return self.data.isoformat() if self.data else ""


class Count(IntegerField):
    """A whole number, which may be left out."""

    def __init__(self, label: str, description: str = "", **options: Any) -> None:
        super().__init__(label, [Optional()], description=description, **options)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip().replace(",", "") if valuelist else ""
        self.data = None
        if not text:
            return
        # The length first: a thousand digits are no count, and no database column holds them.
        if len(text) > 16 or not text.lstrip("+-").isascii() or not text.lstrip("+-").isdigit():
            raise ValueError("Give a whole number.")
        self.data = int(text)


class Number(StringField):
    """A decimal number kept exactly as typed; `.data` is a Decimal or None."""

    def __init__(self, label: str, description: str = "", **options: Any) -> None:
        kept = {"inputmode": "decimal", "maxlength": 40}
        super().__init__(label, [Optional()], description=description, render_kw=kept, **options)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return format(self.data, "f") if isinstance(self.data, Decimal) else ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip().replace(",", "") if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            number = Decimal(text) if text.isascii() and len(text) <= 40 else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite() or abs(number.adjusted()) > 30:
            raise ValueError("Give a number such as 0.92 or 1200.")
        self.data = number


class Chosen(SelectField):
    """One of an enum's values, or nothing when `empty` names that choice."""

    def __init__(
        self,
        label: str,
        kind: type[Enum],
        description: str = "",
        *,
        empty: str | None = None,
        said: Callable[[Enum], str] | None = None,
        **options: Any,
    ) -> None:
        tell = said or (lambda member: worded(member.value).capitalize())
        choices = [SelectChoice(value=member.value, label=tell(member)) for member in kind]
        if empty is not None:
            choices.insert(0, SelectChoice(value="", label=empty))
        super().__init__(
            label,
            [*options.pop("validators", ()), *([Wanted()] if empty is None else [])],
            choices=choices,
            coerce=lambda value: kind(value) if value else None,
            description=description,
            **options,
        )

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if not valuelist:
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Choose one of the list.") from error

    def pre_validate(self, form: Any) -> None:
        allowed = {choice.value for choice in self.iter_choices()}
        if (self.data.value if self.data else "") not in allowed:
            raise ValidationError("Choose one of the list.")


class Picked(SelectField):
    """One of a list of records by number, or nothing; fill `.offer()` before use."""

    def __init__(
        self,
        label: str,
        description: str = "",
        *,
        empty: str = "Nobody yet",
        required: bool = False,
        **options: Any,
    ) -> None:
        self.empty = empty
        checks = [*options.pop("validators", ()), *([Wanted()] if required else [])]
        super().__init__(label, checks, choices=[], coerce=_number, description=description, **options)

    def offer(self, records: Mapping[int, str]) -> None:
        """The numbers to choose from, with what is shown for each."""
        first = SelectChoice(value="", label=self.empty)
        self.choices = [
            first,
            *(SelectChoice(value=str(number), label=said) for number, said in records.items()),
        ]

    def pre_validate(self, form: Any) -> None:
        offered = {choice.value for choice in self.choices or []}
        if ("" if self.data is None else str(self.data)) not in offered:
            raise ValidationError("Choose one of the list.")


class Revision(HiddenField):
    """The revision of the record the form was opened on."""

    data: int | None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0] if valuelist else ""
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise ValueError("This form does not say which revision it was opened on. Reload it.")
        self.data = int(text)


def _number(value: Any) -> int | None:
    if value in {None, "", "None"}:
        return None
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def said_of(value: Any) -> str:
    """A field's value as the conflict page shows it."""
    if value is None or value in ("", []):
        return "not stated"
    if isinstance(value, StrEnum):
        return worded(value.value)
    return value.isoformat() if isinstance(value, date) else str(value)


def query_number(name: str) -> int | None:
    """A record number in the address's query, or None when it is missing or no number."""
    number = _number(request.args.get(name, ""))
    return number if number is not None and number >= 0 else None
