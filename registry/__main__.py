"""The registry command begins here, without looking through what is only just being loaded for garbage."""

import gc
import os
import sys
from importlib import import_module
from typing import Final

# What is asked of a registry elsewhere in the same words as of the one on this machine.
REMOTE: Final = frozenset({"gate", "snapshots", "version", "dossier", "apply", "export"})


def is_remote(words: list[str]) -> bool:
    """Whether a command is meant for a registry elsewhere: one that can be, where --url or REGISTRY_URL names it."""
    named = any(word == "--url" or word.startswith("--url=") for word in words)
    return bool(words) and words[0] in REMOTE and (named or bool(os.environ.get("REGISTRY_URL")))


def main() -> None:
    """Load the program and run the command. See registry.cli for its exit codes."""
    if is_remote(sys.argv[1:]):
        import_module("registry.client.commands").main()
    # Loading makes hundreds of thousands of objects that all stay: to look through them over and over is an eighth of
    # the start, and what is set aside here is never looked through again.
    gc.disable()
    command = import_module("registry.cli")
    gc.freeze()
    gc.enable()
    command.main()


if __name__ == "__main__":
    main()
