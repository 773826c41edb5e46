"""What is written for calendars and feed readers is read back as it was meant, whatever texts it is made of."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from registry.feeds.render.atom import Entry, Feed, feed
from registry.feeds.render.icalendar import Revision, calendar
from registry.feeds.rules import Due

AT = datetime(2026, 11, 2, 9, 30, 15, 999_999, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
# What people type, long enough to be folded, with everything that has a meaning of its own in these formats.
TEXTS = st.text(max_size=200) | st.text(alphabet=';,\\\n:"<>&]é漢🎈\t', max_size=120)


def due(what="Look", why="", on=date(2026, 12, 3), uid="risk-1"):
    return Due(uid, on, what, why, "https://r.example.org/risks/1", "Risks", (("risk", 1),))


def written(*items):
    return calendar("Due dates", "r.example.org", items, {each.uid: Revision(2, AT) for each in items})


def read(data):
    """The lines of a calendar as (name with parameters, value), by RFC 5545 alone: unfolded, and nothing else done."""
    assert data.endswith(b"\r\n")
    physical = data[:-2].split(b"\r\n")
    assert max(map(len, physical)) <= 75
    assert not re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", b"".join(physical))
    for line in physical:
        line.decode("utf-8")  # cut between characters alone
    unfolded = data[:-2].replace(b"\r\n ", b"").decode("utf-8")
    return [tuple(line.split(":", 1)) for line in unfolded.split("\r\n")]


def unescaped(value):
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def storable(text):
    """The text as it could have been stored: without control characters, line ends as LF."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each in "\n\t" or (each >= " " and each != "\x7f"))


def test_a_calendar_says_each_duty_once_as_the_standard_has_it():
    zone = timezone(timedelta(hours=2))
    one = due("Answer; soon, please", "First line\nC:\\second")
    other = due("Tell them", on=datetime(2026, 12, 3, 23, 59, 59, tzinfo=zone), uid="report-7")
    lines = read(written(one, other))
    assert lines[0] == ("BEGIN", "VCALENDAR")
    assert lines[-1] == ("END", "VCALENDAR")
    assert lines[lines.index(("BEGIN", "VEVENT")) :][:13] == [
        ("BEGIN", "VEVENT"),
        ("UID", "risk-1@r.example.org"),
        ("DTSTAMP", "20261102T093015Z"),
        ("LAST-MODIFIED", "20261102T093015Z"),
        ("SEQUENCE", "2"),
        ("DTSTART;VALUE=DATE", "20261203"),
        ("SUMMARY", r"Answer\; soon\, please"),
        ("DESCRIPTION", r"First line\nC:\\second"),
        ("CATEGORIES", "Risks"),
        ("URL", "https://r.example.org/risks/1"),
        ("CLASS", "PRIVATE"),
        ("TRANSP", "TRANSPARENT"),
        ("END", "VEVENT"),
    ]
    assert ("DTSTART", "20261203T215959Z") in lines
    told = dict(lines)
    assert (told["VERSION"], told["NAME"], told["REFRESH-INTERVAL;VALUE=DURATION"]) == (
        "2.0",
        "Due dates",
        "PT1H",
    )


def test_a_calendar_in_which_nothing_is_due_has_a_component_all_the_same():
    assert [value for name, value in read(written()) if name == "BEGIN"] == [
        "VCALENDAR",
        "VTIMEZONE",
        "STANDARD",
    ]


@given(TEXTS, TEXTS)
def test_any_text_comes_out_of_a_calendar_as_it_went_in(what, why):
    told = dict(read(written(due(what, why))))
    assert (unescaped(told["SUMMARY"]), unescaped(told["DESCRIPTION"])) == (storable(what), storable(why))


@given(TEXTS, TEXTS)
def test_any_text_comes_out_of_a_feed_as_it_went_in(title, author):
    entry = Entry(7, AT, author, title, "Changed: name", "https://r.example.org/x?a=1&b=2", "system.edited")
    root = ET.fromstring(feed(Feed(3, "Ours", "r.example.org", "https://r.example.org/", AT), [entry]))
    told = root.find(f"{ATOM}entry")
    shown = [told.findtext(f"{ATOM}title"), told.findtext(f"{ATOM}author/{ATOM}name")]
    kept = [re.sub("[\x00-\x08\x0b-\x1f\ufffe\uffff]", "", each) for each in (title, author)]
    assert shown == kept


def test_a_feed_has_all_that_the_standard_asks_and_no_link_to_itself():
    about = Feed(3, "Ours", "r.example.org", "https://r.example.org/", AT)
    entry = Entry(
        7, AT, "Ada", "AI-0001: edited", "Changed: name", "https://r.example.org/x", "system.edited"
    )
    root = ET.fromstring(feed(about, [entry]))
    assert root.tag == f"{ATOM}feed"
    assert root.findtext(f"{ATOM}updated") == "2026-11-02T09:30:15.999999Z"
    assert [each.get("rel") for each in root.iter(f"{ATOM}link")] == ["alternate", "alternate"]
    told = root.find(f"{ATOM}entry")
    assert told.findtext(f"{ATOM}id") == "tag:r.example.org,2026:entry/7"
    assert {each.tag.removeprefix(ATOM) for each in told} == {
        "id", "title", "updated", "author", "category", "link", "summary",
    }  # fmt: skip
    empty = ET.fromstring(feed(about, []))
    assert empty.findtext(f"{ATOM}updated") == "2026-11-02T09:30:15.999999Z"
