"""A furnished register, and for every route an address that leads to something there, asked by whoever may."""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlmodel import Session
from werkzeug.routing import Rule

from registry.accounts import actions as accounts
from registry.accounts.models import ApiToken
from registry.cards.actions.bundling import room_of
from registry.evidence.actions import ROOM
from registry.feeds import actions as feeds
from registry.feeds.rules import FeedKind
from registry.kernel.actor import Role, the_registry
from registry.kernel.scopes import SCOPES
from registry.ownership.models import Assignment
from registry.passkeys.models import Passkey
from registry.people.models import Person
from registry.portfolio.actions import ROOM as REPORTS
from registry.store.files import Files
from registry.web.flask_app import App
from registry.web.jsonkit import PROGRAM_DOORS
from registry.worker.models import Job
from registry.worker.rules import JobState
from tests.cast import Cast
from tests.journeys.addresses import places
from tests.journeys.furnished import furnish
from tests.journeys.proof import FIRST, keep_proof
from tests.passkeys.kept import OFFERED, keep_passkey

# How much of all that can be sent everywhere is sent: a share in the everyday run, the whole by `script/test -m long`.
DEPTHS = (
    pytest.param(16, id="every sixteenth"),
    pytest.param(1, id="all", marks=[pytest.mark.long, pytest.mark.slow]),
)

# A PDF takes seconds to lay out; what is asked of every route is asked of this one once.
SLOW = "cards.card_pdf"
# What an address has to ask to be answered.
ASKS = {"portfolio_api.search": {"q": "claims"}}
# Doors of an installation that has a provider; what they are sent is in tests/identity.
WITH_A_PROVIDER = {"identity.begin", "identity.confirm", "identity.answer", "identity.logged_out"}
# Who may do it where the administrator may not: only the recipient answers an offer, only an owner confirms, and
# only its author words a note anew.
DOERS = {
    "ownership.accept": "mia",
    "ownership.decline": "mia",
    "ownership.confirm": "ada",
    "frameworks.state": "rita",
    "annotations.correct_note": "ada",
    "annotations.correct_note_form": "ada",
    # An administrator runs the register and moves nothing on it; nobody decides on what they own.
    "lifecycle.gate": "ada",
    "lifecycle.lower": "ada",
    "lifecycle.retire": "ada",
    "lifecycle.stop": "ada",
    "lifecycle.lift": "rita",
    "lifecycle.ask_for_autonomy": "ada",
    "lifecycle.decide_on_autonomy": "rita",
    "lifecycle.lower_autonomy": "ada",
    "risks.accept": "ada",
    "risks.close": "ada",
    "dossiers.sign": "rita",
    "cards.put_forward": "ada",
    "cards.decide": "rita",
    "cards.withdraw": "rita",
    # Nobody reviews, attests or signs by being an administrator.
    "reviews.sign": "ben",
    **{
        f"reviews.{step}": "ada"
        for step in (
            "submit",
            "submit_again",
            "take_back",
            "attest",
            "open_sheet",
            "ask_waiver",
            "resolve_finding",
        )
    },
    **{
        f"reviews.{step}": "rita"
        for step in (
            *("answers", "give", "frameworks", "decide", "met", "add_finding", "verify_finding"),
            *("reopen_finding", "decide_waiver", "revoke_waiver"),
        )
    },
}


# What a number in an address stands for, by the part of the route that says so; the first that fits.
_NUMBERED = {
    "/notes/": "note",
    "/account/passkeys/": "passkey",
    "/people/import/": "upload",
    "/systems/views/": "view",
    "/versions/": "version",
    "/dependencies/": "dependency",
    "/classification/": "run",
    "/reconsider/": "reconsideration",
    "/drift/": "feature",
    "/baselines/": "feature",
    "/autonomy/": "autonomy",
    "/feedback/limitations/": "limitation",
    "/feedback/themes/": "theme",
    "/feedback/": "feedback",
    "/editions/": "edition",
    "/evidence/files/": "evidence_file",
    "/evidence/": "evidence",
    "/risks/": "risk",
    "/dossiers/": "dossier",
    "/test-cases/": "test_case",
    "/mail/": "letter",
    "/mlflow/models/": "mlflow_model",
    "/mlflow/": "mlflow",
    "/webhooks/deliveries/": "delivery",
    "/webhooks/": "hook",
    "/audit/checkpoints/": "checkpoint",
    "/audit/": "entry",
}


def pairs(
    rows: Iterable[Any], columns: Iterable[Any], each: int, first: int = 0
) -> Iterator[tuple[Any, Any]]:
    """Every `each`th pair, so that each row meets a share of the columns and each column a share of the rows.

    The same pairs on every run: what fails once fails again.
    """
    kept = list(columns)
    for down, row in enumerate(rows):
        yield from ((row, column) for across, column in enumerate(kept) if (down + across) % each == first)


@dataclass
class Everything:
    """The application over the furnished register."""

    app: App
    cast: Cast
    place: dict[str, Any]
    sign_in: Callable[[str], FlaskClient]
    bearer: dict[str, str]
    readers: dict[str, FlaskClient] = field(default_factory=dict)

    def share(self, rows: Iterable[Any], columns: Iterable[Any], each: int) -> Iterator[tuple[Any, Any]]:
        """Every `each`th pair, half of them on each database: what one is not sent, the other is."""
        if each == 1:
            return pairs(rows, columns, each)
        return pairs(rows, columns, 2 * each, each if self.app.database.is_sqlite else 0)

    def rules(self, method: str) -> list[Rule]:
        """Every route that takes the method, in a fixed order."""
        found = [
            rule
            for rule in self.app.url_map.iter_rules()
            if method in (rule.methods or ()) and rule.endpoint not in WITH_A_PROVIDER
        ]
        return sorted(found, key=lambda rule: rule.rule)

    def posts(self) -> list[Rule]:
        """Every page's route that takes a form."""
        return [rule for rule in self.rules("POST") if not rule.rule.startswith(PROGRAM_DOORS)]

    def address(self, rule: Rule, **instead: Any) -> str:
        """Where the route leads to something that is there, with some of its variables exchanged."""
        values = (
            {name: self._value(rule, name) for name in rule.arguments} | ASKS.get(rule.endpoint, {}) | instead
        )
        with self.app.test_request_context():
            built = rule.build(values)
        assert built is not None, rule
        return built[1]

    def doer(self, rule: Rule) -> FlaskClient:
        """A browser of somebody who may do what the route does; a new one, for some end their session."""
        return self.sign_in(DOERS.get(rule.endpoint, "adam"))

    def asker(self, rule: Rule, method: str) -> FlaskClient:
        """A browser of somebody who may; where nothing is done, the one they had before."""
        if method not in {"GET", "HEAD", "OPTIONS"}:
            return self.doer(rule)
        name = DOERS.get(rule.endpoint, "adam")
        if name not in self.readers:
            self.readers[name] = self.sign_in(name)
        return self.readers[name]

    def asked(self, rule: Rule, method: str = "GET") -> Iterator[Any]:
        """The replies of a route to those who may, to nobody, and about something that is not there."""
        url = self.address(rule)
        headers = self.bearer if url.startswith(PROGRAM_DOORS) else {}
        json = {} if headers and method != "GET" else None
        yield self.asker(rule, method).open(url, method=method, headers=headers, json=json)
        yield self.app.test_client().open(url, method=method)
        if "key" in rule.arguments:
            absent = self.address(rule, key="AI-9999" if "/systems/" in rule.rule else "DS-9999")
            yield self.asker(rule, method).open(absent, method=method, headers=headers, json=json)

    def _value(self, rule: Rule, name: str) -> Any:
        first = rule.rule.removeprefix("/api/v1").removeprefix("/scim/v2").split("/")[1]
        if name == "code":
            return self.place["answer_code" if "/answer/" in rule.rule else "door"]
        if name == "key" and rule.endpoint == "lifecycle.lift":
            return self.place["pricing"]
        if name == "key":
            return self.place["triage" if first == "systems" else "source"]
        for part, of in _NUMBERED.items():
            if name == "number" and part in rule.rule:
                return self.place[of]
        if name == "number" and first == "systems":
            return self.place["use" if ".system_end_use" in rule.endpoint else "assignment"]
        numbers = {
            "handovers": "offer",
            "data-sources": "check",
            "people": "person",
            "units": "unit",
            "Users": "person",
        }
        numbers |= {
            "incidents": "incident",
            "corrective-actions": "action",
            "authority-reports": "report",
            "alerts": "alert",
            "reviews": "review",
            "findings": "finding" if "resolve" in rule.endpoint else "resolved_finding",
            "review-conditions": "condition",
            "sign-offs": "sheet",
            "waivers": "waiver" if "decide" in rule.endpoint else "granted_waiver",
            "tags": "tag",
            "teams": "team",
            "jobs": "job",
            "cards": "ready_bundle" if rule.endpoint == "cards.bundle_file" else "bundle",
            "portfolio": "filed_report" if rule.endpoint == "portfolio.report_file" else "asked_report",
            "account": "token",
        }
        numbers |= {"imports": "import_profile" if "profile" in rule.endpoint else "import"}
        named = {"slug": "metric", "number": numbers.get(first)}
        if name == "secret":
            return self.place["calendar" if rule.endpoint == "feeds.calendar" else "changes"]
        if name == "kind":
            return FeedKind.CALENDAR.value
        words = {"seat": "overseer", "filename": "css/app.css", "label": "2.1", "section": "scope"}
        words |= {"form": "omb", "attribute": "sex", "noun": "evidence"}
        words |= {"pack_id": "nist-ai-rmf", "edition": "2026.1", "control_id": "GOVERN 1.6"}
        return words.get(name) or self.place[named[name]]


def fill_with_everything(session: Session, cast: Cast) -> None:
    """Something of everything; the administrator owns what only owners may touch."""
    door = the_registry("command")
    furnish(session, cast)
    accounts.issue_token(session, door, cast.people["adam"], "own", frozenset({"registry:read"}))
    keep_passkey(session, cast.actor(session, "adam"), "own")
    accounts.grant_role(session, door, session.get_one(Person, cast.number("ben")), Role.EXECUTIVE)


def furnished(app: App, cast: Cast, sign_in: Callable[[str], FlaskClient]) -> Everything:
    """The application over a database that was filled with everything."""
    keep_proof(Files(app.config["REGISTRY_DATA_DIR"], ROOM))
    app.extensions["passkeys"] = OFFERED
    adam = cast.people["adam"]
    with app.database.transaction() as session:
        text, _ = accounts.issue_token(session, the_registry("command"), adam, "all", frozenset(SCOPES))
        feeds_of = {
            kind.value: feeds.make_address(session, cast.actor(session, "adam"), kind) for kind in FeedKind
        }
    with app.database.transaction(read_only=True) as session:
        place: dict[str, Any] = places(session, cast)
        files = Files(app.config["REGISTRY_DATA_DIR"], room_of(place["ready_bundle"]))
        files.keep(io.BytesIO(FIRST), limit=100)
        Files(app.config["REGISTRY_DATA_DIR"], REPORTS).keep(io.BytesIO(FIRST), limit=100)
        deputy = sa.select(Assignment.id).filter_by(system_id=cast.triage.id, seat="deputy", to_at=None)
        token = sa.select(ApiToken.id).filter_by(person_id=adam.id, label="own")
        job = sa.select(Job.id).filter_by(state=JobState.FAILED)
        place |= {
            "assignment": session.scalars(deputy).one(),
            "token": session.scalars(token).one(),
            "job": session.scalars(job).one(),
            "passkey": session.scalars(sa.select(Passkey.id).filter_by(name="own")).one(),
            **feeds_of,
        }
    return Everything(app, cast, place, sign_in, {"Authorization": f"Bearer {text}"})


def exchange(app: App, patch: pytest.MonkeyPatch, endpoint: str, act: Callable[..., Any]) -> None:
    """Let something else happen behind the door of a view."""

    def instead(**values: Any) -> Any:
        return act(**values)

    instead.__dict__.update(app.view_functions[endpoint].__dict__)
    patch.setitem(app.view_functions, endpoint, instead)
