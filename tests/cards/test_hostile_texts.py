"""Every text of a card, found by machine: whatever is typed there, nothing is fetched and nothing costs without end."""

import io
import resource
import sys
import time
from dataclasses import fields, is_dataclass, replace
from itertools import cycle, islice

import pikepdf
import pytest
import tinyhtml5
from markupsafe import Markup

from registry.cards.render.exports import FORMS
from registry.cards.render.page import document_html, document_of
from registry.cards.rules.frozen import Frozen
from registry.kernel.prose import problems_with_prose
from registry.monitoring.rules.saying import group_said
from registry.output.markdown import to_html
from registry.output.pdf import Limits, PdfRefused, Printer
from tests.cards.sample import full
from tests.cards.structure.opened import words
from tests.output.bombs import BOMBS
from tests.output.pdf.conftest import Listener
from tests.output.pdf.fetch_corpus import TYPED, VECTORS

SECRET = b"the-content-of-a-file-on-this-machine"
# What the registry makes itself and nobody types.
MADE = {"key", "leaf", "slug", "pattern", "schema", "sha256", "rule_pack", "origin", "edition"}
# What a card's own templates draw with; anything else came out of a text.
KEPT = words(
    "html head title meta body main header section div span p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table caption thead tbody tr th "
    "td a strong em code pre blockquote br hr figure svg desc g rect line path circle text tspan polyline polygon wbr"
)
ADDRESSES = {
    "src",
    "srcset",
    "href",
    "data",
    "background",
    "poster",
    "action",
    "formaction",
    "style",
    "http-equiv",
}


def texts_in(value, path=""):
    """Where people's texts stand in the facts of a card, by the types of its fields."""
    if isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from texts_in(each, f"{path}[{number}]")
    elif is_dataclass(value):
        for each in fields(value):
            if each.name not in MADE:
                yield from texts_in(getattr(value, each.name), f"{path}.{each.name}".lstrip("."))
    elif type(value) is str:
        yield path


def planted(value, text, at=None, path=""):
    """The facts with a text in every field, or in the one named; or with the next of several in each."""
    if isinstance(value, tuple):
        return tuple(planted(each, text, at, f"{path}[{number}]") for number, each in enumerate(value))
    if is_dataclass(value):
        inside = {
            each.name: planted(getattr(value, each.name), text, at, f"{path}.{each.name}".lstrip("."))
            for each in fields(value)
            if each.name not in MADE
        }
        return replace(value, **inside)
    if type(value) is not str or at not in (None, path):
        return value
    return text if isinstance(text, str) else next(text)


def every_vector(host, path):
    told = {"http": f"http://{host}/x", "file": path.as_uri(), "path": str(path), "host": host}
    return [each.format(**told) for each in (*VECTORS, *TYPED)]


def reaching(html):
    """What of a page would make a program that lays it out ask for something."""
    for element in tinyhtml5.parse(html, namespace_html_elements=False).iter():
        tag = str(element.tag).rpartition("}")[2]
        if tag not in KEPT:
            yield tag
        for name, value in element.attrib.items():
            plain = (
                tag == "a" and name == "href" and value.startswith(("http://", "https://", "mailto:", "#"))
            )
            if (name in ADDRESSES and not plain) or (name == "rel" and "attachment" in value):
                yield f"{tag} {name}={value[:60]}"


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_bytes(SECRET)
    return path


def test_the_texts_of_a_card_are_found_by_their_types():
    found = set(texts_in(full()))
    assert {"identity.summary", "use.intended", "objective.problem"} <= found
    assert len(found) > 100
    assert set(texts_in(planted(full(), "x"))) == found


def test_no_text_in_any_field_asks_for_anything_in_the_page_of_a_card(secret):
    vectors = every_vector("127.0.0.1:9", secret)
    assert len(vectors) >= 66
    assert not problems_with_prose("\n\n".join(vectors))
    # Each field has another of them, and each of them a field; which has which changes from round to round.
    for turn in (0, 29):
        texts = islice(cycle(vectors), turn, None)
        assert list(reaching(document_html(Frozen.draft(planted(full(), texts))))) == []


def test_a_renderer_that_lets_markup_through_is_found_out(secret, monkeypatch):
    # The seeded defect: a text that is put into the page as it was typed.
    monkeypatch.setattr(sys.modules["registry.cards.render.shown"], "to_html", Markup)
    text = "\n\n".join(every_vector("127.0.0.1:9", secret))
    card = planted(full(), text, at="use.intended")
    found = set(reaching(document_html(Frozen.draft(card))))
    assert {"img", "iframe", "object"} <= {each.partition(" ")[0] for each in found}


def test_a_group_that_nests_without_end_is_said_as_it_stands():
    assert group_said("[" * 19_000) == "[" * 19_000


def spent():
    return sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


@pytest.mark.long
def test_a_text_that_is_a_bomb_is_formatted_or_shown_as_typed_in_little_time():
    assert len(BOMBS) >= 30
    for name, text in BOMBS.items():
        before = time.process_time()
        to_html(text)
        assert time.process_time() - before < 2, name


@pytest.mark.long
@pytest.mark.slow
def test_no_text_in_any_field_makes_a_card_open_an_address_or_a_file(secret):
    listener = Listener()
    vectors = every_vector(listener.address, secret)
    with Printer(Limits(wall_seconds=300), renders_per_child=100) as printer:
        # As many turns as there are vectors: each field has each of them once.
        for turn in range(len(vectors)):
            texts = islice(cycle(vectors), turn, None)
            page, identity, attached = document_of(Frozen.draft(planted(full(), texts)))
            pdf = printer.make(page, identity=identity, attachments=attached).pdf
            with pikepdf.open(io.BytesIO(pdf)) as opened:
                assert list(opened.attachments) == ["card.json"]
                content = [each.read_bytes() for each in opened.objects if isinstance(each, pikepdf.Stream)]
            assert not any(SECRET in each for each in content)
    listener.close()
    assert listener.hits == []


def outcome(printer, page, identity, attached):
    try:
        made = printer.make(page, identity=identity, attachments=attached).pdf
    except PdfRefused as refused:
        return "refused: answered" if refused.says.endswith(".") else refused.says
    return "answered" if made.startswith(b"%PDF") else made


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_in_the_texts_of_a_card_ends_in_a_card_or_a_refusal_within_the_limits(name):
    in_two = planted(full(), BOMBS[name], at="use.intended")
    for where, card in (
        ("a text and a line", planted(in_two, BOMBS[name], at="identity.name")),
        ("every field", planted(full(), BOMBS[name])),
    ):
        page, identity, attached = document_of(Frozen.draft(card))
        before = spent()
        # The clock runs for other work on the machine too; what is held to here is the computing.
        with Printer(Limits(wall_seconds=300), renders_per_child=1) as printer:
            found = outcome(printer, page, identity, attached)
        assert found.rpartition(": ")[2] == "answered"
        # Twenty seconds of computing for the child, and what it takes to start one and to read what it wrote.
        assert spent() - before < 25, (name, where)
        if found != "answered":
            # Refused in two places, it is refused in all of them, after as long.
            break


@pytest.mark.parametrize("form", FORMS)
def test_an_export_of_hostile_texts_is_one_like_any_other(form, secret):
    text = "\n\n".join(every_vector("127.0.0.1:9", secret))
    made = FORMS[form].make(planted(full(), text))
    assert SECRET not in made
