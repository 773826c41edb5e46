"""The group of commands about cards, and how each writes what it makes: whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path
from typing import Any, Final

import click

MAKE: Final = "make"


class _CardGroup(click.Group):
    """Commands about cards; where the first word names none of them, it is the key of a system."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [MAKE, *args]
        return super().parse_args(ctx, args)


class Destination(click.Path):
    """A file to be written, in a folder that is there."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(str(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"There is no folder {path.parent}.", param, ctx)
        return path


@click.group("card", cls=_CardGroup, subcommand_metavar="KEY [OPTIONS]")
def card() -> None:
    """The card of a system, such as AI-0042: registry card AI-0042 --pdf card.pdf --facts card.json."""


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
