"""registry classification: score answers by a questionnaire's file; add an edition of the one systems are classified by, list them."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from registry.classification.actions import add_edition
from registry.classification.queries.editions import read
from registry.classification.queries.runs import all_editions, in_force, unreadable
from registry.classification.rules.questionnaire import Questionnaire
from registry.classification.rules.scoring import problems_with_answers, score
from registry.classification.rules.stored import stated, written
from registry.classification.rules.weighted import form_from, problems_with_given, weigh
from registry.kernel import clock
from registry.kernel.actor import the_registry
from registry.kernel.errors import Problem, RuleBroken, refuse_if
from registry.kernel.strict_json import decoded
from registry.kernel.text import counted
from registry.store.commandkit import answer, house

_LARGEST = 4_000_000
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_LEVELS = ("I", "II", "III", "IV")


@click.group("classification")
def classification() -> None:
    """Questionnaires: score answers, add an edition, list editions."""


@classification.command("score")
@click.argument("file", type=_FILE)
@click.argument("answers", type=_FILE)
@click.option("--language", default="default", help="The language of a form with several, such as fr.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def score_answers(file: Path, answers: Path, language: str, as_json: bool) -> None:
    """Score ANSWERS (JSON: question to value, or to a list of values) by the questionnaire in FILE.

    FILE is a questionnaire of the registry (YAML), or a weighted one as a SurveyJS form (JSON), such as Canada's
    algorithmic impact assessment. Nothing is stored. Where a question that is asked has no answer, the command says
    which, and ends with 1.
    """
    given = decoded(_content(answers))
    weighted = file.suffix.lower() == ".json"
    result = _weighted(file, given, language) if weighted else _classified(file, given)
    answer(result, as_json, _said(result))
    if result["unanswered"]:
        click.get_current_context().exit(1)


def _content(file: Path) -> bytes:
    if file.stat().st_size > _LARGEST:
        raise RuleBroken([Problem("", f"{file.name} is larger than {_LARGEST:,} bytes.")])
    return file.read_bytes()


def _weighted(file: Path, given: Any, language: str) -> dict[str, Any]:
    try:
        form = form_from(decoded(_content(file)), language)
    except ValueError as reason:
        raise RuleBroken([Problem("", f"{file.name}: {reason}.")]) from reason
    refuse_if([Problem(name, f"{name}: {says}") for name, says in problems_with_given(form, given)])
    found = asdict(weigh(form, given))
    level = found.pop("level")
    return {"level": _LEVELS[level - 1] if level else None, **found}


def _classified(file: Path, given: Any) -> dict[str, Any]:
    try:
        questionnaire = read(_content(file).decode())
    except ValueError as reason:
        raise RuleBroken([Problem("", f"{file.name}: {reason}.")]) from reason
    if not isinstance(given, Mapping):
        raise RuleBroken([Problem("", "Answers are an object: question to value, or to a list of values.")])
    refuse_if(
        [
            Problem(each.field, f"{each.field}: {each.message}")
            for each in problems_with_answers(questionnaire, given)
        ]
    )
    result = score(questionnaire, given)
    tier = result.tier.value if result.tier else None
    because = {"tier": tier, "rationale": result.rationale, "unanswered": result.unanswered}
    return {"questionnaire": questionnaire.said, **because, **written(stated(result))}


def _said(result: Mapping[str, Any]) -> str:
    if lacking := result["unanswered"]:
        first = ", ".join(lacking[:5])
        return f"{counted(len(lacking), 'question')} not answered, so nothing is found yet: {first}."
    if "level" in result:
        return (
            f"Impact level {result['level']}: raw impact {result['impact']} of {result['most_impact']}, "
            f"mitigation {result['mitigation']} of {result['most_mitigation']}, {result['left']} left."
        )
    return f"{result['tier']}: {result['rationale']}"


@classification.command("editions")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_editions(as_json: bool) -> None:
    """List the editions of the questionnaire systems are classified by, and those this release can no longer read."""
    with house().database.transaction(read_only=True) as session:
        today = clock.today()
        current = in_force(session, today)
        read_well = [each for each in all_editions(session) if each.id == current.id]
        listed = [
            {
                "edition": each.edition,
                "effective_from": each.effective_from.isoformat(),
                "is": _is(each, current),
            }
            for each in read_well
        ]
        listed += [
            {"edition": each.edition, "effective_from": "", "is": "not read by this release"}
            for each in unreadable(session)
        ]
    says = "\n".join(f"{each['edition']}  {each['effective_from']}  {each['is']}" for each in listed)
    answer({"editions": listed}, as_json, says)


def _is(edition: Questionnaire, current: Questionnaire) -> str:
    if edition is current:
        return "in force"
    return "later" if edition.effective_from > current.effective_from else "earlier"


@classification.command("add")
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def add(file: Path, as_json: bool) -> None:
    """Add the edition in FILE (YAML). Systems whose answers it changes are listed under "classify again"."""
    try:
        text = _content(file).decode()
    except UnicodeDecodeError as error:
        raise RuleBroken([Problem("", f"{file.name} is not UTF-8.")]) from error
    with house().database.transaction() as session:
        row = add_edition(session, the_registry("command"), text)
        result = {"questionnaire": row.questionnaire, "edition": row.edition, "sha256": row.sha256}
    answer(result, as_json, f"Added {row.questionnaire} {row.edition}.")
