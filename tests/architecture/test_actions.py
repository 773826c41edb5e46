"""Actions ask for permission first and record one ledger entry; queries only read; nobody commits but the store."""

import ast
from pathlib import Path

import pytest

from tests.architecture.paths import Known, Way, changing_functions, imported_as, ways
from tests.architecture.tree import PACKAGE, called, calls, parsed, parts_named, shown, sources

# Functions that take an actor and are no actions of their own. Whoever calls them asks and records.
PARTS = {
    "registry/systems/actions.py:add_row",
    "registry/monitoring/actions/weighing.py:weigh",
    # Several systems by the actions of each of their parts, each of which asks and records; the last notes the file.
    "registry/declarations/actions/applying.py:apply",
    # Of several transactions: what keeps something asks and records in its own.
    "registry/cards/actions/issuing.py:issue",
    # Each of several transactions, or of one that is no session's; what is recorded is recorded by the two notes.
    "registry/backups/actions.py:back_up",
    "registry/backups/actions.py:restore",
    # It reads, card by card, and issues what is approved by way of the one above.
    "registry/cards/actions/collecting.py:cards_of",
}
# Actions on rows outside the ledger (the database's own guard knows those rows too): they ask, and record nothing.
OUTSIDE_THE_LEDGER = {
    "registry/cards/actions/previews.py:keep_preview": "a preview can be made again at any time",
    "registry/people/actions/uploads.py:keep_upload": "a file changes nothing before it is imported",
    "registry/people/actions/uploads.py:finish_upload": "the import itself is in the ledger",
    "registry/interchange/actions/drafts.py:remap": "a draft that goes back to its columns has done nothing",
    "registry/interchange/actions/drafts.py:choose": "the import itself says what became of each row",
    "registry/interchange/actions/drafts.py:choose_for_all": "the import itself says what became of each row",
    "registry/passkeys/actions/keeping.py:begin": "the passkey is recorded when it was made",
    "registry/worker/actions/keeping.py:retry": "jobs follow the ledger, they are not in it",
    "registry/notices/actions/choosing.py:mark_read": "notices follow the ledger, they are not in it",
    "registry/notices/actions/choosing.py:send_again": "letters follow the ledger, they are not in it",
}
# A query that must see what this very session has changed sends it to the database first.
FLUSHES = {"registry/cards/queries/gathering.py"}
# The store alone, for what happened; and for the copies of past days, which are nobody's records.
COMMITS = {
    "registry/store/session.py",
    "registry/store/past/postgresql.py",
    "registry/store/past/sqlite.py",
}
WRITES = {"add", "add_all", "delete", "merge", "commit", "flush"}

FEATURES = [path for path in parts_named("actions") if "/audit/" not in path.as_posix()]


def actions_in(module: ast.Module, path: str) -> list[ast.FunctionDef]:
    """Public functions that take an actor."""
    found = [
        node for node in module.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    return [node for node in found if takes_actor(node) and f"{path}:{node.name}" not in PARTS]


def takes_actor(node: ast.FunctionDef) -> bool:
    return any(argument.arg == "actor" for argument in [*node.args.args, *node.args.kwonlyargs])


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def with_rooms(found: dict[str, set[str]]) -> dict[str, set[str]]:
    """The functions by module; a folder of actions has those of its files, by whose name others import them."""
    for name in [name for name in found if not name.endswith(".actions")]:
        found.setdefault(name.rpartition(".")[0], set()).update(found[name])
    return found


ACTIONS = with_rooms(
    {module_name(path): {node.name for node in actions_in(parsed(path), shown(path))} for path in FEATURES}
)
CHANGING = with_rooms({module_name(path): set(changing_functions(parsed(path))) for path in FEATURES})


def known_in(module: ast.Module, name: str) -> Known:
    own = ACTIONS.get(name, set())
    others = {other: names for other, names in ACTIONS.items() if other != name}
    recording = own | imported_as(module, others)
    changing = set(changing_functions(module)) | imported_as(module, CHANGING)
    return Known(frozenset(recording), frozenset(changing - recording))


def objections(node: ast.FunctionDef, known: Known, *, in_ledger: bool = True) -> list[str]:
    """What is wrong with an action, in words."""
    found = []
    first = next(each for each in node.body if not is_docstring(each))
    if not ast.unparse(first).startswith("require(actor, "):
        found.append("does not begin with require(actor, ...)")
    ends = ways(node, known)
    if not in_ledger:
        return found + ["records an entry"] * any(way.entries for way in ends)
    if any(way.entries == 0 and way.changed for way in ends):
        found.append("changes something on a way that records nothing")
    if any(way.entries > 1 for way in ends):
        found.append("records more than one entry on one way")
    if any(way.changed_after for way in ends):
        found.append("changes something after it has recorded")
    if not any(way.entries for way in ends):
        found.append("records nothing at all")
    return found


def is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@pytest.mark.parametrize("path", FEATURES, ids=shown)
def test_each_action_asks_first_and_records_one_entry(path):
    module = parsed(path)
    known = known_in(module, module_name(path))
    wrong = {
        node.name: objections(node, known, in_ledger=f"{shown(path)}:{node.name}" not in OUTSIDE_THE_LEDGER)
        for node in actions_in(module, shown(path))
    }
    assert {name: said for name, said in wrong.items() if said} == {}


def test_what_is_excepted_still_exists():
    there = {
        f"{shown(path)}:{node.name}"
        for path in FEATURES
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef)
    }
    assert PARTS | OUTSIDE_THE_LEDGER.keys() <= there
    assert {shown(path) for path in sources()} >= FLUSHES | COMMITS


WRONG = {
    "def act(session, actor, row):\n    row.name = 'x'\n    record(session)": "does not begin with require",
    "def act(session, actor, row):\n    require(actor, P)\n    row.name = 'x'": "records nothing at all",
    "def act(session, actor, row):\n    require(actor, P)\n    record(session)\n    row.name = 'x'": "after it has recorded",
    "def act(session, actor, row):\n    require(actor, P)\n    if row:\n        record(session)\n    record(session)": "more than one",
    "def act(session, actor, row):\n    require(actor, P)\n    for each in row:\n        record(session)": "more than one",
    "def act(session, actor, row):\n    require(actor, P)\n    row.name = 'x'\n    if row:\n        return\n    record(session)": "on a way that records nothing",
    "def act(session, actor, row):\n    require(actor, P)\n    session.add(row)\n    if row:\n        record(session)": "on a way that records nothing",
    "def act(session, actor, row):\n    require(actor, P)\n    _write(row)\n    if row:\n        record(session)": "on a way that records nothing",
    "def act(session, actor, row):\n    require(actor, P)\n    other(session, actor, row)\n    record(session)": "more than one",
}
HELPERS = "\ndef _write(row):\n    _set(row)\ndef _set(row):\n    row.name = 'x'\n"


@pytest.mark.parametrize(("source", "says"), WRONG.items())
def test_a_wrong_action_is_noticed(source, says):
    module = ast.parse(source + HELPERS)
    known = Known(frozenset({"other"}), changing_functions(module))
    assert any(says in said for said in objections(module.body[0], known))


RIGHT = [
    "def act(session, actor, row):\n    require(actor, P)\n    if not row:\n        return None\n    row.name = 'x'\n    record(session)",
    "def act(session, actor, row):\n    require(actor, P)\n    if not row:\n        raise NotFound\n    session.add(row)\n    record(session)\n    return row",
    "def act(session, actor, row):\n    require(actor, P)\n    if row:\n        row.name = 'x'\n        record(session)\n    else:\n        session.add(row)\n        record(session)",
    "def act(session, actor, row):\n    require(actor, P)\n    return other(session, actor, row)",
]


@pytest.mark.parametrize("source", RIGHT)
def test_a_right_action_is_left_alone(source):
    module = ast.parse(source)
    assert objections(module.body[0], Known(frozenset({"other"}), frozenset())) == []


def test_a_loop_may_run_not_at_all_or_more_than_once():
    module = ast.parse("def act(session, actor, row):\n    for each in row:\n        record(session)")
    assert {way.entries for way in ways(module.body[0], Known(frozenset(), frozenset()))} == {0, 1, 2}
    assert Way() in ways(module.body[0], Known(frozenset(), frozenset()))


def writes_in(tree: ast.AST) -> list[str]:
    """Calls on a session that write, and statements built to change rows."""
    names = [called(call) for call in calls(tree)]
    on_session = [
        name for name in names if name.rpartition(".")[2] in WRITES and "session" in name.rpartition(".")[0]
    ]
    return on_session + [
        name
        for name in names
        if name in {"insert", "update", "delete", "sa.insert", "sa.update", "sa.delete"}
    ]


@pytest.mark.parametrize("path", parts_named("queries"), ids=shown)
def test_queries_only_read(path):
    found = writes_in(parsed(path))
    assert [name for name in found if not (name == "session.flush" and shown(path) in FLUSHES)] == []


def test_a_query_that_writes_is_noticed():
    assert writes_in(
        ast.parse("session.add(x)\nsession.flush()\nsa.update(T)\nfound.add(1)\nsession.exec(select(T))")
    ) == [
        "session.add",
        "session.flush",
        "sa.update",
    ]


def test_nobody_commits_but_the_store():
    committing = {
        shown(path)
        for path in sources()
        if any(called(call).endswith(".commit") for call in calls(parsed(path)))
    }
    assert committing == COMMITS
