"""The fairness tab: groups against their bound, every measure in words, calibration; a bound set, counts typed in."""

from dataclasses import replace
from decimal import Decimal

import pytest

from registry.fairness.queries import reading
from registry.fairness.queries.standing import attribute_in
from registry.fairness.rules.typed import counts_typed
from registry.kernel.errors import RuleBroken
from registry.monitoring.models.alerts import Alert
from registry.monitoring.rules.alerts import AlertKind
from tests.fairness.counting import (
    BOUND,
    bound,
    counted,
    day,
    followed,
    forecasts,
    sent,
    sent_forecasts,
)
from tests.store.statements import counted as statements

UNFAIR = {"female": (100, 1000), "male": (500, 1000), "diverse": (3, 9), "": (5, 10)}
STATED = {
    "attribute": "sex",
    "measure": "impact_ratio",
    "limit": "0.8",
    "reference": "",
    "fewest": "30",
    "why_groups": "Complaints came from women.",
    "reason": "Four fifths.",
    "version": "0",
}
TYPED = {
    "attribute": "sex",
    "groups": "female, 100, 40\nmale; 300; 150",
    "to_day": "2026-10-01",
    "source": "Report 7",
}


@pytest.fixture
def urls(cast):
    here = f"/systems/{cast.triage.key}/fairness"
    return {"tab": here, "bound": f"{here}/bound", "record": f"{here}/record"}


def text(reply):
    return " ".join(reply.get_data(as_text=True).split())


def test_the_tab_shows_groups_against_the_bound_and_says_all_measures_in_words(
    database, cast, urls, client_of
):
    assert "Nothing is counted yet" in text(client_of("mia").get(urls["tab"]))
    with database.transaction() as session:
        bound(session, cast)
        sent(session, cast, *counted(UNFAIR), *counted({"female": (40, 99), "male": (50, 99)}, at=-1))
        sent_forecasts(session, cast, forecasts())
        [alert] = followed(session, cast)
        number = alert.id
    page = text(client_of("mia").get(urls["tab"]))
    for said in (
        "Acceptable: impact ratio at least 0.8",
        '<time class="moment" datetime="2026-10-01">1 Oct 2026</time>, 2,019 cases.',
        "Impact ratio of female (sex) against male was 0.200",
        "Of 10 of them nobody recorded the group",
        "It has 9 of the 30 cases that this rate needs.",
        "; female 0.200 (0.164 to 0.243), breach; male (compared with) 1.000; breach below 0.8.",
        "Demographic parity difference",
        "it is female, the largest, for no bound names one",
        "10 of equal width",
    ):
        assert said in page, said
    assert f'<li><a href="{urls["tab"]}">Its groups</a></li>' in text(
        client_of("mia").get(f"/alerts/{number}")
    )
    assert "Change the bound" not in page
    assert "Change the bound" in text(client_of("ada").get(urls["tab"]))


def test_a_window_that_can_be_compared_leads_and_no_alert_is_lost_behind_a_newer_one(
    database, cast, urls, client_of
):
    with database.transaction() as session:
        bound(session, cast)
        sent(session, cast, *counted(UNFAIR))
        followed(session, cast)
        sent(session, cast, *counted({"male": (3, 9), "other": (1, 5)}, at=4))
        sent(session, cast, *counted({"old": (2, 9)}, attribute="age"))
    page = text(client_of("mia").get(urls["tab"]))
    age, sex = page.split('id="attribute-1"')
    assert "Newest window that could be compared" in sex
    assert "A newer window" in sex
    assert "could not be compared. Two groups or more with enough cases are needed to compare." in sex
    assert "; female 0.200" in sex
    assert "1 unresolved alert" in sex
    assert "Impact ratio of female (sex) against male was 0.200" in sex
    assert "Nothing was compared in it. Two groups or more" in age
    assert ("groups-0" in age, "groups-1" in sex) == (False, True)
    assert "unresolved alert" not in age


def test_an_alert_is_about_the_attribute_with_the_longest_name_that_fits():
    def about(group, kind=AlertKind.BREACH, **more):
        alert = Alert(kind=kind, group=group, **more)
        return attribute_in(alert, ["age", "age: band", "sex"])

    assert [about(each) for each in ("age: old", "age: band: old", "age", "region: north")] == [
        "age",
        "age: band",
        None,
        None,
    ]
    assert about("sex: female", metric_id=3) is None
    assert about("sex: female", AlertKind.QUALITY) is None


def test_a_bound_is_set_with_reasons_and_keeps_what_was_typed_when_refused(database, cast, urls, client_of):
    ada = client_of("ada")
    page = text(ada.get(f"{urls['bound']}?attribute=sex"))
    assert 'value="sex"' in page
    refused = ada.post(urls["bound"], data=STATED | {"reason": "", "limit": "8"})
    assert refused.status_code == 422
    assert "Four fifths are 0.8." in text(refused)
    assert "Complaints came from women." in text(refused)
    assert ada.post(urls["bound"], data=STATED).status_code == 303
    # Whoever had a form without the bound, opened before or after it was set, sees both sides.
    late = ada.post(urls["bound"], data=STATED | {"limit": "0.9"})
    assert late.status_code == 409
    assert "There is a bound on sex already. Nothing is lost." in text(late)
    with database.transaction(read_only=True) as session:
        [found] = reading.bounds_of(session, cast.triage.id).values()
    assert (found.limit, found.version, found.set_by_id) == (Decimal("0.8"), 1, cast.number("ada"))
    stricter = STATED | {"limit": "0.9", "version": "1"}
    silent = ada.post(urls["bound"], data=stricter)
    assert silent.status_code == 422
    assert "Say why it is this one now" in text(silent)
    stricter |= {"reason": "The works council asked for more."}
    moved = ada.post(f"{urls['bound']}?attribute=sex", data=stricter | {"attribute": "race"})
    assert moved.status_code == 422
    assert "This bound is the one on sex" in text(moved)
    assert ada.post(urls["bound"], data=stricter).status_code == 303
    tab = text(ada.get(urls["tab"]))
    tab, story = tab.split("Who set this bound, and what was acceptable before")
    assert "Acceptable: impact ratio at least 0.9." in tab
    newer, older = story.split("Impact ratio at least 0.8, for groups of 30 cases or more")
    assert "Impact ratio at least 0.9, for groups of 30 cases or more" in newer
    assert "Ada Owner" in newer
    assert "The works council asked for more." in newer
    assert "Complaints came from women." not in newer
    assert "Four fifths." in older
    assert "Complaints came from women." in older
    outrun = ada.post(urls["bound"], data=stricter | {"limit": "0.7"})
    assert outrun.status_code == 409
    assert "Somebody else saved this while you were editing. Nothing is lost." in text(outrun)


def test_counts_are_typed_in_line_by_line(database, cast, urls, client_of):
    ben = client_of("ben")
    refused = ben.post(urls["record"], data=TYPED | {"groups": "female, 100, 40\nmale, 3"})
    assert "Line 2: give two numbers (cases, selected) or four" in text(refused)
    assert ben.post(urls["record"], data=TYPED).status_code == 303
    held = ben.post(urls["record"], data=TYPED | {"groups": "female, 100, 50"})
    assert "Other numbers are held for these days. To correct them, say why." in text(held)
    assert (
        ben.post(
            urls["record"], data=TYPED | {"groups": "female, 100, 50", "because": "Miscounted."}
        ).status_code
        == 303
    )
    with database.transaction(read_only=True) as session:
        [window] = reading.recent_windows(session, cast.triage.id, most=3)
    assert (window.start, window.end) == (day(0), day(1))
    assert {name: (each.selected, each.n) for name, each in window.groups.items()} == {
        "female": (50, 100),
        "male": (150, 300),
    }


def test_only_who_may_know_of_it_sees_the_tab_and_only_who_may_set_and_send_is_let_in(cast, urls, client_of):
    mia = client_of("mia")
    assert [mia.get(urls[page]).status_code for page in ("tab", "bound", "record")] == [200, 403, 403]
    assert client_of("otto").get(f"/systems/{cast.sentinel.key}/fairness").status_code == 404


def test_the_page_costs_the_same_statements_however_much_is_counted(database, cast, urls, client_of):
    def fill(names, days):
        with database.transaction() as session:
            for name in names:
                bound(session, cast, replace(BOUND, attribute=name))
                some = [each for at in days for each in counted(UNFAIR, at=at, attribute=name)]
                sent(session, cast, *some)
            sent_forecasts(session, cast, *(forecasts(at=at) for at in days))

    ada = client_of("ada")
    fill(["sex"], [0])
    with statements(database) as few:
        ada.get(urls["tab"])
    fill(["age", "race"], range(1, 9))
    with statements(database) as many:
        assert "By race" in text(ada.get(urls["tab"]))
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("", "Give at least one group"),
        ("female", "Line 1: give two numbers"),
        (", 5, 4", "Line 1: name the group first"),
        ("a, 5, 4\n\na, 5, 4", "Line 3: a stands there twice"),
        ("a, 5, 6", "Line 1: more are selected than there are"),
        ("a, 5, -1", "Line 1: give whole numbers"),
        ("a, 5, 4.5", "Line 1: give whole numbers"),
        ("a, 5, 4, 3", "Line 1: give two numbers"),
        (f"{'a' * 101}, 5, 4", "Line 1: use at most 100 characters"),
    ],
)
def test_lines_that_cannot_be_read_are_named(lines, says):
    with pytest.raises(RuleBroken) as refused:
        counts_typed("sex", lines, day(0), day(1))
    assert refused.value.problems[0].message.startswith(says)


def test_lines_are_read_as_people_write_them():
    found = counts_typed("sex", "woman | 1 000 | 450\nman\t5\t4\t3\t2\n ? ; 7 ; 0 ", day(0), day(1))
    assert [(each.group, each.n, each.selected, each.table) for each in found] == [
        ("woman", 1000, 450, None),
        ("man", 14, 9, (5, 4, 3, 2)),
        ("", 7, 0, None),
    ]
