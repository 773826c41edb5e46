"""Whatever a person can do on a page a program can do through the API, or twins.csv says why not.

A row is a page that takes a form: the operation that does the same, or one of a few reasons.
"""

import csv

from registry.kernel.actor import GRANTS, Permission
from registry.web.openapi import PREFIX, operations
from tests.architecture.tree import ROOT

TABLE = ROOT / "tests/architecture/twins.csv"
REASONS = {
    "signing in": "a token stands in place of it, and must not make others",
    "a person's word": "whatever is said there binds whoever says it: deciding, signing, attesting, answering for",
    "a person's own view": "it changes what one person sees and nothing of the register",
    "administration": "it changes what others may do, or the registry itself: done by somebody who is signed in",
    "by SCIM": "the company's directory does it at a door of its own",
    "by browsers": "a browser sends it by itself, of a page that went wrong",
    "by the command line": "a machine does it with the registry command",
}
BINDING = (
    Permission.CARD_APPROVE,
    Permission.DOSSIER_SIGN,
    Permission.HANDOVER_ANSWER,
    Permission.INCIDENT_CLOSE,
    Permission.OWNER_CONFIRM,
    Permission.REVIEW_DECIDE,
    Permission.RISK_ACCEPT,
    Permission.SIGN_OFF_SIGN,
    Permission.STAGE_ADVANCE,
    Permission.STOP_LIFT,
    Permission.SYSTEM_ATTEST,
    Permission.TIER_LOWER,
    Permission.WAIVER_DECIDE,
)


def rows():
    with TABLE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_page_that_takes_a_form_stands_in_the_table_once(app):
    taking = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods and not rule.rule.startswith(("/api/", "/scim/"))
    ]
    assert [each["page"] for each in rows()] == sorted(set(taking))


def test_each_has_a_twin_that_is_there_or_a_reason_that_is_known(app):
    there = {f"{one.verb} {one.path}" for one in operations(app, PREFIX)}
    for each in rows():
        assert bool(each["twin"]) != bool(each["why not"]), each
        assert each["twin"] in there or each["why not"] in REASONS, each


def test_every_operation_that_writes_is_the_twin_of_a_page_or_what_machines_send(app):
    told = {each["twin"] for each in rows()}
    writing = {f"{one.verb} {one.path}" for one in operations(app, PREFIX) if one.verb != "GET"}
    assert writing - told == {
        # What a file states is what many pages take, one form after the other.
        "POST /apply",
        # Distributions and forecasts are counted by pipelines: nobody types them.
        "POST /systems/{key}/distributions",
        "POST /systems/{key}/calibration",
    }


def test_a_twin_is_reached_by_some_scope_and_what_binds_a_person_by_none(app):
    reached = {f"{one.verb} {one.path}" for one in operations(app, PREFIX) if one.scopes}
    assert {each["twin"] for each in rows()} - {""} <= reached
    assert [permission for permission in BINDING if GRANTS[permission].scopes] == []
