"""The source as the structure tests read it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "registry"


def sources(*patterns: str) -> list[Path]:
    """The package's Python files that match, all of them by default; at least one, or the test would judge nothing."""
    found = sorted({path for pattern in patterns or ("**/*.py",) for path in PACKAGE.glob(pattern)})
    assert found, patterns
    return found


def parts_named(name: str) -> list[Path]:
    """Every file of that layer: registry/<feature>/<name>.py, or the files of a folder of that name."""
    return sources(f"*/{name}.py", f"*/{name}/**/*.py")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """The name that is called, dotted as it is written: "record", "session.add"."""
    return dotted(call.func)


def dotted(node: ast.expr) -> str:
    """An expression as it is written; names with dots are many, and ast.unparse() is slow."""
    parts, inner = [], node
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    return ".".join([inner.id, *reversed(parts)]) if isinstance(inner, ast.Name) else ast.unparse(node)
