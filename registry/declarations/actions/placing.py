"""What a rule objects to, said of the place in the file that asked for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from registry.declarations.rules.declared import Declared
from registry.declarations.rules.facts import in_file
from registry.kernel.errors import Forbidden, RuleBroken


@contextmanager
def placed(declared: Declared, path: str) -> Iterator[None]:
    """Raise what is raised within as of the field at this path ("" for the document), or of one of those below it."""
    try:
        yield
    except RuleBroken as refused:
        problems = [
            declared.problem(".".join(filter(None, (path, in_file(each.field)))), each.message)
            for each in refused.problems
        ]
        raise RuleBroken(problems) from refused
    except Forbidden as refused:
        raise Forbidden(declared.problem(path, refused.says).message) from refused
