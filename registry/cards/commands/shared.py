"""The group of commands about cards."""

from typing import Final

import click

MAKE: Final = "make"


class _CardGroup(click.Group):
    """Commands about cards; where the first word names none of them, it is the key of a system."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [MAKE, *args]
        return super().parse_args(ctx, args)


@click.group("card", cls=_CardGroup, subcommand_metavar="KEY [OPTIONS]")
def card() -> None:
    """The card of a system, such as AI-0042: registry card AI-0042 --pdf card.pdf --facts card.json."""
