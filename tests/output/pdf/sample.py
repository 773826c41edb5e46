"""A small document with one of everything that a card has."""

from datetime import date

from markupsafe import Markup

from registry.output.charts.chart import Band, Reading, Severity, Verdict
from registry.output.charts.ruler import ruler
from registry.output.html import environment
from registry.output.markdown import to_html

RUNNING = {
    "title": "Sorting of claims & letters",
    "key": "AI-0042 · edition 3 · approved",
    "date": "22 Nov 2026, 10:30 UTC",
    "hash": "0694aacb66d62e74",
}


def chart():
    return ruler(
        "accuracy",
        "Accuracy",
        baseline=Reading(0.78, date(2026, 3, 2)),
        target=Reading(0.9, date(2026, 12, 31)),
        latest=Reading(0.84, date(2026, 11, 1), Verdict.WARN, "n = 1,200"),
        bands=[Band(Severity.BREACH, None, 0.8), Band(Severity.WARN, 0.8, 0.85)],
    )


def body():
    rows = Markup("").join(
        Markup("<tr><th scope=row>Source {}</th><td class=num>{}</td></tr>").format(number, number * 7)
        for number in range(60)
    )
    return Markup(
        "<div class=cover><p class=kicker>AI system card</p><h1>Sorting of claims &amp; letters</h1>"
        "<p class=badges><span class='badge badge--strong'>approved</span></p></div>"
        "<section><h2>Ownership</h2><dl class=facts><dt>Accountable owner</dt><dd>Ada Berg</dd><dt>Deputy</dt>"
        "<dd><span class=absent>not stated</span></dd></dl></section>"
        "<section><h2>Objective</h2>{text}<figure class=chart-figure>{svg}<figcaption>{says}</figcaption></figure></section>"
        "<section id=data><h2>Data</h2><table><caption>Sources</caption><thead><tr><th>Source</th><th class=num>Records</th>"
        "</tr></thead><tbody>{rows}</tbody></table></section>"
    ).format(
        text=to_html(
            "Sort letters **fast**.\n\n- one\n- two\n\nSee [the policy](https://example.org/policy)."
        ),
        svg=chart().svg,
        says=chart().description,
        rows=rows,
    )


def page(status="", **running):
    shell = environment().from_string("{% extends 'print.html' %}{% block body %}{{ content }}{% endblock %}")
    return shell.render(running=RUNNING | running, status=status, content=body())
