"""What may stand in an address: numbers of records and words, no longer and no stranger than what is stored."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map, PathConverter, UnicodeConverter


class RecordNumber(IntegerConverter):
    """A record's number in an address, no longer than any database column holds; other digits are no address of ours."""

    regex = r"[0-9]{1,9}"


class Word(UnicodeConverter):
    """A word in an address; one with control characters, which no database stores, is no address of ours."""

    def __init__(self, address_map: Map, *given: Any, **more: Any) -> None:
        super().__init__(address_map, *given, **more)
        self.regex = self.regex.replace("[^/]", r"[^/\x00-\x1f\x7f]")


class Words(PathConverter):
    """Words in an address, slashes between them; as for one word, no control characters."""

    regex = r"(?!.*[\x00-\x1f\x7f])[^/].*?"
