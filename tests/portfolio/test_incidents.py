"""The desk about what went wrong: who leads, who closes, who does and verifies, who tells an authority; and nobody else."""

import html
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from registry.incidents.actions import corrective, reports
from registry.incidents.actions.linking import involve
from registry.incidents.actions.moving import move
from registry.incidents.models.incidents import Incident
from registry.incidents.models.measures import CorrectiveAction
from registry.incidents.queries.reports import reports_of
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import Severity, Status
from tests.incidents.happening import NOW, at, later, opened
from tests.store.statements import counted

# What waits is found by queries that are tested on both databases beside them.
ON_ONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def lines(client):
    """The lines of the desk about incidents: what, why, until when and where each leads."""
    told = []
    for line in client.get("/").text.split('worklist__what">')[1:]:
        plain = html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", line.split("</li>")[0]))).strip()
        where = re.search(r'href="(/(?:incidents|corrective-actions)[^"]*)"', line)
        if where:
            told.append((plain, html.unescape(where.group(1))))
    return told


def asked(client):
    return [said for said, _ in lines(client)]


@pytest.fixture
def led(database, cast):
    """An incident that Ada leads, on Triage."""
    with later(), database.transaction() as session:
        return opened(session, cast, severity=Severity.SEVERE, lead_id=cast.number("ada")).id


def incident_in(session, number):
    return session.get_one(Incident, number)


def test_whoever_leads_goes_on_and_when_it_is_resolved_somebody_else_closes(database, cast, client_of, led):
    with later(1):
        [(first, where)] = lines(client_of("ada"))
        assert first.startswith(f"Take on incident {led}: Claims of minors were sorted last")
        assert "Severity 4 severe, Claims triage. You lead it." in first
        assert "(4 hours ago)" in first
        assert where == f"/incidents/{led}"
        assert lines(client_of("rita")) == []
        with database.transaction() as session:
            for status in (Status.INVESTIGATING, Status.RESOLVED):
                move(session, cast.actor(session, "ada"), incident_in(session, led), status)
        assert asked(client_of("ada"))[0].startswith(f"Have closed incident {led}")
        assert lines(client_of("mia")) == []
        for name in ("rita", "dee"):
            [(said, where)] = lines(client_of(name))
            assert said.startswith(f"Close incident {led}")
            assert where == f"/incidents/{led}"


def test_many_incidents_are_one_line_and_restricted_ones_stay_with_those_who_see_them(
    database, cast, client_of, led
):
    with later(), database.transaction() as session:
        for number in range(6):
            secret = opened(session, cast, cast.sentinel, title=f"Ring {number}", lead_id=cast.number("ada"))
            for status in (Status.INVESTIGATING, Status.RESOLVED):
                move(session, cast.actor(session, "ada"), secret, status)
    with later(1):
        [(said, where)] = lines(client_of("ada"))
        assert said.startswith("Go on with 7 incidents you lead The worst: Claims of minors")
        assert "7 incidents" in client_of("ada").get(where).text
        assert lines(client_of("dee")) == []
        [(said, where)] = lines(client_of("rita"))
        assert said.startswith("Close 6 incidents that are resolved")
        to_close = client_of("rita").get(where).text
        assert "6 incidents" in to_close
        assert "Claims of minors" not in to_close


@ON_ONE
def test_an_authority_is_told_by_its_own_last_day(database, cast, client_of, led):
    with later(), database.transaction() as session:
        ada, incident = cast.actor(session, "ada"), incident_in(session, led)
        zone = "America/New_York"
        reports.begin(session, ada, incident, "serious_widespread_or_critical", "Authority A", zone, at(-1))
    # Aware on 3 March: to the end of 5 March in New York, which is 5 o'clock on the 6th in UTC.
    with later(24 * 2):
        said = next(each for each in asked(client_of("ada")) if "Authority A" in each)
        assert said.startswith(f"Tell Authority A about incident {led}")
        assert "17 hours left: 2 calendar days, to the end of 5 Mar 2090 in America/New_York." in said
        assert "by 5 Mar 2090" in said
    with later(24 * 2 + 18):
        said = next(each for each in asked(client_of("ada")) if "Authority A" in each)
        assert "Overdue by 1 hour: 2 calendar days" in said
        with database.transaction() as session:
            [report] = reports_of(session, led)
            ada = cast.actor(session, "ada")
            reports.sent(session, ada, report, full=False, at=at(24 * 2 + 18), reference="A-1")
        assert not [each for each in asked(client_of("ada")) if "Authority A" in each]


@ON_ONE
def test_an_action_is_on_the_desk_of_who_does_it_then_of_who_verifies_it(database, cast, client_of, led):
    with later(), database.transaction() as session:
        ada, incident = cast.actor(session, "ada"), incident_in(session, led)
        for days, title in ((9, "Later"), (2, "Sooner")):
            facts = ActionFacts(title, "", cast.number("mia"), NOW.date() + timedelta(days=days))
            corrective.set_action(session, ada, incident, facts)
    with later(24 * 4):
        mia = client_of("mia")
        sooner, rest = asked(mia)
        assert sooner.startswith(
            f"Sooner A corrective action of yours for Claims triage, incident {led}, overdue."
        )
        assert rest.startswith("Later A corrective action of yours")
        assert mia.get(lines(mia)[0][1]).status_code == 200
        with database.transaction() as session:
            late = session.exec(select(CorrectiveAction).where(CorrectiveAction.title == "Sooner")).one()
            corrective.done(session, cast.actor(session, "mia"), late, "It rings now.")
        assert [said.split(" A ")[0] for said in asked(mia)] == ["Later"]
        [verify] = [said for said in asked(client_of("ada")) if said.startswith("Verify")]
        assert f"Verify: Sooner It was done for Claims triage, incident {led}: It rings now." in verify
        with counted(database) as sent:
            client_of("ada").get("/")
        assert len(sent) <= 36


@ON_ONE
def test_whoever_is_told_of_an_incident_follows_it_until_it_is_closed(database, cast, client_of, led):
    with later(), database.transaction() as session:
        involve(session, cast.actor(session, "ada"), incident_in(session, led), cast.people["mia"])
    with later(1):
        [(said, where)] = lines(client_of("mia"))
        assert said.startswith(f"Follow incident {led}: Claims of minors were sorted last")
        assert where == f"/incidents/{led}"
        assert "1 incident" in client_of("mia").get("/incidents?told=1&to_close=0").text


@ON_ONE
def test_what_nobody_leads_is_on_the_desk_of_whoever_may_work_on_any(database, cast, client_of, led):
    with later(), database.transaction() as session:
        alone = opened(session, cast, title="Nobody's own").id
    with later(1):
        assert [said for said in asked(client_of("rita")) if "Find who leads" in said] == [
            said for said in asked(client_of("rita")) if said.startswith(f"Find who leads incident {alone}: ")
        ]
        assert lines(client_of("rita"))[0][1] == f"/incidents/{alone}/edit"
        assert lines(client_of("dee")) == []
        page = client_of("rita").get("/incidents?lead=nobody").text
        assert "Nobody&#39;s own" in page
        assert "Claims of minors" not in page
