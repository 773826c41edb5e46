"""A system as an entity of Backstage's software catalogue: kind Component, backstage.io/v1alpha1"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from registry.kernel.text import shortened, slug
from registry.systems.rules.record import Link, Stage

API_VERSION: Final = "backstage.io/v1alpha1"
TYPE: Final = "ai-system"
_NAME_LIMIT: Final = 63
# What Backstage lets a tag be: small letters and digits, + # : and single hyphens between them.
_TAG: Final = re.compile(r"[a-z0-9:+#]+(-[a-z0-9:+#]+)*")
# The three that Backstage knows of; other words are allowed there, and shown without meaning.
_LIFECYCLES: Final = {
    Stage.LIVE: "production",
    Stage.RESTRICTED: "production",
    Stage.RETIRED: "deprecated",
    Stage.SUSPENDED: "deprecated",
}


@dataclass(frozen=True, slots=True)
class Described:
    """What of a system the entity tells; `page` is its page here, `relies_on` the ids of systems it relies on."""

    key: str
    name: str
    summary: str
    stage: Stage
    tier: str
    unit: str
    owner_email: str
    page: str
    tags: Sequence[str] = ()
    links: Sequence[Link] = ()
    relies_on: Sequence[str] = ()


def entity(told: Described) -> dict[str, Any]:
    """The entity. Its name is the system's id, which never changes; its owner is whoever is accountable, by the part of the
    address before the @, as Backstage names users; where nobody is, the unit.
    """
    annotations = {
        "ai-registry/system": told.key,
        "ai-registry/unit": told.unit,
        "ai-registry/stage": told.stage.value,
    }
    if told.tier:
        annotations["ai-registry/tier"] = told.tier
    metadata: dict[str, Any] = {
        "name": told.key.lower(),
        "title": told.name,
        "annotations": annotations,
        "links": [
            {"url": told.page, "title": "AI registry"},
            *({"url": link.url, "title": link.label or link.url} for link in told.links),
        ],
    }
    if told.summary:
        metadata["description"] = told.summary
    tags = sorted({found for tag in told.tags if (found := _tag(tag))})
    if tags:
        metadata["tags"] = tags
    spec: dict[str, Any] = {
        "type": TYPE,
        "lifecycle": _LIFECYCLES.get(told.stage, "experimental"),
        "owner": _owner(told),
    }
    if told.relies_on:
        spec["dependsOn"] = sorted(f"component:default/{key.lower()}" for key in told.relies_on)
    return {"apiVersion": API_VERSION, "kind": "Component", "metadata": metadata, "spec": spec}


def _tag(text: str) -> str:
    found = slug(text, _NAME_LIMIT)
    return found if _TAG.fullmatch(found) else ""


def _owner(told: Described) -> str:
    local = re.sub(r"[^a-z0-9._-]+", "-", told.owner_email.partition("@")[0].lower()).strip("._-")[
        :_NAME_LIMIT
    ]
    if local:
        return f"user:default/{local.rstrip('._-')}"
    return f"group:default/{slug(shortened(told.unit, 60), _NAME_LIMIT) or 'unknown'}"
