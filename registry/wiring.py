"""What follows what: FEATURES (blueprints), FOLLOW_UPS (event -> jobs), SCHEDULE (job -> how often), LOG_ONLY."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask import Blueprint

import registry.accounts.jobs as accounts_jobs
import registry.ownership.jobs as ownership_jobs
from registry.accounts.pages import pages as accounts_pages
from registry.audit.pages import pages as audit_pages
from registry.cards.api import api as cards_api
from registry.cards.pages import pages as cards_pages
from registry.data_sources.pages import pages as data_sources_pages
from registry.kernel.events import Event
from registry.objectives.pages import pages as objectives_pages
from registry.ownership.pages import pages as ownership_pages
from registry.people.pages import pages as people_pages
from registry.portfolio.pages import pages as portfolio_pages
from registry.systems.api import api as systems_api
from registry.systems.pages import pages as systems_pages
from registry.web.health import pages as health_pages
from registry.web.patterns import pages as patterns_pages
from registry.worker.actions import Handler
from registry.worker.pages import pages as worker_pages

FEATURES: Sequence[Blueprint] = (
    portfolio_pages,
    systems_pages,
    ownership_pages,
    objectives_pages,
    data_sources_pages,
    cards_pages,
    people_pages,
    accounts_pages,
    audit_pages,
    worker_pages,
    health_pages,
    patterns_pages,
)

# The JSON door: bearer tokens only, therefore without form protection.
API: Sequence[Blueprint] = (systems_api, cards_api)

FOLLOW_UPS: Mapping[Event, Sequence[Handler]] = {
    Event.PERSON_LEFT: (ownership_jobs.on_person_left,),
}

SCHEDULE: Mapping[Handler, timedelta] = {
    ownership_jobs.expire_handovers: timedelta(hours=1),
    accounts_jobs.sweep_sessions: timedelta(hours=6),
}

# Every other event: it is recorded, and nothing follows from it by itself.
LOG_ONLY: frozenset[Event] = frozenset(Event) - FOLLOW_UPS.keys()
