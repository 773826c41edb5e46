"""Where the files that go with the code lie: in a checkout, or inside an installed wheel."""

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parents[1]


def templates_dir() -> Path:
    """The folder of HTML and mail templates."""
    return _beside_or_bundled("templates")


def migrations_dir() -> Path:
    """The folder of database migrations."""
    return _beside_or_bundled("migrations")


def static_dir() -> Path:
    """The folder of stylesheets and scripts."""
    return _PACKAGE / "static"


def _beside_or_bundled(name: str) -> Path:
    # A wheel carries a copy inside the package; a checkout has the one everybody edits beside it.
    bundled = _PACKAGE / "_bundled" / name
    return bundled if bundled.is_dir() else _PACKAGE.parent / name
