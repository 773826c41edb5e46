"""registry packs: the editions there are, a check of a file, adding one."""

from pathlib import Path
from typing import Any

import click

from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.text import counted
from registry.lifecycle.rules import KNOWN
from registry.packs import actions, queries, rules
from registry.packs.rules import Change, Objection, Pack
from registry.store.commandkit import answer, house, kept_unless

_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def packs() -> None:
    """Rule packs: frameworks, cadences and duties as editions with their sources."""


@packs.command("list")
@_JSON
def list_packs(as_json: bool) -> None:
    """Every edition with the day it applies from, those in force marked."""
    today = clock.today()
    with house().database.transaction(read_only=True) as session:
        every = queries.editions(session)
        ours = {(each.pack_id, each.edition) for each in queries.added(session)}
    in_force = {
        pack.id: rules.current(every, pack.id, today) for pack in every if pack.effective_from <= today
    }
    found = [
        _brief(pack) | {"in_force": in_force.get(pack.id) is pack, "added": (pack.id, pack.edition) in ours}
        for pack in sorted(every, key=lambda each: (each.id, each.effective_from))
    ]
    lines = [
        f"{'*' if each['in_force'] else ' '} {each['id']} {each['edition']}  from {each['effective_from']}"
        f"{'  added here' if each['added'] else ''}  {each['title']}"
        for each in found
    ]
    answer({"packs": found}, as_json, "\n".join([*lines, "* in force today"]))


@packs.command("check")
@_FILE
@_JSON
def check(file: Path, as_json: bool) -> None:
    """Say what is wrong with a file, and what it would change as an edition added today."""
    with house().database.transaction(read_only=True) as session:
        pack, objections = actions.checked(session, _text(file), KNOWN)
        found = _changes(queries.editions(session), pack) if pack else []
    answer(_result(pack, objections, found), as_json, _said(file, pack, objections, found))
    if objections:
        raise SystemExit(1)


@packs.command("add")
@_FILE
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
@_JSON
def add(file: Path, dry_run: bool, as_json: bool) -> None:
    """Add a file as an edition, whole and checked. It is in force from its day on and never changed afterwards."""
    text = _text(file)
    with kept_unless(dry_run) as session:
        pack, objections = actions.checked(session, text, KNOWN)
        found = _changes(queries.editions(session), pack) if pack else []
        if not objections:
            actions.adopt(session, the_registry("command"), text, KNOWN)
    done = {"added": not objections and not dry_run, "dry_run": dry_run}
    answer(_result(pack, objections, found) | done, as_json, _said(file, pack, objections, found))
    if objections:
        raise SystemExit(1)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.UsageError(f"{file.name} is not UTF-8. Save it as UTF-8 and try again.") from None


def _changes(every: tuple[Pack, ...], pack: Pack) -> list[Change]:
    return rules.changes(rules.before(every, pack), pack)


def _brief(pack: Pack) -> dict[str, Any]:
    return {
        "id": pack.id,
        "edition": pack.edition,
        "title": pack.title,
        "source": pack.source,
        "as_of": pack.as_of.isoformat(),
        "effective_from": pack.effective_from.isoformat(),
        "controls": len(pack.controls),
    }


def _result(pack: Pack | None, objections: list[Objection], found: list[Change]) -> dict[str, Any]:
    return {
        "pack": _brief(pack) if pack else None,
        "objections": [{"line": each.line, "path": each.path, "says": each.says} for each in objections],
        "changes": [{"kind": each.kind, "says": each.says} for each in found],
    }


def _said(file: Path, pack: Pack | None, objections: list[Objection], found: list[Change]) -> str:
    if objections or pack is None:
        return "\n".join([f"{file.name} cannot be added:", *(f"  {each}" for each in objections)])
    head = f"{pack.said}, in force from {pack.effective_from.isoformat()}: {counted(len(found), 'change')}."
    return "\n".join([head, *(f"  {each.kind}: {each.says}" for each in found)])
