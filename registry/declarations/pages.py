"""/schemas/registry-1.json: what a file may state, for editors that help while one types."""

import json

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue

from registry.declarations.rules.schema import PATH, schema
from registry.web.doors import no_database, public

pages = Blueprint("declarations", __name__)


@pages.get(PATH)
@public
@no_database
def file_schema() -> ResponseReturnValue:
    """The JSON Schema of a file. It says nothing of any system, and editors bring no token."""
    told = schema(current_app.config["REGISTRY_BASE_URL"])
    reply = Response(json.dumps(told, indent=2) + "\n", content_type="application/schema+json")
    reply.add_etag()
    return reply.make_conditional(request)
