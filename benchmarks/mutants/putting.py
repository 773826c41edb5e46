"""Make a module in this process one of its mutants, wherever its functions, classes and values are held already. No file is changed."""

import ast
import functools
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import Enum
from pathlib import Path
from types import FunctionType, ModuleType

Holder = tuple[ModuleType, str]


class NoModule(Exception):
    """The source does not run to its end: what it would be cannot be put in."""


def put_in(module: ModuleType, tree: ast.Module) -> None:
    """Make the functions, classes and values of a module those of the tree, wherever they were imported.

    Statement by statement, so that each is made of what the ones before it have become. A function and a class stay the things
    they are and take what the others hold; a value takes the place of the old one in each module that imports it, under whatever
    name. What holds a value in something else (a default, a list) holds the old one still. Raises NoModule from what the tree
    raises.
    """
    space = vars(module)
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        before = dict(space)
        try:
            exec(compile(ast.Module([statement], []), str(module.__file__), "exec"), space)
        except Exception as error:
            raise NoModule from error
        for name, new in list(space.items()):
            if name in before and before[name] is not new and not name.startswith("__"):
                space[name] = _taken(module, name, before[name], new)


def _taken(module: ModuleType, name: str, old: object, new: object) -> object:
    """What the module holds by that name from now on."""
    if isinstance(old, type) and isinstance(new, type) and old.__module__ == module.__name__:
        _become(old, new)
        return old
    pairs = list(zip(_functions(old), _functions(new), strict=False))
    if pairs and all(_take(one, other) for one, other in pairs):
        forget = getattr(old, "cache_clear", None)
        if forget is not None:
            forget()
        return old
    for holder, known_as in holders(module, name):
        if vars(holder).get(known_as) is old:
            setattr(holder, known_as, new)
    return new


def _become(old: type, new: type) -> None:
    """Give a class what the other has: its functions, its values, and the values of its members."""
    if issubclass(old, Enum) and issubclass(new, Enum):
        for member in old:
            twin = new.__members__.get(member.name)
            if twin is not None:
                member._value_ = twin.value
        old._value2member_map_ = {member.value: member for member in old}
    for name, other in vars(new).items():
        held = vars(old).get(name)
        pairs = list(zip(_functions(held), _functions(other), strict=False))
        is_value = not (name.startswith("_") or hasattr(other, "__get__") or isinstance(other, Enum))
        if not all(_take(*pair) for pair in pairs) or is_value:
            type.__setattr__(old, name, other)


def _take(one: FunctionType, other: FunctionType) -> bool:
    """Whether a function could be made the other. One that closes over more or fewer things cannot."""
    with suppress(ValueError):
        one.__code__ = other.__code__
        one.__defaults__, one.__kwdefaults__ = other.__defaults__, other.__kwdefaults__
        return True
    return False


def _functions(held: object) -> Iterator[FunctionType]:
    """The functions behind a function, a method of any kind, a property, or what wraps one."""
    inside: Iterable[object] = (held.fget, held.fset) if isinstance(held, property) else (held,)
    for each in inside:
        found = getattr(each, "__wrapped__", getattr(each, "__func__", getattr(each, "func", each)))
        if isinstance(found, FunctionType):
            yield found


@functools.cache
def holders(module: ModuleType, name: str) -> tuple[Holder, ...]:
    """The modules that import a name of a module from it, or from one that did, and what each calls it."""
    found: list[Holder] = []
    for other in list(sys.modules.values()):
        if not isinstance(other, ModuleType) or other is module:
            continue
        for source, original, known_as in _imported(other):
            if (source, original) == (module.__name__, name):
                found += [(other, known_as), *holders(other, known_as)]
    return tuple(found)


@functools.cache
def _imported(module: ModuleType) -> tuple[tuple[str, str, str], ...]:
    """What the source of a module imports by `from`: from where, its name there and its name here."""
    file = getattr(module, "__file__", None)
    if not file or not file.endswith(".py") or "site-packages" in file:
        return ()
    place = Path(file)
    if not place.is_relative_to(Path.cwd()):
        return ()
    return tuple(
        (node.module or "", each.name, each.asname or each.name)
        for node in ast.walk(ast.parse(place.read_bytes()))
        if isinstance(node, ast.ImportFrom)
        for each in node.names
    )
