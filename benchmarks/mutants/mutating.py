"""The mutants of a source: every place where one comparison, word, number or statement is made another.

Texts are left as they are, for what is said is not what is decided; so are annotations and what only a reader sees.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_COUNTING: Final = frozenset({"len", "int", "sum", "ord", "round"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: in which function, class or named value ("" for the module), at which line, what stood there and what then."""

    place: str
    line: int
    before: str
    after: str
    tree: ast.Module

    @property
    def name(self) -> tuple[str, str, str]:
        """By what a reviewed list knows it, wherever its line has moved to."""
        return self.place, self.before, self.after


def mutants_of(source: str) -> list[Mutant]:
    """Every mutant of a module's source, in the order of its lines. Raises SyntaxError for what is no Python."""
    whole = ast.parse(source)
    found = []
    for number, (place, node) in enumerate(_walked(whole)):
        for turn in range(len(_changed(node))):
            tree = copy.deepcopy(whole)
            _, twin = next(each for at, each in enumerate(_walked(tree)) if at == number)
            after = _changed(twin)[turn]
            before, told = ast.unparse(node), ast.unparse(after)
            _put(tree, twin, after)
            found.append(Mutant(place, node.lineno, before, told, ast.fix_missing_locations(tree)))
    return sorted(found, key=lambda mutant: mutant.line)


def _walked(node: ast.AST, place: str = "") -> Iterator[tuple[str, ast.expr | ast.stmt]]:
    """Each statement and expression that does something, with the name of what it stands in."""
    if isinstance(node, ast.stmt | ast.expr):
        yield place, node
    inside = ".".join(filter(None, (place, _named(node))))
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walked(child, inside)


def _named(node: ast.AST) -> str:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return ""


def _changed(node: ast.AST) -> list[ast.expr | ast.stmt]:
    """What a node may become: nothing, one thing or several."""
    return [*_other_decisions(node), *_other_values(node), *_left_out(node)]


def _other_decisions(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Compare():
            for at, op in enumerate(node.ops):
                ops = [*node.ops[:at], _COMPARISONS[type(op)](), *node.ops[at + 1 :]]
                yield ast.Compare(node.left, ops, node.comparators)
        case ast.BoolOp():
            yield ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand


def _other_values(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp() if type(node.op) in _ARITHMETIC and (
            _is_number(node.left) or _is_number(node.right)
        ):
            yield ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int()):
            yield ast.Constant(node.value + 1)


def _left_out(node: ast.AST) -> Iterator[ast.stmt]:
    match node:
        case ast.Raise() | ast.Expr(value=ast.Call()) | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Return(value=ast.expr() as value):
            if not (isinstance(value, ast.Constant) and value.value is None):
                yield ast.Return(ast.Constant(None))


def _is_of_numbers(node: ast.BinOp) -> bool:
    """Whether it counts; a text that is said so many times is a text."""
    sides = (node.left, node.right)
    texts = any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str | bytes))
        for side in sides
    )
    return type(node.op) in _ARITHMETIC and not texts and any(map(_is_number, sides))


def _is_number(side: ast.expr) -> bool:
    """Whether the source itself says that a number stands here.

    Of names it says nothing: where texts, days or sets are joined by them, the other sign would be a mistake in the kind of
    things, which any test at all would notice.
    """
    match side:
        case ast.Constant(value=int() | float()):
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in _COUNTING
        case ast.BinOp(left=left, right=right) if type(side.op) in _ARITHMETIC:
            return _is_number(left) or _is_number(right)
        case ast.UnaryOp(op=ast.USub() | ast.Invert(), operand=operand):
            return _is_number(operand)
    return False


def _put(tree: ast.AST, old: ast.AST, new: ast.expr | ast.stmt) -> None:
    """Put one node where another stands. `old` stands in `tree`."""
    ast.copy_location(new, old)
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
                return
            if isinstance(value, list):
                for at, child in enumerate(value):
                    if child is old:
                        value[at] = new
                        return
