"""Questionnaires read from their files, shipped or added."""

from functools import cache
from importlib.resources import files

import yaml

from registry.classification.rules.questionnaire import Questionnaire
from registry.classification.rules.reading import LARGEST, questionnaire_from


@cache
def shipped() -> tuple[Questionnaire, ...]:
    """Every questionnaire that comes with the registry. Raises ValueError for a file that is none."""
    folder = files("registry.packs") / "shipped" / "questionnaires"
    names = sorted(path.name for path in folder.iterdir() if path.name.endswith(".yaml"))
    return tuple(read((folder / name).read_text(encoding="utf-8")) for name in names)


def read(text: str) -> Questionnaire:
    """A questionnaire from its YAML text. Raises ValueError naming what is missing or unknown in it."""
    if len(text) > LARGEST:
        raise ValueError(f"a questionnaire has at most {LARGEST:,} characters")
    try:
        _refuse_traps(text)
        return questionnaire_from(yaml.load(text, Loader=_LOADER))  # noqa: S506 - one of the two safe ones
    except yaml.YAMLError as error:
        raise ValueError(f"this is not a questionnaire: {error}") from error


def _refuse_traps(text: str) -> None:
    """A short text with aliases could stand for an endless one; one that is nested far enough ends the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        is_alias = isinstance(event, yaml.AliasEvent)
        if is_alias:
            raise ValueError("this is not a questionnaire: it has aliases, and none is needed")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise ValueError("this is not a questionnaire: it is nested too deeply")


_DEEPEST = 40


# Both make plain values only; the one in C takes a tenth of the time, and is not on every machine.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
