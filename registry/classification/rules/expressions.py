"""Conditions written as text, such as {phase} = "item1" and ({areas} contains "item6"): parsed, never evaluated as code.

Only what can be said in the language of conditions is taken: equality, containment, and, or, parentheses.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from registry.classification.rules.conditions import DEEPEST, Condition, Every, Is, Not, Some

LONGEST = 4_000
"""The most characters an expression may have."""

_TOKEN = re.compile(
    r"""\s*(?:
        \{(?P<name>[A-Za-z][A-Za-z0-9_-]{0,79})\}
      | "(?P<double>[^"\\]{0,200})"
      | '(?P<single>[^'\\]{0,200})'
      | (?P<sign><>|!=|==|=|\(|\)|\[|\]|,)
      | (?P<word>[A-Za-z]{2,11})\b
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def condition_from(text: str) -> Condition:
    """The condition a text means. Raises ValueError for anything it does not understand."""
    if len(text) > LONGEST:
        raise ValueError(f"an expression has at most {LONGEST:,} characters")
    parser = _Parser([*_tokens(text)], text)
    found = parser.either(0)
    if parser.tokens:
        raise parser.wrong()
    return found


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ValueError(f"this is no condition: {text[:120]!r}")
        at = match.end()
        kind, said = match.lastgroup, match[match.lastgroup]
        yield _Token(
            "text" if kind in {"double", "single"} else kind, said.lower() if kind == "word" else said
        )


@dataclass(slots=True)
class _Parser:
    """Reads tokens from the left: or binds loosest, then and, then one comparison or parentheses."""

    tokens: list[_Token]
    text: str

    def either(self, depth: int) -> Condition:
        parts = [self.both(depth)]
        while self.has("word", "or"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def both(self, depth: int) -> Condition:
        parts = [self.one(depth)]
        while self.has("word", "and"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def one(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise ValueError("an expression is nested too deeply")
        if self.has("sign", "("):
            inner = self.either(depth + 1)
            self.expect("sign", ")")
            return inner
        name = self.expect("name")
        operator = self.next()
        values = self.values()
        held: tuple[Condition, ...] = tuple(Is(name, value) for value in values)
        whole = held[0] if len(held) == 1 else Every(held)
        if (operator.kind, operator.text) in {("sign", "="), ("sign", "=="), ("word", "contains")}:
            return whole
        if (operator.kind, operator.text) in {("sign", "<>"), ("sign", "!="), ("word", "notcontains")}:
            return Not(whole)
        raise self.wrong()

    def values(self) -> list[str]:
        if not self.has("sign", "["):
            return [self.expect("text")]
        found = [self.expect("text")]
        while self.has("sign", ","):
            found.append(self.expect("text"))
        self.expect("sign", "]")
        return found

    def next(self) -> _Token:
        if not self.tokens:
            raise self.wrong()
        return self.tokens.pop(0)

    def has(self, kind: str, text: str) -> bool:
        if self.tokens and self.tokens[0] == _Token(kind, text):
            self.tokens.pop(0)
            return True
        return False

    def expect(self, kind: str, text: str | None = None) -> str:
        token = self.next()
        if token.kind != kind or (text is not None and token.text != text):
            raise self.wrong()
        return token.text

    def wrong(self) -> ValueError:
        return ValueError(f"this is no condition: {self.text[:120]!r}")
