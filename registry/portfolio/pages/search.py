"""The search across everything."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.ownership import queries as ownership
from registry.portfolio import queries
from registry.portfolio.pages.desk import pages
from registry.systems.rules.search import words_of
from registry.web.doors import needs
from registry.web.flask_app import actor, session

_BY_NUMBER = {
    "evidence": "evidence.show",
    "incident": "incidents.show",
    "review": "reviews.show",
    "risk": "risks.show",
    "sign-off": "reviews.sheet",
    "tests": "dossiers.show",
}


@pages.get("/search")
@needs(Permission.SYSTEM_READ)
def search() -> ResponseReturnValue:
    asked = request.args.get("q", "").strip()[:200]
    if known := queries.address_of(session(), actor(), asked):
        return redirect(_address(known))
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


def _address(known: queries.Known) -> str:
    if known.kind in _BY_NUMBER:
        return url_for(_BY_NUMBER[known.kind], number=known.number)
    if known.kind == "classification":
        return url_for("classification.run", key=known.key, number=known.number)
    if known.kind == "waiver":
        return url_for("reviews.compliance", key=known.key, _anchor="waivers")
    return url_for("systems.show" if known.kind == "system" else "data_sources.show", key=known.key)
