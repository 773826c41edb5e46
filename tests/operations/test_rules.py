"""The text Prometheus reads: names, labels and numbers as its form asks for them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.operations.rules import Family, Sample, exposed, histogram

ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}
LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\+Inf|-?[0-9.e+-]+)')


def read(text):
    """What a reader of the form makes of it: the labels and number of every sample, by its name."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels, number = LINE.fullmatch(line).groups()
        pairs = re.findall(r'([a-z]+)="((?:[^"\\]|\\.)*)"', labels or "")
        told = {key: re.sub(r"\\.", lambda found: ESCAPES[found[0]], value) for key, value in pairs}
        found.setdefault(name, []).append((told, float(number)))
    return found


def test_it_is_written_as_the_form_says():
    family = Family("jobs", "gauge", "Jobs by\nstate.", (Sample(3, {"state": "queued"}), Sample(0.5)))
    assert exposed([family]) == (
        '# HELP jobs Jobs by\\nstate.\n# TYPE jobs gauge\njobs{state="queued"} 3\njobs 0.5\n'
    )


@given(
    st.text(st.characters(exclude_categories=("Cc", "Zl", "Zp", "Cs")) | st.just("\n")),
    st.integers(-(10**9), 10**9),
)
def test_whatever_a_label_holds_is_one_line_and_read_back(text, number):
    told = exposed([Family("one", "gauge", text, (Sample(number, {"name": text}),))])
    assert len(told.splitlines()) == 3
    assert read(told)["one"] == [({"name": text}, number)]


@given(st.lists(st.integers(0, 1_000), min_size=4, max_size=4))
def test_the_buckets_of_a_histogram_add_up_to_its_count(counts):
    found = read(
        exposed(
            [Family("took", "histogram", "", histogram((0.1, 1.0, 10.0), counts, 2.5, {"endpoint": "x"}))]
        )
    )
    buckets = [number for _, number in found["took_bucket"]]
    assert buckets == sorted(buckets)
    assert [labels["le"] for labels, _ in found["took_bucket"]] == ["0.1", "1", "10", "+Inf"]
    assert buckets[-1] == found["took_count"][0][1] == sum(counts)
    assert found["took_sum"] == [({"endpoint": "x"}, 2.5)]


@pytest.mark.parametrize(
    ("name", "kind"), [("Bad name", "gauge"), ("asked", "counter"), ("asked_total", "gauge")]
)
def test_a_name_that_does_not_fit_is_refused(name, kind):
    with pytest.raises(ValueError, match=r"name|_total"):
        Family(name, kind, "", ())
