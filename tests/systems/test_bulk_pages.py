"""Several systems changed in one go: shown first, then done as shown, by the same rules as one alone."""

import re

import pytest

from registry.accounts import queries as accounts
from registry.annotations import queries as annotations
from registry.audit.queries import entries_about, verify
from registry.ownership import actions as ownership_actions
from registry.ownership import queries as ownership
from registry.systems import actions, queries
from registry.systems.rules.bulk import MOST_SYSTEMS
from registry.systems.rules.record import Registration
from tests.store.statements import counted

URL = "/systems/bulk"


@pytest.fixture
def keys(cast):
    return {name: getattr(cast, name).key for name in ("triage", "sentinel", "pricing")}


def sent(client, keys, step, **form):
    return client.post(URL, data={"step": step, "offered": keys, "key": keys, **form})


def seen_in(page):
    return re.findall(r'name="seen" value="([^"]+)"', page)


def outcomes(page):
    """What the page says becomes of each system."""
    found = {}
    for row in page.split("<tbody")[1].split("</tbody")[0].split("<tr")[1:]:
        words = re.sub(r"<[^>]*>", "|", row)
        found[re.search(r"AI-\d{4}", words).group()] = next(
            word
            for word in (
                *("will change", "changed meanwhile", "changed", "stays as it is", "refused"),
                *("will be offered", "offered"),
            )
            if f"|{word}|" in words
        )
    return found


def states(database, cast, name):
    with database.transaction(read_only=True) as session:
        return queries.by_number(session, getattr(cast, name).id)


def test_the_selection_is_shown_with_what_may_be_changed_and_without_what_may_not_be_known(client_of, keys):
    address = f"{URL}?key=" + "&key=".join([*keys.values(), "AI-9999", "nonsense"])
    ada, otto = client_of("ada").get(address).text, client_of("otto").get(address).text
    assert "2 systems of 3 you may change in this way." in ada
    assert "2 ids name no system that you can see" in ada
    assert "0 systems of 2 you may change in this way." in otto
    # To whoever may not know of a system, its id is like any id there is not.
    assert "3 ids name no system that you can see" in otto
    assert "Sentinel" not in otto
    assert keys["sentinel"] not in otto
    assert "No system is selected" in client_of("otto").get(URL).text
    assert client_of("otto").get(f"{URL}?task=stage").status_code == 422


def test_a_change_is_shown_then_done_as_shown(client_of, database, cast, keys):
    ada, chosen = client_of("ada"), list(keys.values())
    assert sent(ada, chosen, "preview", task="fields").status_code == 422
    values = {"task": "fields", "regions": "North", "vendor_name": "", "kind": "agent"}
    preview = sent(ada, chosen, "preview", **values)
    assert preview.status_code == 200
    assert outcomes(preview.text) == {
        keys["triage"]: "will change",
        keys["sentinel"]: "will change",
        keys["pricing"]: "refused",
    }
    assert "Agent that acts by itself" in preview.text
    # Looking at it has changed nothing and recorded nothing.
    for name in keys:
        assert states(database, cast, name).regions == ""
    done = sent(ada, chosen, "apply", seen=seen_in(preview.text), **values)
    assert outcomes(done.text) == {
        keys["triage"]: "changed",
        keys["sentinel"]: "changed",
        keys["pricing"]: "refused",
    }
    assert [states(database, cast, name).regions for name in keys] == ["North", "North", ""]
    with database.transaction(read_only=True) as session:
        for name, count in (("triage", 1), ("sentinel", 1), ("pricing", 0)):
            events = [entry.event for entry in entries_about(session, getattr(cast, name).id)]
            assert events.count("system.edited") == count
    with database.transaction(read_only=True) as session:
        assert verify(session).ok
    again = sent(ada, chosen, "preview", **values)
    assert outcomes(again.text)[keys["triage"]] == "stays as it is"
    emptied = {"task": "fields", "clear": ["regions", "kind"]}
    preview = sent(ada, [keys["triage"]], "preview", **emptied)
    sent(ada, [keys["triage"]], "apply", seen=seen_in(preview.text), **emptied)
    assert (states(database, cast, "triage").regions, states(database, cast, "triage").kind) == ("", None)
    # What was typed is still there when one goes back.
    back = sent(ada, [keys["triage"]], "choose", task="fields", regions="South, typed before")
    assert back.status_code == 200
    assert "South, typed before" in back.text


def test_what_somebody_changed_after_the_preview_is_left_alone_and_nothing_else_is_lost(
    client_of, database, cast, keys
):
    ada, chosen = client_of("ada"), [keys["triage"], keys["sentinel"]]
    values = {"task": "fields", "regions": "North"}
    seen = seen_in(sent(ada, chosen, "preview", **values).text)
    client_of("dee").post(
        f"/systems/{keys['triage']}/links",
        data={"version": str(cast.triage.version), "label": "Code", "url": "https://code.example.org"},
    )
    done = sent(ada, chosen, "apply", seen=seen, **values)
    assert outcomes(done.text) == {keys["triage"]: "changed meanwhile", keys["sentinel"]: "changed"}
    assert "Look at it again" in done.text
    assert states(database, cast, "triage").regions == ""
    assert states(database, cast, "triage").links[0]["url"] == "https://code.example.org"
    # Sent a second time, the same page changes nothing more.
    assert set(outcomes(sent(ada, chosen, "apply", seen=seen, **values).text).values()) == {
        "changed meanwhile"
    }


def bypassed(client_of, database, cast, keys):
    """Ada, who holds no seat on Pricing, applies a change to it as if she had been shown that it may be done."""
    ada, values = client_of("ada"), {"task": "fields", "regions": "Taken over"}
    seen = seen_in(sent(ada, [keys["pricing"]], "preview", **values).text)
    sent(ada, [keys["pricing"]], "apply", seen=seen, **values)
    return states(database, cast, "pricing").regions == "Taken over"


def test_nobody_changes_through_many_what_they_may_not_change_alone(client_of, database, cast, keys):
    assert not bypassed(client_of, database, cast, keys)
    otto = client_of("otto")
    for task, values in (
        ("tags", {"add": "mine"}),
        ("hand_over", {"to_id": str(cast.number("otto")), "reason": "Mine."}),
        ("seat", {"seat": "deputy", "person_id": str(cast.number("otto"))}),
    ):
        preview = sent(otto, [keys["triage"], keys["sentinel"]], "preview", task=task, **values)
        assert outcomes(preview.text) == {keys["triage"]: "refused"}, task


def test_a_bulk_edit_that_asked_for_no_permission_would_be_noticed(
    client_of, database, cast, keys, monkeypatch
):
    monkeypatch.setattr(actions, "require", lambda *_: None)
    assert bypassed(client_of, database, cast, keys)


def test_many_are_handed_over_tagged_and_given_a_deputy(client_of, database, cast, keys):
    adam, chosen = client_of("adam"), list(keys.values())
    texts = []

    def through(task, **values):
        preview = sent(adam, chosen, "preview", task=task, **values)
        assert preview.status_code == 200, preview.text
        done = sent(adam, chosen, "apply", task=task, seen=seen_in(preview.text), **values)
        said = {
            key: word.replace("will change", "changed").replace("will be offered", "offered")
            for key, word in outcomes(preview.text).items()
        }
        assert outcomes(done.text) == said
        texts.append((preview.text, done.text))
        return said

    assert set(through("tags", add="Reorganisation", remove="unknown").values()) == {"changed"}
    said = through("seat", seat="deputy", person_id=str(cast.number("dee")))
    assert said == {
        keys["triage"]: "stays as it is",
        keys["sentinel"]: "changed",
        keys["pricing"]: "changed",
    }
    beside = {f"to-{keys['pricing']}": "ADA@example.org", f"to-{keys['sentinel']}": "ghost@example.org"}
    said = through("hand_over", to_id=str(cast.number("mia")), reason="Reorganisation.", **beside)
    assert said == {keys["triage"]: "offered", keys["sentinel"]: "refused", keys["pricing"]: "offered"}
    # Nothing has changed hands yet, and the page does not say that it has.
    before, after = texts[-1]
    to_both = "ffered to Ada Owner (1 system) and Mia Colleague (1 system)"
    assert f"Will be o{to_both}." in before
    assert f"O{to_both}, waiting for an answer." in after
    assert "systems changed" not in after
    with database.transaction(read_only=True) as session:
        offered = {
            name: ownership.pending_handover(session, getattr(cast, name).id)
            for name in ("triage", "sentinel", "pricing")
        }
        assert {name: offer and offer.to_id for name, offer in offered.items()} == {
            "triage": cast.number("mia"),
            "sentinel": None,
            "pricing": cast.number("ada"),
        }
        tags = annotations.tags_of(session, [cast.triage.id, cast.pricing.id])
        assert {tag.name for each in tags.values() for tag in each} == {"Reorganisation"}
    with database.transaction(read_only=True) as session:
        assert verify(session).ok


def test_a_system_that_is_offered_already_is_marked_and_not_offered_again(client_of, database, cast, keys):
    adam, address = client_of("adam"), f"{URL}?task=hand_over&key=" + "&key=".join(keys.values())
    before = adam.get(address).text
    assert "offered already" not in before
    with database.transaction() as session:
        made = ownership_actions.offer_handover(
            session, cast.actor(session, "ada"), cast.triage.id, cast.number("mia"), "Moves team."
        )
    page = adam.get(address).text
    row = next(part for part in page.split("<tr") if f">{keys['triage']}<" in part)
    assert "offered to Mia Colleague on" in row
    assert "waiting for an answer" in row
    assert f"/systems/{keys['triage']}/ownership" in row
    assert 'name="key"' not in row
    assert f'name="to-{keys["triage"]}"' not in page
    assert f'name="to-{keys["sentinel"]}"' in page
    assert "1 is offered already and left alone." in page
    # Whoever sends it all the same is refused, as before; another task is nothing to an offer.
    values = {"task": "hand_over", "to_id": str(cast.number("mia")), "reason": "Again."}
    sent_again = sent(adam, list(keys.values()), "preview", **values)
    assert outcomes(sent_again.text)[keys["triage"]] == "refused"
    assert "offered to Mia" not in adam.get(address.replace("hand_over", "tags")).text
    # Somebody who may not offer it is told no less, and not asked to withdraw what is not theirs.
    theirs = client_of("mia").get(address).text
    assert "offered to Mia Colleague on" in theirs
    assert "withdraw that offer" not in theirs
    with database.transaction() as session:
        offer = ownership.handover_by_id(session, made.id, lock=True)
        ownership_actions.withdraw_handover(session, cast.actor(session, "ada"), offer)
    assert "offered already" not in adam.get(address).text


def test_sixty_systems_cost_statements_in_proportion_and_too_many_are_refused(client_of, app, database, cast):
    with database.transaction() as session:
        ada = accounts.actor_for(session, cast.people["ada"], via="session")
        made = [
            actions.register(
                session,
                ada,
                Registration(f"S {n:02d}", "One of many.", cast.units["claims"].id, cast.number("ada")),
            ).key
            for n in range(60)
        ]
    client, needed = client_of("ada"), {}
    for count in (20, 60):
        with counted(database) as statements:
            page = sent(client, made[:count], "preview", task="fields", regions="North")
        assert set(outcomes(page.text).values()) == {"will change"}
        needed[count] = len(statements)
    # Beside a fixed number, each system costs one statement: the change of its own row.
    assert needed[60] - needed[20] <= 40
    too_many = client.get(URL, query_string={"key": [f"AI-{n:04d}" for n in range(1, MOST_SYSTEMS + 2)]})
    assert too_many.status_code == 422
    assert f"at most {MOST_SYSTEMS}" in too_many.text


def test_a_link_is_added_and_removed_in_place(client_of, database, cast, keys):
    ada, url = client_of("ada"), f"/systems/{keys['triage']}/links"
    version = states(database, cast, "triage").version

    def add(version, **link):
        return ada.post(url, data={"version": str(version), "label": "Code", **link})

    for address in ("javascript:alert(1)", "ftp://x.example.org", "https://user@x.example.org", "", "code"):
        refused = add(version, url=address)
        assert refused.status_code == 422, address
        assert states(database, cast, "triage").links == []
    assert add(version, url="https://code.example.org/a").status_code == 303
    shown = ada.get(f"/systems/{keys['triage']}").text
    assert '<a href="https://code.example.org/a" rel="noopener noreferrer">Code</a>' in shown
    stale = add(version, url="https://code.example.org/b")
    assert stale.status_code == 409
    assert "https://code.example.org/b" in stale.text
    assert add(version + 1, url="https://code.example.org/a").status_code == 422
    gone = {"version": str(version + 1), "label": "Code", "url": "https://code.example.org/a"}
    assert client_of("otto").post(f"{url}/remove", data=gone).status_code == 403
    assert ada.post(f"{url}/remove", data=gone | {"version": str(version)}).status_code == 409
    assert ada.post(f"{url}/remove", data=gone).status_code == 303
    assert states(database, cast, "triage").links == []
