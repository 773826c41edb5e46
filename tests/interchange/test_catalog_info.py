"""A system as an entity of Backstage's catalogue: what its schema asks, and nothing of systems the reader may not know of."""

import jsonschema
import yaml
from hypothesis import given
from hypothesis import strategies as st

from registry.annotations import actions as annotations
from registry.dependencies import actions as dependencies
from registry.dependencies.rules.dependency import DependencyFacts, Direction
from registry.interchange.render import to_yaml
from registry.interchange.rules.backstage import Described, entity
from registry.systems.rules.record import Link, Stage

NAME = r"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$"
REFERENCE = r"^(user|group|component):default/[a-z0-9]([-a-z0-9_.]{0,61}[a-z0-9])?$"
TEXT = {"type": "string", "minLength": 1}
# What the catalogue asks of an entity (descriptor format, "Common to All Kinds: The Metadata", and "Kind: Component").
COMPONENT = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "additionalProperties": False,
    "properties": {
        "apiVersion": {"const": "backstage.io/v1alpha1"},
        "kind": {"const": "Component"},
        "metadata": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string", "pattern": NAME, "maxLength": 63},
                "title": TEXT,
                "description": TEXT,
                "annotations": {
                    "type": "object",
                    "propertyNames": {
                        "pattern": r"^[a-z0-9][a-z0-9.-]{0,251}[a-z0-9]/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
                    },
                    "additionalProperties": {"type": "string"},
                },
                "tags": {
                    "type": "array",
                    "items": {
                        "type": "string",
                        "pattern": r"^[a-z0-9:+#]+(\-[a-z0-9:+#]+)*$",
                        "maxLength": 63,
                    },
                },
                "links": {
                    "type": "array",
                    "items": {"type": "object", "required": ["url"], "additionalProperties": TEXT},
                },
            },
        },
        "spec": {
            "type": "object",
            "required": ["type", "lifecycle", "owner"],
            "properties": {
                "type": TEXT,
                "lifecycle": TEXT,
                "owner": {"type": "string", "pattern": REFERENCE},
                "dependsOn": {"type": "array", "items": {"type": "string", "pattern": REFERENCE}},
            },
        },
    },
}
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80)


@given(WORDS, WORDS, st.lists(WORDS, max_size=4), st.emails() | st.just(""), st.sampled_from(Stage))
def test_whatever_a_system_states_the_entity_is_what_the_catalogue_asks(name, unit, tags, email, stage):
    links = [Link("", "https://wiki.example.org/x")]
    told = Described(
        "AI-0042",
        name,
        name,
        stage,
        "high",
        unit,
        email,
        "https://here/systems/AI-0042",
        tags,
        links,
        ["AI-0007"],
    )
    found = entity(told)
    jsonschema.validate(found, COMPONENT)
    assert yaml.safe_load(to_yaml(found)) == found


def test_a_program_reads_it_and_learns_nothing_of_what_its_person_may_not_know_of(app, database, cast):
    with database.transaction() as session:
        ada = cast.actor(session, "ada")
        annotations.retag(session, ada, cast.triage.id, add=["Claims EU"], remove=[])
        for other in (cast.sentinel, cast.pricing):
            facts = DependencyFacts(Direction.UPSTREAM, other_system_id=other.id, interface="HTTP")
            dependencies.add_dependency(session, ada, cast.triage.id, facts)
    found = {}
    for name in ("ada", "olga"):
        with database.transaction() as session:
            token = token_of(session, cast, name)
        reply = app.test_client().get(
            "/api/v1/systems/AI-0001/catalog-info.yaml", headers={"Authorization": f"Bearer {token}"}
        )
        assert (reply.status_code, reply.mimetype) == (200, "application/yaml")
        found[name] = yaml.safe_load(reply.text)
        jsonschema.validate(found[name], COMPONENT)
        again = app.test_client().get(
            "/api/v1/systems/AI-0001/catalog-info.yaml",
            headers={"Authorization": f"Bearer {token}", "If-None-Match": reply.headers["ETag"]},
        )
        assert again.status_code == 304
    triage, sentinel, pricing = (each.key.lower() for each in (cast.triage, cast.sentinel, cast.pricing))
    assert found["ada"]["metadata"]["name"] == triage
    assert found["ada"]["metadata"]["tags"] == ["claims-eu"]
    assert found["ada"]["spec"]["owner"] == "user:default/ada"
    expected = sorted(f"component:default/{key}" for key in (sentinel, pricing))
    assert found["ada"]["spec"]["dependsOn"] == expected
    assert found["olga"]["spec"]["dependsOn"] == [f"component:default/{pricing}"]


def token_of(session, cast, name):
    from registry.accounts import actions as accounts

    scopes = frozenset({"registry:read"})
    return accounts.issue_token(session, cast.actor(session, name), cast.people[name], "catalogue", scopes)[0]
