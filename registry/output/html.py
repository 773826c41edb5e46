"""The Jinja environment, usable with or without a request."""

from functools import cache
from typing import Any, Final

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape

from registry.output.places import templates_dir

OPTIONS: Final[dict[str, Any]] = {
    "autoescape": select_autoescape(default=True, default_for_string=True, disabled_extensions=("txt",)),
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
}
"""Everything is escaped except plain-text mails, and a name that was not given is an error, not an empty space."""


def loader() -> BaseLoader:
    """Reads templates from the one folder, whoever asks."""
    return FileSystemLoader(templates_dir())


@cache
def environment() -> Environment:
    """The environment every page, mail and document outside a request is rendered with."""
    return Environment(loader=loader(), **OPTIONS)  # noqa: S701 - OPTIONS says it


def render(name: str, /, **context: object) -> str:
    """The template filled in. Raises UndefinedError when the template needs something that was not given."""
    return environment().get_template(name).render(**context)
