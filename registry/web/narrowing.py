"""?fields=: an answer of the JSON API with only the fields that were asked for, of each item where it is a page of a list."""

from collections.abc import Callable
from typing import Any, Final

from flask import g, request

from registry.kernel.errors import Problem, Unreadable
from registry.kernel.text import listed, shortened
from registry.web.describing import description_of

PARAMETER: Final = "fields"
_MOST_NAMED: Final = 5


def note_asked(view: Callable[..., Any]) -> None:
    """Have jsonkit.reply() answer with what the address asks for. Raises Unreadable naming what there is none of."""
    told = description_of(view)
    verb = "GET" if request.method == "HEAD" else request.method
    if told is None or PARAMETER not in request.args or not (known := told.fields(verb)):
        return
    asked = [name for text in request.args.getlist(PARAMETER) for name in text.split(",") if name]
    if lost := [name for name in dict.fromkeys(asked) if name not in known]:
        named = listed([f"“{_plain(name)}”" for name in lost[:_MOST_NAMED]], "or")
        raise Unreadable(
            [Problem(PARAMETER, f"There is no field {named}. Those there are: {', '.join(known)}.")]
        )
    if asked:
        g.only_fields = frozenset(asked), told.is_page


def _plain(text: str) -> str:
    return shortened("".join(sign if sign.isprintable() else "�" for sign in text), 60)
