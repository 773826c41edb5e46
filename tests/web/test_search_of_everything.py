"""Whatever belongs to a system is found by its words, leads to where it is read, and is nothing to who may not know of the system."""

import re

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from registry.kernel.actor import Actor
from registry.portfolio.pages.search import _PARTS
from registry.portfolio.queries import KINDS, belongings
from registry.portfolio.queries.belongings import _KINDS
from registry.systems.rules.record import Visibility
from tests.reviews.doing import edited


def a_word_of_each(session: Session, actor: Actor) -> dict[str, str]:
    """For every kind of which there is something a word that some thing of that kind says."""
    words = {}
    for name, kind in _KINDS.items():
        texts = sa.select(kind.text).select_from(kind.table).where(kind.text != "", kind.only(actor))
        for text in session.execute(texts.order_by(kind.table.id).limit(1)).scalars():
            words[name] = max(text.split(), key=len)
    return words


@pytest.mark.slow
def test_every_kind_of_thing_is_found_where_one_may_know_of_it(everything, database, cast, client_of):
    assert _PARTS.keys() == set(KINDS)
    with database.transaction(read_only=True) as session:
        words = a_word_of_each(session, cast.actor(session, "rita"))
    assert words.keys() >= {"alert", "action", "finding", "risk", "version", "metric", "evidence", "note"}
    rita, otto = client_of("rita"), client_of("otto")
    for kind, word in words.items():
        page = rita.get("/search", query_string={"q": word, "kind": kind}).text
        links = re.findall(r'<th scope="row"[^>]*>.*?href="([^"]+)"', page, re.DOTALL)
        assert links, (kind, word)
        assert rita.get(links[0].partition("#")[0].replace("&amp;", "&")).status_code == 200, links[0]
    assert (
        "Evidence found"
        not in otto.get("/search", query_string={"q": words["evidence"], "kind": "evidence"}).text
    )
    with database.transaction() as session:
        edited(session, cast, visibility=Visibility.RESTRICTED)
    with database.transaction(read_only=True) as session:
        actor = cast.actor(session, "otto")
        for kind, word in words.items():
            found = belongings(session, actor, [word], only=kind)
            assert cast.triage.id not in {part.system_id for hits in found.values() for part in hits.items}, (
                kind
            )
