"""Inventories in German: each heading finds its field, and the words for stage, kind and autonomy are understood."""

import pytest

from registry.interchange.queries import profile_named, wordings
from registry.interchange.rules.drafting import draft_of
from registry.interchange.rules.mapping import choices_of
from registry.interchange.rules.profiles import fitted
from registry.interchange.rules.texts import folded
from registry.interchange.rules.values import says_nothing
from registry.store.sheets.shapes import Row
from registry.systems.rules.record import Kind, Stage

HEADINGS = {
    "name": ["Name", "Bezeichnung", "Systemname", "Name des KI-Systems", "KI-System", "Anwendung", "Titel"],
    "summary": ["Beschreibung", "Kurzbeschreibung", "Zusammenfassung"],
    "kind": ["Art des Systems", "Systemtyp"],
    "technique": ["Verfahren", "Methode"],
    "stage": ["Status", "Phase", "Entwicklungsstand", "Lebenszyklusphase"],
    "intended_use": ["Zweck", "Zweckbestimmung", "Verwendungszweck", "Einsatzzweck"],
    "users": ["Nutzer", "Anwender"],
    "affected_people": ["Betroffene", "Betroffene Personen"],
    "affected_count": ["Anzahl betroffener Personen"],
    "autonomy": ["Autonomiegrad", "Automatisierungsgrad"],
    "vendor_name": ["Anbieter", "Hersteller", "Lieferant"],
    "vendor_contract": ["Vertragsnummer"],
    "regions": ["Land", "LÄNDER"],
    "in_service_on": ["In Betrieb seit", "Inbetriebnahme", "Produktiv seit"],
    "retired_on": ["Außer Betrieb seit", "AUSSER BETRIEB SEIT", "Stillgelegt am"],
    "known_limitations": ["Einschränkungen", "Risiken"],
    "oversight_plan": ["Menschliche Aufsicht"],
    "owner_name": [
        "Verantwortlich",
        "Verantwortlicher",
        "Verantwortliche",
        "Verantwortlich(er)",
        "Verantwortliche(r)",
        "Verantwortliche/r",
        "Verantwortliche:r",
        "Verantwortliche*r",
        "Eigentümer",
    ],
    "owner_email": ["E-Mail", "E-Mail-Adresse"],
    "tags": ["Schlagwörter", "Kategorie"],
    "objective_problem": ["Ziel", "Problemstellung"],
    "unit": ["Abteilung", "Bereich", "Fachbereich", "Geschäftsbereich", "Organisationseinheit"],
}


@pytest.mark.parametrize(
    ("field", "heading"), [(field, one) for field, many in HEADINGS.items() for one in many]
)
def test_a_german_heading_finds_its_field_and_no_other(field: str, heading: str):
    profile = fitted(profile_named("generic"), (heading,))
    assert choices_of(profile, (heading,)).columns == {heading: (field,)}


def test_a_whole_german_row_is_read():
    cells = {
        "Bezeichnung": "Postverteiler",
        "Beschreibung": "Verteilt Briefe.",
        "Zweck": "Eingangspost zuordnen",
        "Abteilung": "Poststelle",
        "Bereich": "Betrieb",
        "Verantwortliche(r)": "Ada Owner",
        "Status": "In Betrieb",
        "Hersteller": "k. A.",
        "Art": "Regelbasiert",
        "Autonomiegrad": "Empfiehlt",
        "Schlagwörter": "Briefe; Eingang, Scan",
        "Risikoklasse": "gering",
    }
    found = draft_of(fitted(profile_named("generic"), tuple(cells)), Row(2, cells))
    assert (found.name, found.summary, found.intended_use) == (
        "Postverteiler",
        "Verteilt Briefe.",
        "Eingangspost zuordnen",
    )
    # The larger part of the company comes first, wherever its column stands.
    assert found.unit == ("Betrieb", "Poststelle")
    assert (found.stage, found.kind, found.autonomy, found.vendor_name) == (Stage.LIVE, Kind.RULES, 2, "")
    assert (found.owner_name, found.tags) == ("Ada Owner", ("Briefe", "Eingang", "Scan"))
    # A risk class is what the register works out for itself; what the file says of it is kept as it stands.
    assert ("Risikoklasse", "gering") in found.source_facts
    assert found.problems == ()


@pytest.mark.parametrize("heading", ["Risikoklasse", "Risikostufe"])
def test_a_risk_class_is_no_field(heading: str):
    assert choices_of(fitted(profile_named("generic"), (heading,)), (heading,)).columns == {}


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("Geplant", Stage.PROPOSED),
        ("In Entwicklung", Stage.IN_DEVELOPMENT),
        ("In Erprobung", Stage.IN_VALIDATION),
        ("Pilotbetrieb", Stage.PILOT),
        ("Produktiv", Stage.LIVE),
        ("Eingeschränkt", Stage.RESTRICTED),
        ("Ausgesetzt", Stage.SUSPENDED),
        ("Außer Betrieb", Stage.RETIRED),
    ],
)
def test_german_stages_are_understood(word: str, stage: Stage):
    assert wordings()["stage"][folded(word)] == stage


@pytest.mark.parametrize("text", ["k. A.", "k.A.", "Keine Angabe", "unbekannt", "Entfällt", "keine"])
def test_german_ways_of_saying_nothing(text: str):
    assert says_nothing(text)
