"""Every route by every role on every relation, against the reviewed table access.csv beside this file.

A row is a method, a route and what it is asked about; a column is a person. The figure is the status of the reply to
an empty request: 200 seen, 303 done, 422 allowed but empty, 403 may see but not do, 404 may not know. After a change:
`pytest tests/architecture/write_access.py` rewrites the table, and the difference is what a reviewer reads.
"""

import csv
import io
import secrets
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import request
from werkzeug.test import create_environ, run_wsgi_app

from registry.accounts import actions as accounts
from registry.accounts.actions import open_session
from registry.annotations import actions as annotations
from registry.annotations import queries as annotation_queries
from registry.cards.actions import bundling, editions
from registry.classification.actions import Verdict, complete
from registry.data_sources import actions as data_sources
from registry.data_sources.rules.quality import CheckFacts, Dimension
from registry.data_sources.rules.sources import Purpose, SourceFacts
from registry.dependencies import actions as dependencies
from registry.dependencies.rules.dependency import DependencyFacts, Direction
from registry.dependencies.rules.reconsider import Ask, Cause
from registry.dossiers import actions as dossiers
from registry.dossiers.rules.cases import CaseFacts, CaseType
from registry.drift import actions as drift
from registry.drift.rules.decoding import DistributionIn
from registry.evidence import actions as evidence
from registry.evidence import queries as evidence_queries
from registry.evidence.actions import ROOM, Arrived
from registry.evidence.rules.record import EvidenceFacts
from registry.evidence.rules.record import Kind as Proof
from registry.feedback import actions as feedback
from registry.feedback import queries as feedback_queries
from registry.feedback.actions import Incoming
from registry.feedback.rules.doors import DoorFacts
from registry.feedback.rules.feedback import Door, FeedbackFacts
from registry.feeds import actions as feeds
from registry.feeds.rules import FeedKind
from registry.incidents.actions.corrective import set_action
from registry.incidents.actions.opening import open_incident
from registry.incidents.actions.reports import begin
from registry.incidents.rules.corrective import ActionFacts
from registry.incidents.rules.kinds import DetectedBy, Pattern, Severity
from registry.incidents.rules.record import IncidentFacts
from registry.interchange.actions import drafts as imports
from registry.interchange.actions import saving
from registry.interchange.rules.mapping import Choices
from registry.kernel import clock
from registry.kernel.actor import Permission, Seat, may, the_registry
from registry.kernel.calendar import Cadence
from registry.kernel.guard_rails import Bound
from registry.kernel.scopes import SCOPES
from registry.lifecycle.actions import autonomy
from registry.lifecycle.rules.autonomy import Evidence
from registry.mlflow.actions import keeping as mlflow
from registry.monitoring.actions import alerts
from registry.monitoring.rules.alerts import AlertKind
from registry.notices import actions as notices
from registry.notices.actions import Stated
from registry.notices.rules.hooks import HookFacts
from registry.objectives import actions as objectives
from registry.objectives.rules.metric import Direction as Better
from registry.objectives.rules.metric import Kind, MetricFacts
from registry.ownership import actions as ownership
from registry.ownership.queries import held_on
from registry.people import actions as people
from registry.people.rules import Function
from registry.portfolio import actions as portfolio
from registry.portfolio.rules.figures import Scope
from registry.portfolio.rules.reports.filing import ReportKind
from registry.reviews.actions.deciding import decide
from registry.reviews.actions.findings import add_finding
from registry.reviews.actions.reviewing import Given, answer, assign
from registry.reviews.actions.signing import open_sheet
from registry.reviews.actions.submitting import submit
from registry.reviews.actions.waiving import ask_waiver
from registry.reviews.queries.content import content_of
from registry.reviews.queries.reviews import conditions_of
from registry.reviews.queries.rulebook import questions_of
from registry.reviews.rules.decisions import ConditionFacts, DecisionFacts
from registry.reviews.rules.findings import FindingFacts
from registry.reviews.rules.kinds import Answer, Decision
from registry.reviews.rules.kinds import Kind as ReviewKind
from registry.reviews.rules.kinds import Severity as Importance
from registry.reviews.rules.waivers import WaiverFacts
from registry.risks import actions as risks
from registry.risks.rules import RiskFacts
from registry.store.files import Files, Stored
from registry.systems import actions as register
from registry.systems import queries as systems
from registry.systems.models import System
from registry.systems.rules.search import Listing, Search
from registry.systems.rules.views import Sharing, ViewFacts
from registry.versions import actions as versions
from registry.versions.rules.record import VersionFacts
from registry.web import doors
from registry.web.jsonkit import PROGRAM_DOORS
from tests.cast import NAMES
from tests.journeys.synced import synced_server
from tests.passkeys.kept import OFFERED, keep_passkey

TABLE = Path(__file__).parent / "access.csv"
PEOPLE = ("nobody", *NAMES)
SLOW_TO_MAKE = {"cards.card_pdf", "cards.edition_file"}

_NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def house(app, database, cast, monkeypatch):
    """The application with something of everything in it; from here on no request leaves a trace."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.extensions["passkeys"] = OFFERED
    with database.transaction() as session:
        numbers = _furnish(session, cast)
        keys = {name: _keys(app, session, cast, name) for name in NAMES}
    monkeypatch.setattr("sqlmodel.Session.commit", lambda self: self.rollback())
    # The status is decided before a page is laid out; every layout is looked at elsewhere, and here half the time.
    monkeypatch.setattr("flask.templating._render", lambda *_what: "")
    monkeypatch.setattr(app.jinja_env, "get_or_select_template", lambda *_what: None)
    monkeypatch.setattr(app, "load_actor", _once_for_each(app.load_actor))
    return House(app, cast, numbers, keys)


def _once_for_each(load):
    """The same loader, asked once for each key: whom it opens for does not change where no request leaves a trace."""
    known = {}

    def loaded(session):
        key = request.headers.get("Authorization"), request.headers.get("Cookie")
        if key not in known:
            known[key] = load(session)
        return known[key]

    return loaded


def _keys(app, session, cast, name):
    """What opens the browser's door and the JSON door for one person."""
    secret, person = secrets.token_urlsafe(8), cast.people[name]
    open_session(session, person, secret, "test")
    token, _ = accounts.issue_token(session, cast.actor(session, name), person, "test", frozenset(SCOPES))
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["secret"] = secret
    return client.get_cookie("registry").value, token


def _furnish(session, cast):
    """One child of each kind under each system, and where each belongs."""
    numbers = {}
    ada, olga = cast.actor(session, "ada"), cast.actor(session, "olga")
    source = data_sources.add_source(
        session, ada, SourceFacts(name="Claims warehouse", owner_id=cast.number("ada"))
    )
    for name, actor in (("triage", ada), ("sentinel", ada), ("pricing", olga)):
        number = getattr(cast, name).id
        held = held_on(session, number)
        # It changes the record, so it comes before anybody signs for that.
        raised = _autonomy(session, actor, number)
        deputy = next((each for each in held if each.assignment.seat == "deputy"), None)
        if deputy is None:
            deputy_id = ownership.fill_seat(
                session, actor, number, Seat.DEPUTY, person_id=cast.number("hedy")
            ).id
        else:
            deputy_id = deputy.assignment.id
        use = data_sources.attach(session, actor, number, source, Purpose.TRAINING)
        metric = objectives.add_metric(
            session,
            actor,
            number,
            MetricFacts(Kind.ACCURACY, f"{name} accuracy", unit="%", direction=Better.HIGHER),
        )
        offer = ownership.offer_handover(session, actor, number, cast.number("mia"), "Test")
        note = annotations.write_note(session, actor, number, "Test")
        annotations.retag(session, actor, number, add=[name])
        version = versions.add_version(session, actor, number, VersionFacts("1", "First.", significant=False))
        alert = alerts.raise_alert(session, the_registry("command"), number, AlertKind.DRIFT, "Test")
        depends = dependencies.add_dependency(
            session, actor, number, DependencyFacts(Direction.UPSTREAM, service="Postcode service")
        )
        asked = dependencies.ask_again(
            session, actor, number, Ask(Cause.TEST_FAILED, 1, dependency_id=depends.id)
        )
        sent = DistributionIn("site", _NOON, _NOON, (3, 4), categories=("north", "south"))
        baseline = drift.set_sent_baseline(session, actor, number, "Test", "Test", sent)
        told = _feedback(session, actor, number)
        run = complete(session, actor, session.get_one(System, number), {"jurisdictions": ["us"]}, Verdict())
        incident = _incident(session, actor, getattr(cast, name))
        numbers[name] = {
            "alert": alert.id,
            "incident": incident.id,
            **_measures(session, actor, incident),
            **_reviews(session, cast, actor, systems.by_number(session, number)),
            "version": version.id,
            "assignment": deputy_id,
            "use": use.id,
            "slug": metric.slug,
            "handover": offer.id,
            "note": note.id,
            "run": run.id,
            "dependency": depends.id,
            "reconsideration": asked.id,
            "feature": baseline.feature_id,
            "autonomy": raised.id,
            "tag": annotation_queries.tags_of(session, [number])[number][0].id,
            **told,
            **_proof(session, actor, number),
            **_dossier(session, actor, version),
            "edition": _edition(session, cast, actor, systems.by_number(session, number)),
        }
    check = data_sources.add_check(session, ada, source, _check())
    _, token = accounts.issue_token(session, ada, cast.people["ada"], "x", frozenset({"registry:read"}))
    adam = cast.actor(session, "adam")
    team = people.add_team(session, adam, "Claims data", Function.DATA, leader_id=cast.number("ben"))
    numbers["shared"] = {"source": source.key, "check": check.id, "token": token.id, "team": team.id}
    numbers["shared"]["passkey"] = keep_passkey(session, ada, "Test").id
    numbers["shared"] |= {kind.value: feeds.make_address(session, ada, kind) for kind in FeedKind}
    private = register.save_view(session, ada, ViewFacts("Mine", "stage=live"))
    shared = register.save_view(session, ada, ViewFacts("Ours", "tier=high", Sharing.EVERYBODY))
    numbers["shared"] |= {"private_view": private.id, "shared_view": shared.id}
    upload = people.keep_upload(session, adam, "staff.csv", b"Name,Mail\nNew,new@example.org\n", None)
    numbers["shared"]["upload"] = upload.id
    numbers["shared"] |= _an_import(session, adam)
    aud = cast.actor(session, "aud")
    hook, _ = notices.add_hook(
        session, adam, Stated(HookFacts("Chat", "https://hooks.example.org/", ("alerts",))), "k" * 40
    )
    numbers["shared"] |= {"hook": hook.id, "letter": _stored(session, notices.try_mail(session, adam)).id}
    numbers["shared"]["delivery"] = _stored(session, notices.try_hook(session, adam, hook, "http://here")).id
    server, model = synced_server(session, adam, "Research", "scorer")
    numbers["shared"] |= {"mlflow": server.id, "mlflow_model": model.id}
    mlflow.link_model(session, adam, model, cast.triage)
    numbers["shared"]["report"] = portfolio.ask(session, aud, ReportKind.BOARD, Scope()).id
    asked = bundling.ask(session, aud, Listing(), systems.numbers_in(session, aud, Search()))
    numbers["shared"]["bundle"] = asked.id
    return numbers


def _stored(session, row):
    """The same row, with its number."""
    session.flush()
    return row


def _autonomy(session, actor, number):
    """A level more that is asked for."""
    system = systems.by_number(session, number)
    facts = replace(systems.facts_of(system), autonomy=2)
    register.edit(session, actor, system, facts, version=system.version)
    return autonomy.ask(session, actor, system, Evidence("Test"))


def _incident(session, actor, system):
    """What went wrong with the system."""
    stated = {"severity": Severity.MINOR, "pattern": Pattern.F1, "detected_by": DetectedBy.STAFF}
    return open_incident(session, actor, system, IncidentFacts("Test", **stated, detected_at=clock.now()))


def _proof(session, actor, number):
    """A piece of evidence, whose file itself is not there any more, and a risk."""
    with tempfile.TemporaryDirectory() as folder:
        files = Files(folder, ROOM)
        with files.drafted(io.BytesIO(b"Test"), limit=10) as draft:
            facts = EvidenceFacts("Test", Proof.OTHER)
            found = evidence.add_evidence(
                session, actor, number, facts, Arrived("a.txt", draft, files, 1_000)
            )
    stated = RiskFacts("Test", "Test", "Test", likelihood=1, impact=1, owner_id=actor.person_id)
    risk = risks.add_risk(session, actor, number, replace(stated, review_on=clock.today()))
    return {
        "risk": risk.id,
        "evidence": found.id,
        "evidence_file": evidence_queries.latest_revision(session, found.id).id,
    }


def _edition(session, cast, actor, system):
    """The number of an edition that is to be decided on, another for Pricing, which has had one."""
    found = editions.put_forward(session, actor, system, "Test")
    if system.id == cast.pricing.id:
        rita = cast.actor(session, "rita")
        editions.decide(session, rita, found, "Test", approves=False, confirmed_at=clock.now())
        found = editions.put_forward(session, actor, system, "Test")
    return found.number


def _dossier(session, actor, version):
    """The tests of a version, with one that is to be tried."""
    dossier = dossiers.open_dossier(session, actor, version)
    case = dossiers.add_case(session, actor, dossier, CaseFacts(CaseType.EDGE_CASE, "Test", expected="Test"))
    return {"dossier": dossier.id, "case": case.id}


def _measures(session, actor, incident):
    """What is to be done about it and told of it."""
    due = ActionFacts("Test", owner_id=actor.person_id, due_on=clock.today())
    action = set_action(session, actor, incident, due)
    told = begin(session, actor, incident, "serious_default", "Test", "Europe/Berlin", clock.now())
    return {"action": action.id, "report": told.id}


def _reviews(session, cast, actor, system):
    """A review that Rita has, with a finding; one that is decided with a condition; a sheet and a waiver."""
    rita, soon = cast.actor(session, "rita"), clock.today() + timedelta(days=9)
    for kind in (ReviewKind.INITIAL, ReviewKind.CHANGE):
        review = submit(session, actor, system, kind, "Test")
        assign(session, rita, review, cast.people["rita"])
        if kind is ReviewKind.CHANGE:
            break
        met = {each.key: Given(Answer.MET) for each in questions_of(session, review.packs)}
        answer(session, rita, review, met)
        facts = DecisionFacts(
            Decision.APPROVE_WITH_CONDITIONS,
            "Test",
            content_of(session, system).sha256,
            (ConditionFacts("Test", soon),),
        )
        decide(session, rita, review, system, facts, confirmed_at=clock.now())
        [condition] = conditions_of(session, review.id)
    finding = add_finding(
        session, rita, review, FindingFacts("Test", "", Importance.LOW, actor.person_id, soon)
    )
    sheet = open_sheet(session, actor, system)
    waiver = ask_waiver(session, actor, system, WaiverFacts("F1.1", "Test", soon))
    return {
        "reviews": review.id,
        "findings": finding.id,
        "review-conditions": condition.id,
        "sign-offs": sheet.id,
        "waivers": waiver.id,
    }


def _an_import(session, adam):
    """A draft whose file is not there any more, and a saved mapping."""
    draft = imports.upload(session, adam, "tools.csv", Stored("0" * 64, 10))
    saved = saving.save_profile(session, adam, "Our list", Choices("generic", {"Tool": ("name",)}))
    return {"import": draft.id, "profile": saved.id}


def _feedback(session, actor, number):
    """A door, one piece of feedback on the system with its theme, and a known limitation."""
    door = feedback.set_door(session, actor, number, DoorFacts(), version=0)
    received = feedback.receive(session, actor, number, Door.STAFF, [Incoming(FeedbackFacts(rating=3))])[0]
    found = feedback_queries.feedback_by_id(session, number, received.number)
    feedback.put_under(session, actor, found, "Test")
    limitation = feedback.add_limitation(session, actor, number, "Test")
    return {
        "door": door.public_code,
        "answer": received.code,
        "feedback": found.id,
        "theme": found.theme_id,
        "limitation": limitation.id,
    }


def _check():
    return CheckFacts(
        Dimension.COMPLETENESS,
        "Share of rows with a postcode",
        "%",
        Bound.AT_LEAST,
        low=Decimal(95),
        cadence=Cadence.DAILY,
    )


class House:
    def __init__(self, app, cast, numbers, keys):
        self.app, self.cast, self.numbers, self.keys = app, cast, numbers, keys

    def statuses(self, method, url, people=PEOPLE):
        """The reply to an empty request, for each of them; nothing one of them is told to keep reaches the next."""
        api = url.startswith(PROGRAM_DOORS)
        body = b"{}" if api and method != "GET" else b""
        asked = create_environ(url, method=method, input_stream=io.BytesIO())
        if body:
            asked |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))}
        for name in people:
            request = {**asked, "wsgi.input": io.BytesIO(body)}
            if name != "nobody":
                cookie, token = self.keys[name]
                request["HTTP_AUTHORIZATION" if api else "HTTP_COOKIE"] = (
                    f"Bearer {token}" if api else f"registry={cookie}"
                )
            # As a server asks: a test client adds half a millisecond to each of ten thousand requests.
            reply, status, _ = run_wsgi_app(self.app, request)
            if close := getattr(reply, "close", None):
                close()
            yield int(status.split(" ", 1)[0])

    def targets(self, rule):
        """What a route is asked about: (said, the values of its variables)."""
        names = rule.arguments
        if not names:
            return [("", {})]
        if rule.rule.startswith("/systems/<key>"):
            return [self._of_system(rule, each) for each in ("triage", "sentinel", "pricing", "absent")] + (
                [self._foreign(rule)] if names & {"number", "slug"} else []
            )
        if rule.rule.startswith("/api/v1/systems/<key>"):
            return [self._of_system(rule, each) for each in ("triage", "sentinel", "pricing", "absent")]
        if rule.rule.removeprefix("/api/v1").startswith("/data-sources/<key>"):
            shared = self.numbers["shared"]
            values = {"key": shared["source"], "number": shared["check"]}
            here = {name: values[name] for name in names}
            return [("ada's", here), ("absent", {**here, "key": "DS-9999"})]
        if names == {"secret"}:
            kind = "calendar" if rule.endpoint == "feeds.calendar" else "changes"
            others = {"calendar": "changes", "changes": "calendar"}[kind]
            shared = self.numbers["shared"]
            return [
                ("ada's", {"secret": shared[kind]}),
                ("of the other kind", {"secret": shared[others]}),
                ("absent", {"secret": "nobody-was-given-this"}),
            ]
        if names == {"kind"}:
            return [("calendar", {"kind": "calendar"}), ("absent", {"kind": "no-such-feed"})]
        if names == {"code"}:
            kind = "answer" if "/answer/" in rule.rule else "door"
            return [(each, {"code": self.numbers[each][kind]}) for each in ("triage", "sentinel")] + [
                ("absent", {"code": "nobody-was-given-this"})
            ]
        if rule.endpoint == "static":
            return [("file", {"filename": "css/app.css"}), ("outside", {"filename": "../app.py"})]
        if names == {"noun"}:
            return [("systems", {"noun": "systems"}), ("absent", {"noun": "nothing-like-it"})]
        if "pack_id" in names:
            one = {"pack_id": "nist-ai-rmf", "edition": "2026.1", "control_id": "GOVERN 1.6"}
            return [
                (said, {name: (one | changed)[name] for name in names})
                for said, changed in (("one", {}), ("absent", {"pack_id": "no-such-pack"}))
            ]
        numbered = self._numbered(rule) | {"absent": 999_999}
        return [(said, {"number": number}) for said, number in numbered.items()]

    def _numbered(self, rule):
        """What is there of the things this route names by number, each with what is said of it."""
        shared = self.numbers["shared"]
        things = {
            "/systems/views/": {"ada's own": shared["private_view"], "ada's, shared": shared["shared_view"]},
            "/handovers/": {
                each: self.numbers[each]["handover"] for each in ("triage", "sentinel", "pricing")
            },
            "/alerts/": {each: self.numbers[each]["alert"] for each in ("triage", "sentinel", "pricing")},
            "/incidents/": {
                each: self.numbers[each]["incident"] for each in ("triage", "sentinel", "pricing")
            },
            **{
                f"/{kind}/": {each: self.numbers[each][kind] for each in ("triage", "sentinel", "pricing")}
                for kind in ("reviews", "findings", "review-conditions", "sign-offs", "waivers")
            },
            "/corrective-actions/": {
                each: self.numbers[each]["action"] for each in ("triage", "sentinel", "pricing")
            },
            "/authority-reports/": {
                each: self.numbers[each]["report"] for each in ("triage", "sentinel", "pricing")
            },
            "/evidence/files/": {
                each: self.numbers[each]["evidence_file"] for each in ("triage", "sentinel", "pricing")
            },
            "/evidence/": {
                each: self.numbers[each]["evidence"] for each in ("triage", "sentinel", "pricing")
            },
            "/dossiers/": {each: self.numbers[each]["dossier"] for each in ("triage", "sentinel", "pricing")},
            "/test-cases/": {each: self.numbers[each]["case"] for each in ("triage", "sentinel", "pricing")},
            "/risks/": {each: self.numbers[each]["risk"] for each in ("triage", "sentinel", "pricing")},
            "/tags/": {each: self.numbers[each]["tag"] for each in ("triage", "sentinel")},
            "/account/tokens/": {"ada's": shared["token"]},
            "/account/passkeys/": {"ada's": shared["passkey"]},
            "/imports/profiles/": {"one": shared["profile"]},
            "/imports/": {"one": shared["import"]},
            "/people/import/": {"adam's": shared["upload"]},
            "/people/": {"one": self.cast.number("otto")},
            "/scim/v2/Users/": {"one": self.cast.number("otto")},
            "/units/": {"one": self.cast.units["claims"].id},
            "/teams/": {},
            "/jobs/": {},
            "/mail/": {"to adam": shared["letter"]},
            "/mlflow/models/": {"one": shared["mlflow_model"]},
            "/mlflow/": {"one": shared["mlflow"]},
            "/webhooks/deliveries/": {"a test": shared["delivery"]},
            "/webhooks/": {"one": shared["hook"]},
            "/cards/bundles/": {"aud's": shared["bundle"]},
            "/portfolio/reports/": {"aud's": shared["report"]},
            "/audit/checkpoints/": {},
            "/audit/": {"the first": 1},
        }
        place = rule.rule.removeprefix("/api/v1")
        for beginning, found in things.items():
            if place.startswith(beginning):
                return found
        raise AssertionError(f"say in test_access what {rule.rule} is asked about")

    def _of_system(self, rule, name):
        if name == "absent":
            return name, {"key": "AI-9999"} | {each: _any(each) for each in rule.arguments - {"key"}}
        return name, {"key": getattr(self.cast, name).key} | self._child(rule, name)

    def _foreign(self, rule):
        """Triage's address with a child of Pricing: nobody finds it there."""
        return "triage, foreign child", {"key": self.cast.triage.key} | self._child(rule, "pricing")

    def _child(self, rule, name):
        of = self.numbers[name]
        number = of["use"] if ".system_end_use" in rule.endpoint else of["assignment"]
        for part, kind in _CHILDREN.items():
            number = of[kind] if part in rule.rule else number
        for part in ("feedback", "limitation", "theme"):
            # The innermost thing that is named comes last.
            number = of[part] if f"/{part}s/" in rule.rule or f"/{part}/" in rule.rule else number
        values = {"number": number, "slug": of["slug"], "seat": "overseer", "label": "1", "section": "scope"}
        values["form"] = "cyclonedx"
        values["attribute"] = "sex"
        return {each: values[each] for each in rule.arguments - {"key"}}

    def rows(self):
        """Every row of the table: the method, the route, what it is asked about, and the address that asks."""
        with self.app.test_request_context():
            for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
                if rule.endpoint in SLOW_TO_MAKE:
                    continue
                for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                    for said, values in self.targets(rule):
                        yield method, rule.rule, said, rule.build(values)[1]

    def table(self):
        """Every row of the table as it is now."""
        return [
            [method, route, said, *map(str, self.statuses(method, url))]
            for method, route, said, url in list(self.rows())
        ]


_CHILDREN = {
    "/notes/": "note",
    "/versions/": "version",
    "/dependencies/": "dependency",
    "/classification/": "run",
    "/reconsider/": "reconsideration",
    "/drift/": "feature",
    "/baselines/": "feature",
    "/autonomy/": "autonomy",
    "/editions/": "edition",
}


def _any(argument):
    said = {
        "number": 1,
        "slug": "accuracy",
        "seat": "deputy",
        "label": "1",
        "section": "scope",
        "form": "omb",
        "attribute": "sex",
    }
    return said[argument]


def reviewed():
    with TABLE.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["method", "route", "about", *PEOPLE]
    return rows


# Whom the everyday run does not ask, as another row asks the same of them: Pricing is open like Triage, so those
# without a seat meet there what they meet at Triage; and what is not there is not there for anybody, so one of each
# role asks for it. Which door opens is decided before a database is asked, so on PostgreSQL it is only the queries
# that may answer otherwise: there those ask who see the restricted system by a seat, by a role and not at all.
DAILY = {
    "sqlite": {"pricing": ("ada", "hedy", "olga"), "absent": ("nobody", "ada", "mia", "rita", "aud", "adam")},
    "postgresql": {"sentinel": ("ada", "olga", "aud"), "triage, foreign child": ("ada", "olga")},
}


def asked_daily(kind, about):
    """Who asks about that on this database every day."""
    return DAILY[kind].get(about, PEOPLE if kind == "sqlite" else ())


@pytest.mark.slow
def test_every_route_answers_every_role_as_the_reviewed_table_says(house, database, record_property):
    kind = "sqlite" if database.is_sqlite else "postgresql"
    expected = by_row(reviewed())
    rows = {(method, route, said): url for method, route, said, url in list(house.rows())}
    assert rows.keys() == expected.keys()
    wrong, asked = [], 0
    for row, url in rows.items():
        people = asked_daily(kind, row[2])
        asked += len(people)
        for name, status in zip(people, map(str, house.statuses(row[0], url, people)), strict=True):
            if status != expected[row][name]:
                wrong.append((*row, name, status, expected[row][name]))
    record_property("asked every day", asked)
    assert wrong == []


@pytest.mark.long
def test_whoever_asks_about_whatever_the_reviewed_table_says_it(house, record_property):
    found, expected = house.table(), reviewed()
    record_property("answers compared", sum(len(row) - 3 for row in found))
    assert [row for row in found if row not in expected] == []
    assert [row for row in expected if row not in found] == []


def test_every_day_each_role_and_each_seat_asks_about_an_open_and_a_restricted_system():
    assert asked_daily("sqlite", "triage") == asked_daily("sqlite", "sentinel") == PEOPLE
    assert asked_daily("sqlite", "triage, foreign child") == asked_daily("sqlite", "") == PEOPLE


def by_row(rows):
    return {tuple(row[:3]): dict(zip(PEOPLE, row[3:], strict=True)) for row in rows}


def test_in_the_table_who_may_not_know_of_a_system_meets_the_same_as_where_there_is_none():
    table = by_row(reviewed())
    outsiders = ("mia", "otto", "olga", "eva", "ben", "dee")
    compared = 0
    for (method, route, about), row in table.items():
        if about == "sentinel" and route.startswith("/systems/<key>"):
            absent = table[method, route, "absent"]
            assert {name: row[name] for name in outsiders} == {name: absent[name] for name in outsiders}, (
                method,
                route,
            )
            compared += 1
    assert compared > 20


def test_in_the_table_a_child_of_another_system_is_found_by_nobody():
    rows = [row for row in reviewed() if row[2] == "triage, foreign child"]
    assert rows
    assert all(status in {"403", "404"} for row in rows for status in row[4:])


def test_in_the_table_nobody_gets_past_the_sign_in_page_unless_the_view_is_public(app):
    public = {
        rule.rule for rule in app.url_map.iter_rules() if doors.is_public(app.view_functions[rule.endpoint])
    }
    feedback_doors = {"/feedback/<code>", "/feedback/answer/<code>"}
    card_doors = {"/verify", "/schemas/card-1.json", "/api/v1/openapi.json"}
    providers = {f"/sign-in/provider{more}" for more in ("", "/answer", "/logout")}
    second_steps = {"/sign-in/code", "/sign-in/second-step", "/sign-in/first-password"}
    passkeys = {"/sign-in/passkey", "/sign-in/passkey/question"}
    file_schema = {"/schemas/registry-1.json"}
    feed_doors = {"/feeds/<secret>/due.ics", "/feeds/<secret>/changes.atom"}
    others = {"/sign-in", "/csp-reports", "/healthz", "/readyz", "/metrics", "/static/<path:filename>"}
    assert (
        public
        == others
        | card_doors
        | file_schema
        | feed_doors
        | feedback_doors
        | providers
        | second_steps
        | passkeys
    )
    for method, route, _, nobody, *_ in reviewed():
        if route not in public:
            assert nobody == ("401" if route.startswith(PROGRAM_DOORS) or method == "POST" else "303"), (
                method,
                route,
            )


def test_in_the_table_those_without_a_permission_are_refused(database, cast, app):
    """The table against the policy itself: where may() says no, the figure is 403 or 404."""
    needs = {
        "systems.edit": Permission.SYSTEM_EDIT,
        "systems.edit_form": Permission.SYSTEM_EDIT,
        "ownership.offer": Permission.HANDOVER_OFFER,
        "ownership.fill": Permission.SEAT_FILL,
        "ownership.confirm": Permission.OWNER_CONFIRM,
        "systems.add_link": Permission.SYSTEM_EDIT,
        "annotations.add_tags": Permission.SYSTEM_TAG,
        "annotations.write_note": Permission.NOTE_WRITE,
        "objectives.edit": Permission.OBJECTIVE_EDIT,
        "objectives.add_metric": Permission.OBJECTIVE_EDIT,
        "data_sources.system_attach": Permission.DATA_USE_EDIT,
        "dependencies.add": Permission.DEPENDENCY_EDIT,
    }
    doors_of = [(rule.endpoint, rule) for rule in app.url_map.iter_rules() if rule.endpoint in needs]
    assert {endpoint for endpoint, _ in doors_of} == needs.keys()
    table = by_row(reviewed())
    with database.transaction() as session:
        _furnish(session, cast)
        for name in NAMES:
            actor = cast.actor(session, name)
            for about in ("triage", "sentinel", "pricing"):
                system = systems.by_number(session, getattr(cast, about).id)
                for endpoint, rule in doors_of:
                    for method in rule.methods & {"GET", "POST"}:
                        if not may(actor, needs[endpoint], system.id):
                            refused = table[method, rule.rule, about][name]
                            assert refused in {"403", "404"}, (method, endpoint, about, name)
