"""Several files to their documents, with every objection to how any of them is written."""

from collections.abc import Iterable
from typing import Final

from registry.declarations.rules.declared import Declared, declared
from registry.declarations.rules.reading import documents
from registry.kernel.errors import Problem, RuleBroken, refuse_if

MOST_DOCUMENTS: Final = 500
"""Documents of all files that are applied together."""
MOST_PROBLEMS: Final = 200
"""After so many objections the files that follow are not read."""


def read(files: Iterable[tuple[str, str]]) -> list[Declared]:
    """What files, each a path and a text, declare, in their order. Raises RuleBroken, also where there is no document."""
    found: list[Declared] = []
    problems: list[Problem] = []
    for path, text in files:
        if len(found) > MOST_DOCUMENTS or len(problems) > MOST_PROBLEMS:
            break
        try:
            nodes = documents(text, path)
        except RuleBroken as refused:
            problems += refused.problems
            continue
        if not nodes:
            problems.append(Problem("files", f"{path} holds nothing."))
        for node in nodes:
            one, objections = declared(node, path)
            found.append(one)
            problems += objections
    if len(found) > MOST_DOCUMENTS:
        problems.append(Problem("files", f"Apply at most {MOST_DOCUMENTS} documents at once."))
    refuse_if(problems)
    return found
