"""Users as a directory service reads them, and what the service is told of this door (RFC 7643, sections 4 to 8)."""

from datetime import date
from typing import Any

from registry.identity.models import ProvisionedPerson
from registry.identity.rules.scim import MOST_AT_ONCE, USER
from registry.people.models import Person

_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"
_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
_CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def user_out(person: Person, provisioned: ProvisionedPerson | None, base: str, today: date) -> dict[str, Any]:
    """One user. Whoever has not left by today is active."""
    told: dict[str, Any] = {
        "schemas": [USER],
        "id": str(person.id),
        "userName": person.email,
        "displayName": person.name,
        "name": {"formatted": person.name},
        "title": person.job_title,
        "active": person.active_to is None or person.active_to >= today,
        "emails": [{"value": person.email, "primary": True}],
        "meta": {"resourceType": "User", "location": f"{base}/Users/{person.id}"},
    }
    if provisioned is not None and provisioned.external_id:
        told["externalId"] = provisioned.external_id
    return told


def listed(resources: list[dict[str, Any]], *, total: int, start: int = 1) -> dict[str, Any]:
    """A list of resources, from the one numbered `start`."""
    return {
        "schemas": [_LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def service(base: str) -> dict[str, Any]:
    """What this door can do."""
    no = {"supported": False}
    return {
        "schemas": [_CONFIG],
        "patch": {"supported": True},
        "bulk": {**no, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST_AT_ONCE},
        "changePassword": no,
        "sort": no,
        "etag": no,
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token of an administrator with the scope people:provision.",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }


def user_type(base: str) -> dict[str, Any]:
    """The one type of resource there is."""
    return {
        "schemas": [_TYPE],
        "id": "User",
        "name": "User",
        "endpoint": "/Users",
        "description": "A person of the directory",
        "schema": USER,
        "schemaExtensions": [],
        "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/User"},
    }


def user_schema(base: str) -> dict[str, Any]:
    """What is kept of a user."""
    return {
        "schemas": [_SCHEMA],
        "id": USER,
        "name": "User",
        "description": "A person of the directory",
        "attributes": [
            _attribute(
                "userName", "The e-mail address they are known by", required=True, uniqueness="server"
            ),
            _attribute("displayName", "The name"),
            _attribute("title", "What they do"),
            _attribute("active", "Whether they are here", kind="boolean"),
            {
                **_attribute("name", "The name again", kind="complex"),
                "subAttributes": [_attribute("formatted", "The whole name")],
            },
            {
                **_attribute("emails", "The address again", kind="complex", mutability="readOnly"),
                "multiValued": True,
                "subAttributes": [
                    _attribute("value", "The address", mutability="readOnly"),
                    _attribute("primary", "That it is the one", kind="boolean", mutability="readOnly"),
                ],
            },
        ],
        "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{USER}"},
    }


def _attribute(
    name: str,
    says: str,
    *,
    kind: str = "string",
    required: bool = False,
    mutability: str = "readWrite",
    uniqueness: str = "none",
) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "multiValued": False,
        "description": says,
        "required": required,
        "caseExact": False,
        "mutability": mutability,
        "returned": "default",
        "uniqueness": uniqueness,
    }
