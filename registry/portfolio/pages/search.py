"""The search across everything."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.text import INCIDENT_PREFIX, number_of
from registry.ownership import queries as ownership
from registry.portfolio import queries
from registry.portfolio.pages.desk import pages
from registry.systems.rules.search import words_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session


@pages.get("/search")
@needs(Permission.SYSTEM_READ)
def search() -> ResponseReturnValue:
    asked = request.args.get("q", "").strip()[:200]
    if known := queries.address_of(session(), actor(), asked):
        return redirect(_address(*known))
    words = words_of(asked)
    found = queries.search(session(), actor(), words) if words else None
    listed = [system.id or 0 for system in found.systems.items] if found else []
    return render_template(
        "portfolio/search.html",
        asked=" ".join(words),
        found=found,
        owners=ownership.owners_of(session(), listed),
        today=clock.today(),
    )


def _address(kind: str, key: str) -> str:
    if kind == "incident":
        return url_for("incidents.show", number=number_of(INCIDENT_PREFIX, key))
    return url_for("systems.show" if kind == "system" else "data_sources.show", key=key)
