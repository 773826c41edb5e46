"""The grammars that addresses in a schema are held to, made when the first address is: they take two seconds to make.

jsonschema loads them with itself, in every process of a run, and few tests ever ask one.
"""

import sys
from types import ModuleType

_REAL = "rfc3987_syntax"


def ask_late() -> None:
    """Lend jsonschema a question that makes the grammars when it is asked; called before jsonschema is loaded."""
    lent = ModuleType(_REAL)
    lent.is_valid_syntax = _is_valid  # type: ignore[attr-defined]
    sys.modules[_REAL] = lent
    import jsonschema  # noqa: F401 - takes the question it is lent

    del sys.modules[_REAL]


def _is_valid(term: str, text: str) -> bool:
    from rfc3987_syntax import is_valid_syntax

    return is_valid_syntax(term, text)
