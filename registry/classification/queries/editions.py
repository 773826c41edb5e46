"""Questionnaires read from their files, shipped or added."""

from functools import cache, lru_cache
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


@lru_cache(maxsize=32)
def read(text: str) -> Questionnaire:
    """A questionnaire from its YAML text. Raises ValueError naming what is missing or unknown in it."""
    if len(text) > LARGEST:
        raise ValueError(f"a questionnaire has at most {LARGEST:,} characters")
    try:
        # A short text with aliases could stand for an endless one.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_LOADER)):
            raise ValueError("this is not a questionnaire: it has aliases, and none is needed")
        return questionnaire_from(yaml.load(text, Loader=_LOADER))  # noqa: S506 - one of the two safe ones
    except yaml.YAMLError as error:
        raise ValueError(f"this is not a questionnaire: {error}") from error


# Both make plain values only; the one in C takes a tenth of the time, and is not on every machine.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
