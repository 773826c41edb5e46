"""Every text that people's words are kept in, found by machine in the tables: no page with it asks for anything."""

import re
from itertools import cycle
from pathlib import Path

import pytest
import sqlalchemy as sa
import tinyhtml5
from sqlmodel import SQLModel

import registry.tables  # noqa: F401 - so that every table is known
from registry.web.jsonkit import PROGRAM_DOORS
from tests.output.pdf.fetch_corpus import TYPED, VECTORS
from tests.web.everything import SLOW

HOST = "127.0.0.1:9"
SHORTEST_TEXT = 200
# What the registry writes itself, to be read by itself: the ledger and what is derived from it, and documents as JSON.
OWN = ("ledger", "job", "card_document", "card_preview", "alembic_version")


def vectors():
    told = {"http": f"http://{HOST}/x", "file": "file:///etc/hostname", "path": "/etc/hostname", "host": HOST}
    return [each.format(**told) for each in (*VECTORS, *TYPED)]


def text_columns():
    """The columns that hold words: without a length, or with room for a sentence, and not held to a set of values."""
    for table in SQLModel.metadata.sorted_tables:
        if table.name.startswith(OWN):
            continue
        bound = {
            column.name
            for each in table.constraints
            if not isinstance(each, sa.PrimaryKeyConstraint)
            for column in getattr(each, "columns", ())
        }
        for column in table.columns:
            kind = column.type
            roomy = isinstance(kind, sa.String) and not isinstance(kind, sa.Enum)
            if (
                roomy
                and (kind.length or SHORTEST_TEXT) >= SHORTEST_TEXT
                and column.name not in bound | {"email"}
            ):
                yield table, column


def plant(connection):
    """Another of the vectors that fit into every row of each such column; answers how many columns there were."""
    drawn, planted = cycle(vectors()), 0
    for table, column in text_columns():
        text = next(each for each in drawn if len(each) <= (column.type.length or 10_000))
        # Some words go with a day or a person, or not at all; where a rule of the table says so, those there are replaced.
        plain = sa.not_(sa.or_(column.like("{%"), column.like("[%")))
        words = sa.update(table).values({column.name: text})
        try:
            with connection.begin_nested():
                connection.execute(words.where(sa.or_(column.is_(None), plain)))
        except sa.exc.IntegrityError:
            connection.execute(words.where(plain, column != ""))
        planted += 1
    return planted


def asked_for(html):
    """Where the page would make a browser ask the host of the vectors, or a file, for something."""
    for element in tinyhtml5.parse(html, namespace_html_elements=False).iter():
        tag = str(element.tag).rpartition("}")[2]
        if tag in {"style", "script"} and HOST in (element.text or ""):
            yield f"<{tag}>"
        for name, value in element.attrib.items():
            told = HOST in value or "etc/hostname" in value
            is_words = name in {"value", "title", "alt", "content"} or name.startswith(("aria-", "data-"))
            # A link is asked for by whoever follows it; a saved list of systems leads to this register itself.
            is_link = tag == "a" and name == "href" and re.match(r"https?://|/(?!/)|\?", value)
            if told and not is_words and not is_link:
                yield f"{tag} {name}"


def test_the_columns_of_texts_are_found_in_the_tables():
    found = {f"{table.name}.{column.name}" for table, column in text_columns()}
    assert {"note.body", "system.description"} <= found
    assert len(found) > 100


def test_markup_that_asks_for_something_is_found_out():
    caught = [each for each in vectors() if list(asked_for(f"<body>{each}"))]
    assert len(caught) >= 35


@pytest.mark.long
@pytest.mark.slow
def test_no_text_that_is_kept_makes_a_page_ask_for_anything(everything):
    assert Path("/etc/hostname").is_file()
    with everything.app.database.engine.begin() as connection:
        assert plant(connection) > 100
    secret, reached, shown = Path("/etc/hostname").read_text().strip(), {}, 0
    for rule in everything.rules("GET"):
        if rule.endpoint == SLOW or rule.rule.endswith(".pdf"):
            continue
        url = everything.address(rule)
        headers = everything.bearer if url.startswith(PROGRAM_DOORS) else {}
        reply = everything.doer(rule).get(url, headers=headers)
        if reply.mimetype == "text/html":
            found = sorted(set(asked_for(reply.text)))
            reached |= {rule.rule: found} if found else {}
            shown += HOST in reply.text
    assert secret
    assert reached == {}
    assert shown > 30
