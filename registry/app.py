"""create_app(settings): the one place that knows every feature; registers blueprints and follow-ups."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint
from jinja2 import StrictUndefined
from sqlmodel import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from registry import tables, wiring
from registry.accounts.pages import actor_loader, sign_in_again
from registry.accounts.rules import guessed_in
from registry.audit.queries import HistoryItem
from registry.audit.queries.fitness import lacking, says_of_key
from registry.evidence.queries import ledger as evidence_ledger
from registry.identity.api import PREFIX as SCIM_PREFIX
from registry.identity.api import api as scim_api
from registry.identity.pages import ASKING, open_to_providers, provider_of
from registry.incidents.queries import ledger as incidents_ledger
from registry.kernel.actor import Actor
from registry.lifecycle.queries import header
from registry.limits.rules import Budget
from registry.output.places import static_dir, templates_dir
from registry.passkeys.pages import BESIDE, terms_of
from registry.settings import Settings
from registry.store import migrate
from registry.store.replicas import opened
from registry.store.sealing import seals_from
from registry.store.session import Database
from registry.systems.queries import restricted_headed_by
from registry.web import (
    confirming,
    describing,
    doors,
    limiting,
    refilling,
    refusals,
    requests,
    security,
    statics,
    systemkit,
    viewkit,
    violations,
)
from registry.web.converters import RecordNumber, Word, Words
from registry.web.flask_app import App
from registry.web.openapi import PREFIX as API_PREFIX
from registry.web.past import led_back, mounted
from registry.web.tallies import Tallies
from registry.worker.actions import ask
from registry.worker.actions.following import name_of
from registry.worker.rules import PAST_DAYS_ASKED, JobState


def create_app(settings: Settings, database: Database | None = None, tallies: Tallies | None = None) -> App:
    """The whole application. Raises RuntimeError when a view does not say who may enter it.

    `tallies` are those it shares with other processes that serve; without, it counts for itself.
    """
    app = App(
        "registry",
        template_folder=str(templates_dir()),
        static_folder=str(static_dir()),
        static_url_path="/static",
    )
    app.url_map.converters |= {"int": RecordNumber, "default": Word, "string": Word, "path": Words}
    app.database = database or opened(settings.database, settings.replica)
    app.load_actor = actor_loader(settings)
    app.headed_by = restricted_headed_by
    app.past_recipe = tables.recipe
    app.ask_for_past = lambda day, name, person: _ask_for_past(app.database, day, name, person)
    app.config.update(
        REGISTRY_DATA_DIR=str(settings.data_dir),
        REGISTRY_MAX_UPLOAD=settings.max_upload_bytes,
        REGISTRY_MAX_EVIDENCE=min(settings.max_evidence_bytes, settings.max_upload_bytes),
        REGISTRY_EVIDENCE_QUOTA=settings.evidence_quota_bytes,
        REGISTRY_BASE_URL=settings.base_url,
        REGISTRY_METRICS_TOKEN=settings.metrics_token(),
        BEHIND_PROXY=settings.proxies > 0,
        REGISTRY_PASSWORDS_ONLY_FOR=settings.emergency_accounts,
        REGISTRY_GUESSED=guessed_in(
            settings.organisation, settings.base_url, settings.refused_passwords_file
        ),
        REGISTRY_MAIL=(settings.mail_server, settings.mail_from) if settings.mails else ("", ""),
        REGISTRY_WEBHOOK_NETWORKS=settings.webhook_networks,
        REGISTRY_MLFLOW_CREDENTIALS=settings.mlflow_credentials_dir,
        ORGANISATION=settings.organisation,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    security.install(app, settings)
    refusals.install(app)
    limiting.install(app, {budget: settings.limits[budget] for budget in Budget})
    viewkit.install(app)
    systemkit.supply(app, _header, _knowable)
    refilling.supply(app, sign_in_again)
    confirming.supply(app, ASKING, BESIDE)
    app.extensions["seals"] = seals_from(settings.secret())
    app.extensions["provider"] = provider_of(settings)
    app.extensions["passkeys"] = terms_of(settings)
    app.extensions["readiness"] = {"schema": lambda: _schema(app.database)}
    app.extensions["schedule"] = {name_of(job): every for job, every in wiring.SCHEDULE.items()}
    app.extensions["lacking"] = lambda: lacking(app.database, settings.signing_key)
    app.extensions["key_lacking"] = lambda session: says_of_key(session, settings.signing_key)
    _open_doors(app)
    requests.install(app, tallies or Tallies())
    app.wsgi_app = led_back(app.wsgi_app)  # type: ignore[method-assign,assignment]
    prefix = urlsplit(settings.base_url).path.rstrip("/")
    app.wsgi_app = mounted(app.wsgi_app, prefix)  # type: ignore[method-assign,assignment]
    if settings.proxies:
        # Only as many as are known to stand there: anybody can send such a header, and it would hide who they are.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
    return app


def _open_doors(app: App) -> None:
    for blueprint in wiring.FEATURES:
        app.register_blueprint(blueprint)
    for blueprint in wiring.API:
        _without_a_form(blueprint)
        app.register_blueprint(blueprint, url_prefix=API_PREFIX)
    _without_a_form(scim_api)
    app.register_blueprint(scim_api, url_prefix=SCIM_PREFIX)
    open_to_providers(security.csrf)
    _without_a_form(violations.pages)
    statics.install(app)
    doors.refuse_unmarked(app)
    describing.refuse_undescribed(app, API_PREFIX)


def _without_a_form(blueprint: Blueprint) -> None:
    security.csrf.exempt(blueprint)


def _ask_for_past(database: Database, day: date, name: str, person: int | None) -> bool:
    [lay_out] = wiring.ON_REQUEST
    state = ask(database, lay_out, name, {"day": day.isoformat()}, person=person, room=PAST_DAYS_ASKED)
    return state is not JobState.FAILED


def _header(session: Session, actor: Actor, system: Any) -> dict[str, Any]:
    return header(session, actor, system)


def _knowable(session: Session, actor: Actor, items: Sequence[HistoryItem]) -> list[HistoryItem]:
    # Each feature that keeps something narrower than its system leaves out what tells of it.
    return incidents_ledger.told_to(session, actor, evidence_ledger.told_to(actor, items))


def _schema(database: Database) -> str:
    return (
        "ok" if migrate.is_current(database) else "failed: the schema is not current; run registry db upgrade"
    )
