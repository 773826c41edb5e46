"""What a pipeline does: each verb of the command, as what is asked of a registry and how its answer is told"""

import argparse
import json
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final

from .connection import Connection, address, packed
from .plans import plan_said
from .refusals import Refused
from .telling import DONE, REFUSED, Said, tell

_RETRIES: Final = 5


def _got(connection: Connection, path: str) -> dict[str, Any]:
    return connection.ask(path, None, {}, _RETRIES, _document)


def _posted(connection: Connection, path: str, data: bytes, kind: str) -> dict[str, Any]:
    return connection.ask(path, data, {"Content-Type": kind}, _RETRIES, _document)


def _document(data: bytes) -> dict[str, Any]:
    try:
        told = json.loads(data)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise HTTPException("what answered there is no registry")
    return told


def check_gate(connection: Connection, asked: argparse.Namespace) -> Said:
    """Whether a system may go on to a stage; refused where it may not."""
    found = _got(connection, address("systems", asked.key, "gate", to=asked.to))
    key, stage, left = found["system"], found["to"].replace("_", " "), found["open"]
    if found["holds"]:
        return found, f"The gate of {key} to {stage} holds.", DONE
    count = "1 criterion" if len(left) == 1 else f"{len(left)} criteria"
    lines = [f"{each['id']} ({each['pattern']}) {each['says']}" for each in left]
    does = "does" if len(left) == 1 else "do"
    return found, "\n".join([f"{count} of {key} for {stage} {does} not hold:", *lines]), REFUSED


def push_snapshots(connection: Connection, asked: argparse.Namespace) -> Said:
    """Send the readings in a file, whatever its kind."""
    named = {"name": asked.file.name, **({"source": asked.source} if asked.source else {})}
    data, headers = packed(asked.file.read_bytes())
    path = address("systems", asked.key, "snapshots", **named)
    headers = {"Content-Type": "application/octet-stream", **headers}
    receipt = connection.ask(path, data, headers, _RETRIES, _document)
    for each in receipt["remarks"]:
        tell(f"Left out, {each['count']:,}: {each['says']} ({', '.join(each['examples'])})")
    left = sum(each["count"] for each in receipt["remarks"])
    said = f"Readings taken in: {receipt['accepted']:,}; known already: {receipt['duplicate']:,}; left out: {left:,}."
    return receipt, said, REFUSED if left and asked.complete else DONE


def push_dossier(connection: Connection, asked: argparse.Namespace) -> Said:
    """Send the results of tests of a version."""
    told = {"version": asked.version, "similar": "yes" if asked.similar else "no", "because": asked.because}
    told |= {"type": asked.type} if asked.type else {}
    kind = "application/xml" if asked.file.suffix.lower() == ".xml" else "text/csv"
    path = address("systems", asked.key, "dossier", "results", **told)
    receipt = _posted(connection, path, asked.file.read_bytes(), kind)
    for each in receipt["unread"]:
        tell(f"row {each['row']}: {each['says']}")
    said = (
        f"{receipt['passed']:,} passed, {receipt['failed']:,} failed, {receipt['skipped']:,} skipped; "
        f"{receipt['cases_added']:,} cases added, {len(receipt['unread']):,} rows not read."
    )
    return receipt, "This file is known already." if receipt["known_already"] else said, DONE


def add_version(connection: Connection, asked: argparse.Namespace) -> Said:
    """Add a candidate, unless it is there as it is stated."""
    stated: dict[str, Any] = {
        name: getattr(asked, name) for name in ("label", "changed", "because", "artifact", "digest")
    }
    stated["significant"] = asked.significant
    stated["evaluation"] = asked.evaluation.read_text(encoding="utf-8") if asked.evaluation else ""
    learned = [dict(zip(("source", "from_on", "to_on"), each, strict=True)) for each in asked.trained_on]
    body = json.dumps(stated | {"trained_on": learned}).encode()
    try:
        added = _posted(connection, address("systems", asked.key, "versions"), body, "application/json")
    except Refused as refused:
        # A job that runs again, or whose answer was lost, finds what it added before.
        known = _known_version(connection, asked.key, stated)
        if known is None:
            raise refused from None
        return known, f"Version {known['label']} of {asked.key} is there already, as it is stated here.", DONE
    return added, f"Version {added['label']} of {asked.key} is added as a candidate.", DONE


def _known_version(connection: Connection, key: str, stated: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        found = _got(connection, address("systems", key, "versions", stated["label"]))
    except Refused:
        return None
    same = all(found.get(name) == stated[name] for name in ("label", "changed", "significant"))
    digest = str(found.get("digest") or "")
    return found if same and digest.endswith(stated["digest"]) else None


def apply(connection: Connection, asked: argparse.Namespace) -> Said:
    """Make the register state what files state, or say what that would change."""
    files = [{"path": str(path), "text": path.read_text(encoding="utf-8")} for path in asked.files]
    told = {"repository": asked.repository, "commit": asked.commit, "expects": asked.expects}
    sent = {"files": files, "overwrite": asked.overwrite} | told
    path = address("apply", dry_run="true" if asked.dry_run else "false")
    found = _posted(connection, path, json.dumps(sent).encode(), "application/json")
    return found, plan_said(found), DONE


def export(connection: Connection, asked: argparse.Namespace) -> Said:
    """Systems as files: into a folder, or one after the other."""
    keys = {"keys": "false"} if asked.without_keys else {}
    texts = [
        connection.ask(address("systems", key, "file", **keys), None, {}, _RETRIES, bytes.decode)
        for key in asked.keys or _every_key(connection)
    ]
    if asked.to is None:
        return {"systems": texts}, "---\n".join(texts).rstrip("\n"), DONE
    names = [text.split("\nid: ", 1)[1].split("\n", 1)[0] for text in texts]
    for name, text in zip(names, texts, strict=True):
        (asked.to / f"{name}.yaml").write_text(text, encoding="utf-8", newline="\n")
    return {"systems": names}, f"{len(names):,} systems written.", DONE


def _every_key(connection: Connection) -> list[str]:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = _got(connection, address("systems", limit="200", **({"cursor": cursor} if cursor else {})))
        found += [each["key"] for each in page["items"]]
        cursor = page["next"]
    return sorted(found)
