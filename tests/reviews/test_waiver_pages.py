"""Asking for a waiver: what can be waived stands in groups, and what is asked of the system comes first."""

import re

from tests.reviews.doing import later, submitted


def test_what_is_asked_of_the_system_comes_first_and_each_thing_stands_once(
    database, cast, client_of, all_controls
):
    with later():
        with database.transaction() as session:
            submitted(session, cast, packs=["nist-ai-rmf 2026.1"])
        page = client_of("ada").get(f"/systems/{cast.triage.key}/waivers/new?subject=G59").text
    groups = re.findall(r'<optgroup label="([^"]*)"', page)
    assert [each.partition(",")[2] for each in groups[1:3]] == [" asked of it in reviews"] * 2
    assert "Baseline" in groups[1]
    # What a record must state is asked for at the gates, and waived there.
    assert groups[3] == "What gates ask"
    assert "What its record must state" not in groups
    values = re.findall(r'<option[^>]* value="([^"]+)"', page)
    assert len(values) == len(set(values)) > 200
    assert re.search(r'<option selected value="G59">', page)
