"""rendering_hash(): one hash for everything but the facts that decides how a card looks."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from registry.output.places import static_dir, templates_dir

_PROGRAMS: Final = ("ai-registry", "weasyprint", "pydyf", "markdown", "nh3", "jinja2")
_PACKAGE: Final = Path(__file__).resolve().parents[2]


@cache
def rendering_hash() -> str:
    """The SHA-256 over the code, templates and styles that make a card, and the releases of the programs they use.

    Read once in the life of a process, which keeps its code and templates as long.
    """
    digest = hashlib.sha256()
    for program in _PROGRAMS:
        digest.update(f"{program} {_release(program)}\n".encode())
    for path in _files():
        digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _release(program: str) -> str:
    try:
        return version(program)
    except PackageNotFoundError:
        return "unreleased"


def _files() -> list[Path]:
    code = [*_PACKAGE.joinpath("cards").rglob("*.py"), *_PACKAGE.joinpath("output").rglob("*.py")]
    templates = [*templates_dir().joinpath("cards").glob("*.html"), templates_dir() / "print.html"]
    styles = [static_dir() / "css" / "print.css", *static_dir().joinpath("img").glob("*")]
    return sorted([*code, *templates, *styles])
