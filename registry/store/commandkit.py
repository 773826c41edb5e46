"""What every command shares: the database it works on, how it answers, and how it writes files."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from io import BufferedRandom
from pathlib import Path
from typing import Any, cast

import click
from sqlmodel import Session

from registry.kernel.errors import Problem, RuleBroken
from registry.store.past import PastBusy, PastRefused, Pasts, PastUnknown, Recipe, as_of
from registry.store.session import Database


@dataclass(slots=True)
class House:
    """What a command works on; the database is opened when first asked for, and checked to be current."""

    settings: Any
    open_database: Callable[[], Database]
    past_recipe: Callable[[], Recipe] | None = None
    _database: Database | None = None

    @property
    def database(self) -> Database:
        """The database. Raises what `open_database` raises when its schema is not current."""
        if self._database is None:
            self._database = self.open_database()
        return self._database

    @contextmanager
    def reading(self, day: date | None = None) -> Iterator[Session]:
        """A session that reads, as of the end of a past day where one is given.

        Raises RuleBroken for a day that is not over or by the end of which nothing was recorded, and where no past can be
        kept.
        """
        if day is None:
            with self.database.transaction(read_only=True) as session:
                yield session
            return
        if self.past_recipe is None:
            raise RuntimeError("this house was not told what a past is made of")
        pasts = Pasts(self.database, self.past_recipe())
        try:
            with as_of(pasts, day) as session:
                yield session
        except PastBusy as busy:
            says = "Other past days are being laid out. Try again in some minutes."
            raise RuleBroken([Problem("as-of", says)]) from busy
        except (PastUnknown, PastRefused) as refused:
            raise RuleBroken([Problem("as-of", str(refused))]) from refused
        finally:
            pasts.dispose()

    def close(self) -> None:
        """Let the database go, if it was opened."""
        if self._database is not None:
            self._database.dispose()


def house() -> House:
    """The house of the running command."""
    return cast("House", click.get_current_context().find_root().obj)


class _NothingKept(Exception):
    """Leaves a transaction without keeping anything."""


@contextmanager
def kept_unless(dry_run: bool) -> Iterator[Session]:
    """A transaction that is kept when all went well; of a dry run nothing is kept, and that is said."""
    with suppress(_NothingKept), house().database.transaction() as session:
        yield session
        if dry_run:
            raise _NothingKept
    if dry_run:
        progress("Dry run: nothing was kept.")


def answer(result: dict[str, Any], as_json: bool, said: str) -> None:
    """The command's one answer on standard output: a JSON document, or a sentence for a person."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, default=str))
    else:
        click.echo(said)


class Day(click.ParamType[date]):
    """A day, written as 2026-10-01."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day. Fails as wrong use for anything else."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2026-10-01.", param, ctx)


class Destination(click.Path):
    """A file to be written, in a folder that is there."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(str(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"There is no folder {path.parent}.", param, ctx)
        return path


def write(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    with written(path) as file:
        file.write(content)


@contextmanager
def written(path: Path) -> Iterator[BufferedRandom]:
    """A file that is there whole or not at all: whoever reads it meanwhile sees the old one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("x+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def progress(said: str) -> None:
    """A line of progress on standard error, so that standard output holds the answer alone."""
    click.echo(said, err=True)


@contextmanager
def bar(total: int | None, label: str) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error; silent when nobody watches."""
    with click.progressbar(
        length=total or 0, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as shown:
        yield shown.update
