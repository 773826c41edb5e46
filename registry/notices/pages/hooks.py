"""Webhooks: every one with whether it answers; adding and changing one; one with what was sent to it; one delivery with its tries."""

from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.kernel.errors import NotFound
from registry.kernel.text import SYSTEM_PREFIX, number_of, public_key
from registry.notices import actions
from registry.notices.actions import Stated
from registry.notices.forms import HookForm, hook_shown
from registry.notices.models.hooks import Webhook
from registry.notices.pages.shared import pages
from registry.notices.queries import hooks as queries
from registry.notices.rules.hooks import HookFacts
from registry.notices.rules.sending import Sent
from registry.output.destinations import networks_from
from registry.store.paging import cursor_of, parts_of
from registry.web.doors import needs, reads_ahead
from registry.web.flask_app import actor, read, session
from registry.web.formkit import Form, shown

_PAGE = 50
_UNKNOWN_SYSTEM = 0


def _objection(**_address: Any) -> str:
    """What is wrong with the address that was typed; asked before anything is held for writing, for names are looked up."""
    url = request.form.get("url", "").strip()
    return queries.objection_to(url, networks_from(current_app.config["REGISTRY_WEBHOOK_NETWORKS"]))


def _key() -> str:
    return str(current_app.config["SECRET_KEY"])


@pages.get("/webhooks")
@needs(Permission.NOTICES_MANAGE)
def hooks() -> ResponseReturnValue:
    found = queries.hooks(session())
    return render_template(
        "notices/hooks.html",
        hooks=found,
        health=queries.health_of(session(), {each.id or 0 for each in found}),
        counts=queries.counts_of(session()),
        states=Sent,
    )


@pages.get("/webhooks/new")
@needs(Permission.NOTICES_MANAGE)
def new_hook() -> ResponseReturnValue:
    return shown("notices/hook_form.html", HookForm(), hook=None)


@pages.post("/webhooks/new")
@needs(Permission.NOTICES_MANAGE)
@reads_ahead(_objection)
def add_hook() -> ResponseReturnValue:
    form = HookForm()
    made = form.carried_out(lambda: actions.add_hook(session(), actor(), _stated(form), _key()))
    if made is None:
        return shown("notices/hook_form.html", form, hook=None)
    hook, secret = made
    # Shown on this one page and never again: it is kept encrypted.
    return _secret_shown(hook, secret)


def _stated(form: HookForm) -> Stated:
    typed = form.system.data or ""
    system_id = (number_of(SYSTEM_PREFIX, typed) or _UNKNOWN_SYSTEM) if typed else None
    facts = HookFacts(
        form.label.data or "",
        form.url.data or "",
        tuple(form.topics.data or ()),
        system_id,
        bool(form.restricted.data),
    )
    return Stated(facts, read())


def _secret_shown(hook: Webhook, secret: str) -> Response:
    return make_response(render_template("notices/hook_shown_once.html", hook=hook, secret=secret))


@pages.get("/webhooks/<int:number>/edit")
@needs(Permission.NOTICES_MANAGE)
def hook_form(number: int) -> ResponseReturnValue:
    hook = _hook(number)
    return shown(
        "notices/hook_form.html", HookForm(data=hook_shown(queries.facts_of(hook), hook.version)), hook=hook
    )


@pages.post("/webhooks/<int:number>/edit")
@needs(Permission.NOTICES_MANAGE)
@reads_ahead(_objection)
def edit_hook(number: int) -> ResponseReturnValue:
    hook, form = _hook(number, lock=True), HookForm()

    def change() -> bool:
        actions.edit_hook(session(), actor(), hook, _stated(form), version=form.version.data or 0)
        return True

    if form.carried_out(change) is None:
        return shown("notices/hook_form.html", form, hook=hook)
    flash("The webhook is changed.", "good")
    return redirect(url_for(".hook", number=number), 303)


def _hook(number: int, *, lock: bool = False) -> Webhook:
    found = queries.hook_by_id(session(), number, lock=lock)
    if found is None:
        raise NotFound
    return found


@pages.get("/webhooks/<int:number>")
@needs(Permission.NOTICES_MANAGE)
def hook(number: int) -> ResponseReturnValue:
    found, before = _hook(number), parts_of(request.args.get("before"), (int,))
    state = Sent.DEAD if request.args.get("shown") == "dead" else None
    sent = queries.deliveries_of(
        session(), number, state=state, before=before[0] if before else None, limit=_PAGE + 1
    )
    kept: dict[str, Any] = {"shown": "dead"} if state else {}
    following = (
        url_for(".hook", number=number, before=cursor_of(sent[_PAGE - 1].id or 0), **kept)
        if len(sent) > _PAGE
        else None
    )
    page = sent[:_PAGE]
    return render_template(
        "notices/hook.html",
        hook=found,
        system_key=public_key(SYSTEM_PREFIX, found.system_id) if found.system_id else None,
        health=queries.health_of(session(), {number}).get(number),
        deliveries=page,
        attempts=queries.attempts_of(session(), {each.id or 0 for each in page}),
        only_dead=state is not None,
        next_url=following,
        now=clock.now(),
        button=Form(formdata=None),
    )


@pages.post("/webhooks/<int:number>/switch")
@needs(Permission.NOTICES_MANAGE)
def switch_hook(number: int) -> ResponseReturnValue:
    found, on = _hook(number, lock=True), request.args.get("to") == "on"
    actions.switch(session(), actor(), found, on=on)
    flash("It is switched on." if on else "It is paused.", "good")
    return redirect(url_for(".hook", number=number), 303)


@pages.post("/webhooks/<int:number>/secret")
@needs(Permission.NOTICES_MANAGE)
def replace_secret(number: int) -> ResponseReturnValue:
    found = _hook(number, lock=True)
    return _secret_shown(found, actions.replace_secret(session(), actor(), found, _key()))


@pages.post("/webhooks/<int:number>/test")
@needs(Permission.NOTICES_MANAGE)
def try_hook(number: int) -> ResponseReturnValue:
    actions.try_hook(
        session(), actor(), _hook(number, lock=True), current_app.config["REGISTRY_BASE_URL"].rstrip("/")
    )
    flash("A test is on its way. What becomes of it shows below.", "good")
    return redirect(url_for(".hook", number=number), 303)


@pages.get("/webhooks/deliveries/<int:number>")
@needs(Permission.NOTICES_MANAGE)
def delivery(number: int) -> ResponseReturnValue:
    found = queries.delivery_by_id(session(), number)
    if found is None:
        raise NotFound
    return render_template(
        "notices/delivery.html",
        delivery=found,
        hook=_hook(found.hook_id),
        attempts=queries.attempts_of(session(), {number}).get(number, []),
        button=Form(formdata=None),
    )


@pages.post("/webhooks/deliveries/<int:number>/again")
@needs(Permission.NOTICES_MANAGE)
def resend(number: int) -> ResponseReturnValue:
    found = queries.delivery_by_id(session(), number, lock=True)
    if found is None:
        raise NotFound
    actions.resend(session(), actor(), found)
    flash("It is tried again.", "good")
    return redirect(url_for(".delivery", number=number), 303)
