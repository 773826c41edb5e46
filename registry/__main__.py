"""The registry command begins here, without looking through what is only just being loaded for garbage."""

import gc
from importlib import import_module


def main() -> None:
    """Load the program and run the command. See registry.cli for its exit codes."""
    # Loading makes hundreds of thousands of objects that all stay: to look through them over and over is an eighth of
    # the start, and what is set aside here is never looked through again.
    gc.disable()
    command = import_module("registry.cli")
    gc.freeze()
    gc.enable()
    command.main()


if __name__ == "__main__":
    main()
