"""The registry command of a pipeline: what it does needs an address and a token, and nothing but Python

Exit codes: 0 done, 1 refused (also a gate that does not hold), 2 wrong use, 3 no registry to ask: it cannot be reached, or takes
no such token. With --json the one document on standard output is what the registry answered.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NoReturn

from . import pipeline
from .connection import Connection
from .plans import without_user
from .refusals import Refused, Unreachable
from .telling import BROKEN, REFUSED, WRONG_USE, Said, tell

_TIMEOUT: Final = 60.0  # seconds for each attempt: a large file is read before it is answered
_NO_TOKEN_TAKEN: Final = 401
_NOTHING_THERE: Final = 404


class _Broken(Exception):
    """There is no registry to ask as this is set up."""


def main() -> NoReturn:
    """Run the command and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str]) -> int:
    """The same, giving the exit code back."""
    try:
        asked = _parser().parse_args(words)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else WRONG_USE
    does: _Does = asked.does
    try:
        document, said, code = does(_connection(asked), asked)
    except Refused as refused:
        return _refused(refused, asked)
    except (Unreachable, _Broken, ValueError, OSError) as broken:
        tell(str(broken))
        return BROKEN
    print(json.dumps(document, ensure_ascii=False) if asked.as_json else said)
    return code


def _connection(asked: argparse.Namespace) -> Connection:
    url = asked.url or os.environ.get("REGISTRY_URL", "")
    if not url:
        raise _Broken("Name the registry: --url https://registry.example.org, or REGISTRY_URL.")
    path = asked.token_file or os.environ.get("REGISTRY_TOKEN_FILE", "")
    token = Path(path).read_text(encoding="utf-8") if path else os.environ.get("REGISTRY_TOKEN", "")
    if not token.strip():
        raise _Broken(
            "Give a token: in a file named by --token-file or REGISTRY_TOKEN_FILE, or in REGISTRY_TOKEN."
        )
    return Connection(url, token.strip(), timeout=_TIMEOUT)


def _refused(refused: Refused, asked: argparse.Namespace) -> int:
    why = refused.says
    if refused.status == _NOTHING_THERE and "key" in asked:
        why = f"There is no system {asked.key} there that this token's person may see."
    if asked.as_json:
        problems = [{"field": field, "message": says} for field, says in refused.problems]
        print(json.dumps({"refused": why, "problems": problems}, ensure_ascii=False))
    # What is wrong with the fields is often all there is to say: it is not said twice.
    if not refused.problems or any(says not in why for _, says in refused.problems):
        tell(why)
    for field, says in refused.problems:
        tell(f"  {field}: {says}" if field else f"  {says}")
    return BROKEN if refused.status == _NO_TOKEN_TAKEN else REFUSED


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path


def _parser() -> argparse.ArgumentParser:
    parser = _plain("registry", "What a pipeline tells the registry of AI systems, and asks it.")
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument("--url", help="The registry's address; else REGISTRY_URL.")
    where.add_argument(
        "--token-file", help="A file that holds the token; else REGISTRY_TOKEN_FILE or REGISTRY_TOKEN."
    )
    where.add_argument("--json", dest="as_json", action="store_true", help="Print one JSON document.")
    nouns = parser.add_subparsers(required=True, metavar="COMMAND")
    for words, says, does, options in _COMMANDS:
        noun, *verbs = words.split()
        made = nouns.add_parser(
            noun, help=says, description=says, parents=[] if verbs else [where], allow_abbrev=False
        )
        for verb in verbs:
            inner = made.add_subparsers(required=True, metavar="VERB")
            made = inner.add_parser(verb, help=says, description=says, parents=[where], allow_abbrev=False)
        options(made)
        made.set_defaults(does=does)
    return parser


def _plain(name: str, says: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        name,
        description=says,
        allow_abbrev=False,
        epilog="Exit codes: 0 done, 1 refused, 2 wrong use, 3 no registry to ask.",
    )


def _key(made: argparse.ArgumentParser) -> None:
    made.add_argument("key", metavar="KEY", help="The system, such as AI-0042.")


def _gate_options(made: argparse.ArgumentParser) -> None:
    _key(made)
    made.add_argument("--to", required=True, metavar="STAGE", help="The stage it would go to, such as live.")


def _snapshot_options(made: argparse.ArgumentParser) -> None:
    _key(made)
    made.add_argument(
        "file", metavar="FILE", type=_file, help="JSON, JSON lines, a table, or a report of another tool."
    )
    made.add_argument("--source", default="", help="The tool or run the readings come from.")
    made.add_argument(
        "--complete", action="store_true", help="Leave with 1 where something in it was left out."
    )


def _dossier_options(made: argparse.ArgumentParser) -> None:
    _key(made)
    made.add_argument("file", metavar="FILE", type=_file, help="JUnit XML or CSV.")
    made.add_argument("--version", required=True, metavar="LABEL", help="The version that was tested.")
    made.add_argument("--type", help="What cases try that are new and name no type; needed for those.")
    _either(made, "similar", "Whether conditions were similar to those of use.")
    made.add_argument("--because", required=True, help="What made them similar, or what was different.")


def _version_options(made: argparse.ArgumentParser) -> None:
    _key(made)
    made.add_argument("label", metavar="LABEL")
    made.add_argument("--changed", required=True, help="What changed since the version before.")
    _either(made, "significant", "Whether this is a significant change.")
    made.add_argument("--because", default="", help="Why it was trained again.")
    made.add_argument("--artifact", default="", help="Where the model is kept.")
    made.add_argument("--digest", default="", help="Its SHA-256 in hex, or algorithm:hex.")
    made.add_argument("--evaluation", type=_file, metavar="FILE", help="A file of results in Markdown.")
    made.add_argument(
        "--trained-on", nargs=3, action="append", default=[], metavar=("SOURCE", "FROM", "TO"),
        help="A source by id or name, with the first and last day of its data.",
    )  # fmt: skip


def _either(made: argparse.ArgumentParser, name: str, says: str) -> None:
    both = made.add_mutually_exclusive_group(required=True)
    both.add_argument(f"--{name}", dest=name, action="store_true", default=None, help=says)
    both.add_argument(f"--not-{name}", dest=name, action="store_false", default=None)


def _apply_options(made: argparse.ArgumentParser) -> None:
    made.add_argument("files", metavar="FILE", nargs="+", type=_file, help="A registry.yaml.")
    made.add_argument("--dry-run", action="store_true", help="Say what would change and change nothing.")
    made.add_argument("--overwrite", action="store_true", help="Also undo what people changed since.")
    made.add_argument(
        "--expects", default="", metavar="DIGEST", help="Carry out the plan of this digest and no other."
    )
    made.add_argument(
        "--repository", default=_told_by(_REPOSITORIES), help="What the repository of the files is called."
    )
    made.add_argument("--commit", default=_told_by(_COMMITS), help="The commit that is checked out.")


def _export_options(made: argparse.ArgumentParser) -> None:
    made.add_argument("keys", metavar="KEY", nargs="*", help="Which systems; every one unless told.")
    made.add_argument("--to", type=_folder, metavar="FOLDER", help="A folder for a file of each.")
    made.add_argument("--without-keys", action="store_true", help="As files of no particular register.")


def _told_by(names: Sequence[str]) -> str:
    return without_user(next((os.environ[name] for name in names if os.environ.get(name)), ""))


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return path


# As the services that run pipelines tell them: GitHub, GitLab, Jenkins.
_REPOSITORIES: Final = ("GITHUB_REPOSITORY", "CI_PROJECT_PATH", "GIT_URL")
_COMMITS: Final = ("GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT")
_Options = Callable[[argparse.ArgumentParser], None]
_Does = Callable[[Connection, argparse.Namespace], Said]
_COMMANDS: Final[Sequence[tuple[str, str, _Does, _Options]]] = (
    (
        "gate check",
        "Whether a system may go on to a stage: 0 where it may, 1 where not.",
        pipeline.check_gate,
        _gate_options,
    ),
    ("snapshots push", "Send the readings in a file.", pipeline.push_snapshots, _snapshot_options),
    ("version add", "Add a version as a candidate.", pipeline.add_version, _version_options),
    ("dossier push", "Send the results of tests of a version.", pipeline.push_dossier, _dossier_options),
    ("apply", "Make the register state what files state of their systems.", pipeline.apply, _apply_options),
    ("export", "Write systems as files that apply takes.", pipeline.export, _export_options),
)


if __name__ == "__main__":
    main()
