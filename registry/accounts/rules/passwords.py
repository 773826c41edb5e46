"""Which passwords may stand: long ones, and none that whoever guesses would try first."""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from registry.kernel.errors import Problem

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 256
FIRST_HOURS: Final = 72
"""How long a password opens that a command has drawn for somebody."""

_FEWEST_SIGNS: Final = 5
# Shorter ones stand in too many words that have nothing to do with them.
_SHORTEST_WORD: Final = 4
_DRAWN_FROM: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_PRODUCT: Final = ("registry", "register", "model card")
_WORD: Final = re.compile(r"[^\W\d_]+")
# Letters that do not come apart into one of a to z and a mark.
_ASCII: Final = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
)
# Digits and signs that are put for the letters they look like. Only what a word of the house is looked for in: a list has both.
_LOOKALIKES: Final = str.maketrans("01345789@$!|", "oieastbgasil")

COMMON: Final = "This password is among the first to be guessed. Choose another."
OF_THE_HOUSE: Final = (
    "Without words that anybody would try here (the organisation's name, this register's, its address, yours) fewer than"
    f" {SHORTEST_PASSWORD} characters are left, or a password that is often used. Choose another."
)


@dataclass(frozen=True, slots=True)
class Guessed:
    """What whoever guesses passwords here would try, beside the commonest: words of the house, folded, and a file of more."""

    words: frozenset[str] = frozenset()
    more: Path | None = None


NOTHING_OF_THE_HOUSE: Final = Guessed()
"""For where no house is known: the commonest passwords are refused all the same."""


def guessed_in(organisation: str, base_url: str, more: Path | None) -> Guessed:
    """What is guessed in a house of that name, at that address; `more` is the file that refuses further passwords."""
    labels = (urlsplit(base_url).hostname or "").split(".")
    # The last label says in which country; of an address in numbers nothing is a word.
    return Guessed(frozenset(_words_of([organisation, *_PRODUCT, *labels[:-1]])), more)


def problems_with_password(
    password: str,
    *,
    name: str,
    email: str,
    words: frozenset[str] = frozenset(),
    is_listed: Callable[[str], bool] = lambda _: False,
) -> list[Problem]:
    """Objections to a new password (NIST SP 800-63B-4, 3.1.1.2: length and guessability, no composition rules).

    `words` are those of the house, `is_listed` says whether a spelling is among the passwords that are known to be used.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return [Problem("password", f"Use {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")]
    if len(set(_folded(password))) < _FEWEST_SIGNS or any(map(is_listed, spellings(password))):
        return [Problem("password", COMMON)]
    local, _, domain = email.partition("@")
    own = {_folded(local), *_words_of([name, local, *domain.split(".")[:-1]])}
    if (rest := _without(password, words | own)) is None:
        return []
    if len(rest) < SHORTEST_PASSWORD or any(map(is_listed, spellings(rest))):
        return [Problem("password", OF_THE_HOUSE)]
    return []


def spellings(password: str) -> Iterator[str]:
    """What a list is asked for: the password as it is, in small letters, and so without what is put around it or between."""
    small = password.casefold()
    closed = "".join(small.split())
    yield from dict.fromkeys((password, small, closed, re.sub(r"^[\W_]+|[\W_]+$", "", closed)))


def _words_of(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        found = [word for word in _WORD.findall(_folded(text)) if len(word) >= _SHORTEST_WORD]
        yield from found
        if len(joined := "".join(_WORD.findall(_folded(text)))) >= _SHORTEST_WORD:
            yield joined


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(_ASCII)


def _without(password: str, words: Iterable[str]) -> str | None:
    """What is left of a password without these words, the longest first, however letters are replaced; None where it has none.

    Of two readings the shorter: as it is typed, and with the letters that its digits and signs look like.
    """
    longest_first = sorted({word for word in words if len(word) >= _SHORTEST_WORD}, key=len, reverse=True)
    plain = _folded(password)
    found = []
    for reading in (plain, plain.translate(_LOOKALIKES)):
        rest = reading
        for word in longest_first:
            rest = rest.replace(word, "")
        if rest != reading:
            found.append("".join(rest.split()))
    return min(found, key=len, default=None)


def drawn_password() -> str:
    """A password for somebody to replace at once: twenty letters and digits that are not mistaken for one another, 99 bits."""
    groups = ("".join(secrets.choice(_DRAWN_FROM) for _ in range(5)) for _ in range(4))
    return "-".join(groups)
