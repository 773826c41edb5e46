"""GET /search: everything with a name, ranked; GET /changes: what has happened since, for programs that keep a copy."""

from flask import Blueprint, Response, request

from registry.kernel.actor import Permission, require
from registry.kernel.errors import Problem, RuleBroken
from registry.portfolio import queries
from registry.portfolio.queries import KINDS, Hits
from registry.portfolio.queries.changes import changes_after
from registry.portfolio.schemas import ChangesOut, SearchOut, change_out, known_out, parts_out, search_out
from registry.store.columns import LARGEST_NUMBER
from registry.systems.rules.search import words_of
from registry.web import jsonkit
from registry.web.describing import LIMIT, Asked, described
from registry.web.doors import needs
from registry.web.flask_app import actor, session

api = Blueprint("portfolio_api", __name__)

_LONGEST = 200


@api.get("/search")
@needs(Permission.SYSTEM_READ)
@described(
    SearchOut,
    Asked("q", "Words that all have to be there, or a public id such as INC-0017."),
    Asked("kind", "Only this kind of thing that belongs to systems, and up to fifty of it.", words=KINDS),
)
def search() -> Response:
    """The best of each kind of thing the token's person may know of: systems, incidents, people, units, sources and what
    belongs to systems.

    Six of a kind, and whether there are more. A token issued for one system does not search.
    """
    require(actor(), Permission.SYSTEM_READ)
    asked, only = request.args.get("q", "").strip()[:_LONGEST], request.args.get("kind", "")
    if only and only not in KINDS:
        raise RuleBroken([Problem("kind", f"Give one of {', '.join(KINDS)}.")])
    words = words_of(asked)
    if not words:
        raise RuleBroken([Problem("q", "Give the words to look for.")])
    if only:
        hits = queries.belongings(session(), actor(), words, only=only).get(only, Hits([]))
        groups = [parts_out(only, hits)] if hits.items else []
        return jsonkit.reply({"groups": groups, "nearly": [], "meant": None})
    if known := queries.address_of(session(), actor(), asked):
        return jsonkit.reply(known_out(known, asked))
    return jsonkit.reply(search_out(queries.search(session(), actor(), words)))


@api.get("/changes")
@needs(Permission.SYSTEM_READ)
@described(
    ChangesOut,
    Asked(
        "since",
        "The number of the entry to go on from; 0, or left out, from the first.",
        kind="integer",
        least=0,
        most=LARGEST_NUMBER,
    ),
    LIMIT,
)
def changes() -> Response:
    """What has happened to systems the token's person may know of, oldest first, after the entry `since`.

    Keep `since` of the answer for the next request: no entry ever appears behind it. What became visible later is not told again.
    """
    text = request.args.get("since", "") or "0"
    if not text.isascii() or not text.isdecimal() or len(text) > 10 or int(text) > LARGEST_NUMBER:
        raise RuleBroken([Problem("since", "Give the number of an entry.")])
    found = changes_after(session(), actor(), int(text), limit=jsonkit.page_limit())
    return jsonkit.reply(
        {"items": [change_out(each) for each in found.items], "since": found.since, "more": found.more}
    )
