from xml.etree.ElementTree import tostring

import pytest
import tinyhtml5

from registry.output.pdf.paint import paint_in
from registry.output.pdf.purified import breakable, purify
from registry.output.places import static_dir

PAINT = {"chart__a": {"fill": "#123456", "stroke": "none"}, "chart__b": {"fill": "#654321"}}


def purified(html):
    root = tinyhtml5.parse(f"<body>{html}", namespace_html_elements=False)
    count = purify(root, PAINT)
    return tostring(root.find("body"), "unicode").removeprefix("<body>").removesuffix("</body>"), count


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("a<script>b</script>c", "ac"),
        ("<p>a</p><style>b</style>c<i>d</i>", "<p>a</p>c<i>d</i>"),
        ("a<!-- b -->c<?d?>e", "ace"),
        ("<p style='x' onclick='y' class='k' id='i' data-z='1'>a</p>", '<p class="k" id="i" data-z="1">a</p>'),
        ("<a href='javascript:x'>a</a><a href='/rel'>b</a><a href='//x.org'>c</a>", "<a>a</a><a>b</a><a>c</a>"),
        ("<a href='https://x.org'>a</a><a href='#b'>b</a>", '<a href="https://x.org">a</a><a href="#b">b</a>'),
        ("<a rel=attachment download=x href='mailto:a@b.c'>a</a>", '<a href="mailto:a@b.c">a</a>'),
        ("<img src='http://x'><img src='data:image/png;base64,AA' alt='b'>", '<img /><img src="data:image/png;base64,AA" alt="b" />'),
        ("<img src='data:text/html,x'><img src='data:image/svg+xml,x'>", "<img /><img />"),
        ("<blink>a <b>b</b></blink>", "<span>a <b>b</b></span>"),
        ("<math><mi>x</mi></math>y", "y"),
        ("<form action=x><input value=y></form>z", "z"),
    ],
)  # fmt: skip
def test_only_what_is_on_the_list_is_left(html, left):
    assert purified(html)[0] == left


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("<p class=k>a<b>b</b></p>", 0),
        ("a<script>b</script>", 1),
        ("<p style='x'>a", 1),
        ("<a href='javascript:x'>a</a><img src='http://x'>", 2),
        ("<meta charset=utf-8><!-- a -->", 0),
    ],
)
def test_what_was_taken_out_is_counted(html, count):
    assert purified(html)[1] == count


def test_drawings_keep_shapes_and_lose_everything_that_reaches_out():
    left, _ = purified(
        "<svg viewBox='0 0 1 1' onload=x style=y><style>z</style><script>z</script><image href=z /><use href='#a' />"
        "<a href=z><text>t</text></a><foreignObject><p>p</p></foreignObject><rect fill='url(http://x)' width=1 /></svg>"
    )
    assert [part.split()[0] for part in left.split("<ns0:")[1:]] == ["svg", "rect"]
    for word in ("url", "href", "style", "onload", "foreign"):
        assert word not in left


def test_drawings_are_painted_by_their_classes():
    left, _ = purified(
        "<svg><rect class='chart__a'/><rect class='other chart__a chart__b'/><rect class='other'/></svg>"
    )
    assert left.count('fill="#123456"') == 1
    assert left.count('fill="#654321"') == 1
    assert left.count('stroke="none"') == 2


def test_the_description_of_a_drawing_joins_its_title():
    assert ">Accuracy. Rising.</" in purified("<svg><title>Accuracy</title><desc>Rising.</desc></svg>")[0]


def test_only_rules_for_single_chart_classes_paint():
    sheet = """
        .chart__a, .chart__b { fill: #111; position: fixed }
        .chart__a { fill: #222; stroke-width: 2 }
        .chart .chart__c { fill: red } p.chart__d { fill: red } .chart__e:hover { fill: red } .other { fill: red }
        @media screen { .chart__f { fill: red } }
    """
    assert paint_in(sheet) == {
        "chart__a": {"fill": "#222", "stroke-width": "2"},
        "chart__b": {"fill": "#111"},
    }


def test_every_class_that_colours_a_chart_on_screen_has_a_colour_in_print():
    names = [
        set(paint_in((static_dir() / "css" / sheet).read_text()))
        for sheet in ("components/chart.css", "print.css")
    ]
    assert names[0] == names[1]
    assert len(names[0]) > 20


@pytest.mark.parametrize(
    ("text", "pieces"),
    [("a" * 120, 1), ("a" * 121, 7), ("a " * 500, 1), (("b" * 64 + "\n") * 9, 1), (None, 0), ("", 0)],
)
def test_long_runs_get_places_to_break_and_nothing_else_changes(text, pieces):
    broken = breakable(text)
    assert (broken.split("\u200b") if broken else []).__len__() == pieces
    assert broken is text or broken.replace("\u200b", "") == text
