"""registry dossier push: results of tests from a file."""

from pathlib import Path

import click

from registry.dossiers import actions, queries
from registry.dossiers.actions import Delivery
from registry.dossiers.rules import results
from registry.dossiers.rules.cases import CaseType
from registry.dossiers.schemas import receipt_out
from registry.kernel.actor import the_registry
from registry.kernel.errors import NotFound
from registry.store.commandkit import answer, house, progress
from registry.systems.queries import by_key
from registry.versions.queries import by_label


@click.group("dossier")
def dossier() -> None:
    """Tests of a version before it is used."""


@dossier.command("push")
@click.argument("key")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--version", "label", required=True, help="The version that was tested, by its label.")
@click.option(
    "--type",
    "add_as",
    type=click.Choice([each.value for each in CaseType]),
    help="What cases try that are new and name no type; needed for those.",
)
@click.option(
    "--similar/--not-similar", required=True, help="Whether conditions were similar to those of use."
)
@click.option("--because", required=True, help="What made them similar, or what was different.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def push(
    key: str, file: Path, label: str, add_as: str | None, *, similar: bool, because: str, as_json: bool
) -> None:
    """Take in the results in FILE, JUnit XML or CSV, for a version of the system KEY.

    With --url and --token-file, or REGISTRY_URL and REGISTRY_TOKEN, they are sent to a registry elsewhere.
    """
    if file.stat().st_size > results.MOST_BYTES:
        raise click.UsageError(
            f"{file.name} is larger than {results.MOST_BYTES / 1e6:,.0f} MB; send it in parts."
        )
    content = file.read_bytes()
    is_xml = file.suffix.lower() == ".xml"
    read = results.from_junit(content) if is_xml else results.from_csv(content)
    digest, source = results.digest_of(content), "junit" if is_xml else "csv"
    delivery = Delivery(read, digest, source, CaseType(add_as) if add_as else None, similar, because)
    with house().database.transaction() as session:
        door = the_registry("command")
        number = by_key(session, door, key, lock=True).id or 0
        model = by_label(session, number, label)
        if model is None:
            raise NotFound(f"The system {key} has no version “{label}”.")
        found = queries.of_version(session, model.id or 0) or actions.open_dossier(session, door, model)
        receipt = actions.take_results(session, door, found, model, delivery)
    for words in results.told(receipt.unread):
        progress(words)
    said = (
        f"{receipt.passed:,} passed, {receipt.failed:,} failed, {receipt.skipped:,} skipped; {receipt.added:,} cases "
        f"added, {len(receipt.unread):,} rows not read."
    )
    answer(
        dict(receipt_out(found.key, receipt)),
        as_json,
        "This file is known already." if receipt.is_known else said,
    )
