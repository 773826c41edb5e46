"""The pages of notices, mail and webhooks: what is sent comes to be, what cannot stand comes back, secrets are shown once."""

import re

from sqlmodel import select

from registry.kernel.actor import the_registry
from registry.notices.actions.hooking import disable_hook
from registry.notices.models import Delivery, HookHealth, Mailing, Notice, NoticeChoice, Webhook
from registry.notices.rules.choices import USUAL, Kind
from registry.notices.rules.hooks import HookState
from registry.notices.rules.sending import MailingKind, Sent

CHOICE = {f"way_{kind.value}": way.value for kind, way in USUAL.items()} | {
    "rhythm": "weekly",
    "weekday": "4",
    "hour": "7",
    "zone": "Europe/Berlin",
    "quiet_from": "22",
    "quiet_until": "6",
    "version": "0",
}
HOOK = {"label": "Team chat", "url": "https://93.184.215.14/in", "topics": ["alerts"], "version": "0"}


def only(database, kind):
    with database.transaction(read_only=True) as session:
        return session.exec(select(kind)).one()


def test_somebody_says_how_they_are_told_and_a_choice_that_cannot_stand_comes_back(client_of, database, cast):
    ada = client_of("ada")
    refused = ada.post("/account/notices", data=CHOICE | {"zone": "Nowhere", "quiet_until": ""})
    assert refused.status_code == 422
    assert "Europe/Berlin." in refused.text
    assert "need a beginning and an end" in refused.text
    # A duty is never offered as silent, and not taken either.
    assert ada.post("/account/notices", data=CHOICE | {"way_review": "here"}).status_code == 422
    assert ada.post("/account/notices", data=CHOICE).status_code == 303
    kept = only(database, NoticeChoice)
    assert (kept.whose, kept.hour, kept.weekday, kept.quiet_from) == (str(cast.number("ada")), 7, 4, 22)
    assert ada.post("/account/notices", data=CHOICE).status_code == 409
    assert ada.post("/mail/usual", data=CHOICE).status_code == 403
    assert client_of("adam").post("/mail/usual", data=CHOICE).status_code == 303


def test_what_is_marked_as_read_is_what_was_on_the_page(client_of, database, cast):
    with database.transaction() as session:
        for seq in (1, 2, 3):
            session.add(
                Notice(
                    person_id=cast.number("ada"),
                    seq=seq,
                    kind=Kind.ALERT,
                    at=cast.triage.registered_at,
                )
            )
    client_of("mia").post("/notices/read?until=3")
    client_of("ada").post("/notices/read?until=2")
    with database.transaction(read_only=True) as session:
        rows = session.exec(select(Notice).order_by(Notice.id)).all()
    assert [each.read_at is not None for each in rows] == [True, True, False]


def test_an_administrator_tries_mail_and_sends_a_dead_letter_again(client_of, database, cast):
    adam = client_of("adam")
    assert "sends no mail" in adam.get("/mail").text
    assert adam.post("/mail/test").status_code == 303
    with database.transaction() as session:
        letter = session.exec(select(Mailing)).one()
        assert (letter.kind, letter.person_id) == (MailingKind.TEST, cast.number("adam"))
        letter.state, letter.trouble = Sent.DEAD, "550 <b>no"
    assert "550 &lt;b&gt;no" in adam.get("/mail").text
    assert adam.post(f"/mail/{letter.id}/again").status_code == 303
    assert only(database, Mailing).state is Sent.WAITING
    assert adam.post(f"/mail/{letter.id}/again").status_code == 422


def test_a_webhook_is_added_with_its_secret_shown_once_then_changed_tested_paused(client_of, database, cast):
    adam = client_of("adam")
    added = adam.post("/webhooks/new", data=HOOK)
    [secret] = set(re.findall(r"whsec_[\w-]{43}", added.text))
    hook = only(database, Webhook)
    place = f"/webhooks/{hook.id}"
    assert all(secret not in adam.get(each).text for each in ("/webhooks", place, f"{place}/edit"))
    changed = HOOK | {"label": "Tickets", "system": "AI-0001", "version": str(hook.version)}
    assert adam.post(f"{place}/edit", data=changed).status_code == 303
    assert adam.post(f"{place}/edit", data=changed).status_code == 409
    assert (only(database, Webhook).label, only(database, Webhook).system_id) == ("Tickets", 1)
    assert adam.post(f"{place}/test").status_code == 303
    delivery = only(database, Delivery)
    assert "webhook.tested" in adam.get(f"/webhooks/deliveries/{delivery.id}").text
    assert adam.post(f"/webhooks/deliveries/{delivery.id}/again").status_code == 422
    replaced = adam.post(f"{place}/secret")
    assert secret not in replaced.text
    assert "as well" in replaced.text
    adam.post(f"{place}/switch?to=paused")
    assert only(database, Webhook).state is HookState.PAUSED
    assert adam.post(f"{place}/test").status_code == 422


WRONG_HOOKS = [
    ({"url": "https://169.254.169.254/latest"}, "not on the public network"),
    ({"url": "http://93.184.215.14/"}, "Use https"),
    ({"url": ""}, "begins with https"),
    ({"label": ""}, "Say what receives it"),
    ({"topics": []}, "Choose what it is to hear of"),
    ({"topics": ["sign_in"]}, "not a valid choice"),
    ({"system": "AI-9999"}, "no such system"),
    ({"system": "nonsense"}, "no such system"),
]


def test_a_webhook_that_cannot_stand_comes_back_filled_with_why(client_of, database, cast):
    adam = client_of("adam")
    for changed, says in WRONG_HOOKS:
        reply = adam.post("/webhooks/new", data=HOOK | changed)
        assert (reply.status_code, says in reply.text) == (422, True), changed
        assert "label" in changed or "Team chat" in reply.text


def test_an_administrator_finds_a_hook_that_was_switched_off_on_their_desk_and_nobody_else_does(
    client_of, database, cast
):
    adam = client_of("adam")
    adam.post("/webhooks/new", data=HOOK)
    with database.transaction() as session:
        hook = session.exec(select(Webhook)).one()
        disable_hook(session, the_registry("worker"), hook, HookHealth(hook_id=hook.id, failures=9))
    assert "Mend the webhook Team chat" in adam.get("/").text
    assert "Mend the webhook" not in client_of("ada").get("/").text
