"""What the pages of reviews share: finding one, the page of a step, the password given again, going back."""

from collections.abc import Sequence
from typing import Any, TypeVar

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel.actor import Permission, require
from registry.reviews.models.reviews import Review
from registry.reviews.queries.reviews import by_number
from registry.systems import queries as systems
from registry.systems.models import System
from registry.web.flask_app import actor, session
from registry.web.formkit import Form, shown

pages = Blueprint("reviews", __name__)

BOTH = ("GET", "POST")
Done = TypeVar("Done")


def sent() -> bool:
    """Whether this request writes."""
    return request.method == "POST"


def seen(number: int) -> tuple[Review, System]:
    """The review and its system for whoever may know of it, both held while something is written."""
    return by_number(session(), actor(), number, lock=sent())


def held_system(key: str, permission: Permission) -> System:
    """The system for whoever holds the permission on it; held while something is written."""
    system = systems.by_key(session(), actor(), key, lock=sent())
    require(actor(), permission, system.id)
    return system


def names(form: Form) -> Sequence[str]:
    """The fields of a form in order, without the token."""
    return [field.name for field in form if field.name != "csrf_token"]


def step_page(form: Form, *, system: System, title: str, label: str, cancel: str, **more: Any) -> Response:
    """The page of one step: its form, below what `lead`, `paragraphs` and the record it binds to (`content`) say."""
    context = {
        "heading": title,
        "label": label,
        "cancel": cancel,
        "lead": "",
        "paragraphs": (),
        "content": None,
        "is_known": True,
    } | more
    return shown("reviews/step.html", form, system=system, fields=names(form), **context)


def to_review(review: Review, said: str, anchor: str | None = None) -> ResponseReturnValue:
    """To the review's page, with what was done said on top of it."""
    flash(said, "good")
    return redirect(url_for("reviews.show", number=review.id, _anchor=anchor), 303)


def to_system(system: System, said: str) -> ResponseReturnValue:
    """To what stands of the system, with what was done said on top of it."""
    flash(said, "good")
    return redirect(url_for("reviews.compliance", key=system.key), 303)


def review_address(review: Review) -> str:
    """The address of a review's page."""
    return url_for("reviews.show", number=review.id)


def compliance_address(system: System) -> str:
    """The address of what stands of a system."""
    return url_for("reviews.compliance", key=system.key)
