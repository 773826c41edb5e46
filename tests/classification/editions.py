"""Another edition of the questionnaire: the shipped one, with whatever a test changes; judging credit is prohibited in it."""

from datetime import date
from importlib.resources import files

import yaml

from registry.classification.queries.editions import _LOADER
from tests.classification.answering import ACT


def content():
    """What is shipped, as its file states it."""
    folder = files("registry.packs") / "shipped" / "questionnaires"
    text = (folder / f"{ACT.id}-{ACT.edition}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)


def another_edition(**changes):
    """As text; in force since long ago, so that a test need not wait."""
    found = content() | {"edition": "2099.1", "effective_from": date(2026, 8, 3)} | changes
    credit = next(each for each in found["findings"] if each["article"] == "Annex III, 5(b)")
    credit["outcome"], credit["article"] = "prohibited", "Article 5(1)(z)"
    return yaml.dump(found, Dumper=_WithoutAliases, sort_keys=False)


class _WithoutAliases(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):
    def ignore_aliases(self, _data):
        return True
