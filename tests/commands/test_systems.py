"""registry systems list: the register by name, for a person and for a program."""

from tests.portfolio.peopled import fill


def test_each_system_is_listed_with_what_was_promised(typed, cast):
    items = typed("systems", "list", "--json").answer["items"]
    assert [each["name"] for each in items] == ["Claims triage", "Home pricing", "Sentinel"]
    assert items[0] | {"version": 1} == {
        "key": cast.triage.key,
        "name": "Claims triage",
        "summary": "Sorts incoming claims by urgency.",
        "unit": "Halden Mutual / Claims",
        "owner": "ada@example.org",
        "owner_to_be_confirmed": False,
        "stage": "proposed",
        "tier": None,
        "tags": [],
        "version": 1,
    }


def test_words_and_ids_narrow_the_list(typed, cast):
    def named(query):
        return [each["name"] for each in typed("systems", "list", "--query", query, "--json").answer["items"]]

    assert named("FRAUD rings") == ["Sentinel"]
    assert named(cast.pricing.key) == ["Home pricing"]
    assert named("100%_\\") == []
    assert named("\U0001f600\u202e") == []


def test_a_longer_list_says_where_it_goes_on(typed, database, cast):
    with database.transaction() as session:
        fill(session, cast, 0, 3)
    first = typed("systems", "list", "--limit", "4", "--json").answer
    assert len(first["items"]) == 4
    assert first["next"] == first["items"][-1]["key"]
    assert typed("systems", "list", "--limit", "6", "--json").answer["next"] is None


def test_in_words_it_is_a_line_each(typed, cast):
    lines = typed("systems", "list").out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{cast.triage.key}  proposed")
    assert typed("systems", "list", "--query", "nothing like it").out == "Nothing found.\n"
    said = typed("systems", "list", "--query", "clams traige").out
    assert said == "Nothing found. Did you mean: claims triage?\n"
