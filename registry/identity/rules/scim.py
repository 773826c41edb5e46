"""What a directory service says of people: its filter, its changes, and what is kept of a user (RFC 7643, RFC 7644)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.identity.rules.terms import LONGEST_SUBJECT
from registry.kernel.errors import Problem, RuleBroken

USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_CORE: Final = "urn:ietf:params:scim:schemas:core:"
MOST_OPERATIONS: Final = 100
MOST_AT_ONCE: Final = 200
USUALLY_AT_ONCE: Final = 100

# What the schema knows of a user besides what is kept here: taken without a word, so that a directory may send all it has.
_NOT_KEPT: Final = frozenset(
    {"addresses", "emails", "entitlements", "groups", "ims", "locale", "name", "nickname", "password"}
    | {"phonenumbers", "photos", "preferredlanguage", "profileurl", "roles", "timezone", "usertype"}
    | {"x509certificates", "id", "meta", "schemas"}
)
_KEPT: Final = {
    name.lower(): name for name in ("active", "displayName", "externalId", "title", "userName")
} | {"name.formatted": "displayName"}
_FILTER: Final = re.compile(r'\s*(userName|externalId)\s+eq\s+"((?:[^"\\]|\\["\\])*)"\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class User:
    """What is kept of a user. `user_name` is the e-mail address they are known by here."""

    user_name: str
    name: str
    title: str = ""
    external_id: str = ""
    is_active: bool = True


def user_in(said: Mapping[str, Any]) -> User:
    """The user a document describes. Raises RuleBroken naming each attribute that is missing or of another kind."""
    # Names of attributes are compared whatever their letter case (RFC 7643, section 2.1).
    found = {name.lower(): value for name, value in said.items()}
    problems = [
        Problem(name, "Give a text.")
        for key, name in _KEPT.items()
        if key != "active" and not isinstance(found.get(key) or "", str)
    ]
    user_name = found.get("username")
    if not user_name:
        problems.append(Problem("userName", "Give the e-mail address of the user."))
    external_id = found.get("externalid") or ""
    if isinstance(external_id, str) and len(external_id) > LONGEST_SUBJECT:
        problems.append(Problem("externalId", f"Use at most {LONGEST_SUBJECT} characters."))
    active = _truth(found.get("active", True))
    if active is None:
        problems.append(Problem("active", "Give true or false."))
    name, more = _name_in(found)
    problems += more
    if problems:
        raise RuleBroken(problems)
    return User(
        str(user_name), name or str(user_name), found.get("title") or "", external_id, active is not False
    )


def _name_in(found: Mapping[str, Any]) -> tuple[str, list[Problem]]:
    parts = found.get("name") or {}
    if not isinstance(parts, dict) or not all(
        isinstance(part, str) or part is None for part in parts.values()
    ):
        return "", [Problem("name", "Give an object of texts.")]
    said = {key.lower(): value or "" for key, value in parts.items()}
    whole = said.get("formatted") or f"{said.get('givenname', '')} {said.get('familyname', '')}".strip()
    shown = found.get("displayname")
    return (shown if isinstance(shown, str) and shown else whole), []


def _truth(value: object) -> bool | None:
    """Some directories send "True" and "False" as texts."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def patched(document: Mapping[str, Any], patch: Any) -> dict[str, Any]:
    """A user's document after the operations of a PATCH (RFC 7644, section 3.5.2). Raises RuleBroken."""
    operations = _operations_in(patch)
    changed = dict(document)
    for number, operation in enumerate(operations):
        verb, path = str(operation.get("op", "")).lower(), operation.get("path")
        if verb not in {"add", "replace", "remove"}:
            raise RuleBroken([Problem(f"Operations.{number}.op", "Use add, replace or remove.")])
        if path is not None and not isinstance(path, str):
            raise RuleBroken([Problem("path", "Give the name of an attribute.")])
        value = None if verb == "remove" else operation.get("value")
        if path is None and not isinstance(value, dict):
            raise RuleBroken([Problem("path", "Without a path, the value is an object of attributes.")])
        stated = {path: value} if path is not None else value
        for name, each in (stated or {}).items():
            _change(changed, name, each)
    return changed


def _operations_in(patch: Any) -> list[dict[str, Any]]:
    found = patch if isinstance(patch, dict) else {}
    named = found.get("schemas")
    if not isinstance(named, list) or PATCH not in named:
        raise RuleBroken([Problem("schemas", f"Name {PATCH}.")])
    listed = {name.lower(): value for name, value in found.items()}.get("operations")
    if (
        not isinstance(listed, list)
        or not 0 < len(listed) <= MOST_OPERATIONS
        or not all(isinstance(each, dict) for each in listed)
    ):
        raise RuleBroken([Problem("Operations", f"Give 1 to {MOST_OPERATIONS} operations.")])
    return listed


def _change(document: dict[str, Any], path: str, value: Any) -> None:
    # Schemas and names are compared whatever their letter case (RFC 7643, section 2.1).
    name = path.lower().removeprefix(f"{USER.lower()}:")
    if name == "name" and isinstance(value, dict) and value.get("formatted"):
        document["displayName"] = value["formatted"]
    elif name in _KEPT:
        # Taken away and made empty are one (section 3.5.2.2); whether that may be, user_in() says.
        document[_KEPT[name]] = value
    elif re.split(r"[.\[]", name)[0] not in _NOT_KEPT and not _is_extension(name):
        raise RuleBroken([Problem("path", f"A user has no attribute {path[:60]}.")])


def _is_extension(name: str) -> bool:
    """Whether an attribute is of a schema beside the core, such as a company's own: taken and not kept."""
    return name.startswith("urn:") and not name.startswith(_CORE)


def filter_in(text: str) -> tuple[str, str] | None:
    """What a list is narrowed by, as (attribute, value); None for no filter. Raises RuleBroken for any other."""
    if not text.strip():
        return None
    found = _FILTER.fullmatch(text)
    if found is None:
        raise RuleBroken([Problem("filter", 'Users are found by userName eq "…" or externalId eq "…".')])
    return found[1].lower(), re.sub(r"\\(.)", r"\1", found[2])


def slice_in(start: str, count: str) -> tuple[int, int]:
    """The first user of a list, from 1, and how many. Raises RuleBroken for what is no number (RFC 7644, section 3.4.2.4)."""
    numbers = []
    for name, text in (("startIndex", start), ("count", count)):
        if not re.fullmatch(r"-?[0-9]{1,9}", text, re.ASCII):
            raise RuleBroken([Problem(name, "Give a whole number.")])
        numbers.append(int(text))
    return max(numbers[0], 1), min(max(numbers[1], 0), MOST_AT_ONCE)
