"""Signing in by a password, with a second step where one is due, and signing out."""

from collections.abc import Sequence

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.accounts import actions
from registry.accounts.actions import Halfway, Next
from registry.accounts.forms import ChooseForm, CodeForm, SetUpForm, SignInForm
from registry.accounts.pages.shared import pages
from registry.identity.queries.known import opened_by
from registry.identity.queries.provider import Provider
from registry.identity.rules.flows import leaving_url
from registry.kernel import clock
from registry.kernel.actor import Permission
from registry.people.queries import person_by_id
from registry.second_steps import queries as offers
from registry.second_steps import rules
from registry.second_steps.actions import Typed
from registry.second_steps.render import picture
from registry.store.sealing import Purpose
from registry.web import refilling
from registry.web.confirming import browser_secret, let_in, let_out
from registry.web.doors import keeps_refusals, needs, public
from registry.web.flask_app import actor, current_actor, request_id, seal, session
from registry.web.formkit import Form, shown
from registry.web.security import emptied

# How long a password that was right waits for its code.
_HALFWAY_SECONDS = 600


@pages.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    if current_actor() is not None:
        return redirect(url_for("portfolio.desk"), 303)
    form = SignInForm(data={"next": request.args.get("next", "")})
    return render_template("accounts/sign_in.html", form=form)


@pages.post("/sign-in")
@public
@keeps_refusals
def enter() -> ResponseReturnValue:
    form = SignInForm()
    only_for = current_app.config["REGISTRY_PASSWORDS_ONLY_FOR"]
    entered = form.carried_out(
        lambda: actions.sign_in(
            session(),
            form.email.data or "",
            form.password.data or "",
            only_for=only_for,
            **_door(),
        )
    )
    if entered is None:
        return shown("accounts/sign_in.html", form)
    if isinstance(entered, Halfway):
        return _go_on(entered, form)
    return _inside(entered[0], form.next.data, form.kept.data)


def _go_on(due: Halfway, form: SignInForm | ChooseForm) -> ResponseReturnValue:
    told = {"half": seal(Purpose.HALFWAY).sealed(due.said(), clock.now()), "next": form.next.data}
    if due.due is Next.SET_UP:
        return make_response(_set_up_page(due.person_id, SetUpForm(formdata=None, data=told)))
    told |= {"kept": form.kept.data}
    if due.due is Next.CHOOSE:
        return make_response(_choose_page(due.person_id, ChooseForm(formdata=None, data=told)))
    code = CodeForm(formdata=None, data=told)
    return make_response(render_template("accounts/code.html", form=code))


@pages.post("/sign-in/code")
@public
@keeps_refusals
def take_code() -> ResponseReturnValue:
    form = CodeForm()
    number = _halfway(form, Next.CODE)
    if number is None:
        return redirect(url_for(".sign_in"), 303)
    typed = Typed(form.code.data or "", seal(Purpose.SECOND_STEP))
    entered = form.carried_out(lambda: actions.take_second_step(session(), number, typed, **_door()))
    if entered is None:
        return shown("accounts/code.html", form)
    return _inside(entered[0], form.next.data, form.kept.data)


@pages.post("/sign-in/second-step")
@public
@keeps_refusals
def set_up_code() -> ResponseReturnValue:
    form = SetUpForm()
    number = _halfway(form, Next.SET_UP)
    if number is None:
        return redirect(url_for(".sign_in"), 303)
    entered = form.carried_out(lambda: _set_up(number, form))
    if entered is None:
        return _set_up_page(number, form)
    let_in(entered[0])
    then = refilling.inside(form.next.data, url_for("portfolio.desk"))
    return make_response(render_template("second_steps/codes.html", codes=entered[1], then=then))


@pages.post("/sign-in/first-password")
@public
@keeps_refusals
def choose_password() -> ResponseReturnValue:
    form = ChooseForm()
    number = _halfway(form, Next.CHOOSE)
    if number is None:
        return redirect(url_for(".sign_in"), 303)
    typed, guessed = (
        Typed(form.own_code.data or "", seal(Purpose.SECOND_STEP)),
        current_app.config["REGISTRY_GUESSED"],
    )
    entered = form.carried_out(
        lambda: actions.choose_password(
            session(), number, form.password.data or "", typed, guessed=guessed, **_door()
        )
    )
    if entered is None:
        return _choose_page(number, form)
    if isinstance(entered, Halfway):
        return _go_on(entered, form)
    return _inside(entered[0], form.next.data, form.kept.data)


def _choose_page(number: int, form: ChooseForm) -> Response:
    status = 422 if form.errors or form.form_errors else 200
    has_step = offers.factor_of(session(), number) is not None
    return make_response(render_template("accounts/choose.html", form=form, has_step=has_step), status)


def _set_up(number: int, form: SetUpForm) -> tuple[str, list[str]]:
    secret = offers.offered(seal(Purpose.ENROLMENT), number, form.offer.data or "", clock.now())
    typed = Typed(form.code.data or "", seal(Purpose.SECOND_STEP))
    return actions.enter_enrolling(session(), number, secret, typed, **_door())


def _set_up_page(number: int, form: SetUpForm) -> Response:
    now = clock.now()
    if not offers.offered(seal(Purpose.ENROLMENT), number, form.offer.data or "", now):
        form.offer.data = offers.offer(seal(Purpose.ENROLMENT), number, now)
    secret = offers.offered(seal(Purpose.ENROLMENT), number, form.offer.data or "", now)
    email = person_by_id(session(), number).email
    address = rules.enrolment_uri(secret, email, current_app.config["ORGANISATION"])
    status = 422 if form.errors or form.form_errors else 200
    page = render_template(
        "accounts/enrol.html", form=form, picture=picture(address), secret=rules.grouped(secret)
    )
    return make_response(page, status)


def _halfway(form: Form, due: Next) -> int | None:
    """Whose password was right a moment ago, as the form carries it under our seal; None where it is too long ago, or the password is another one by now."""
    opened = seal(Purpose.HALFWAY).opened(form.half.data or "", at=clock.now(), seconds=_HALFWAY_SECONDS)
    return actions.halfway(session(), opened, due) if opened else None


def _door() -> dict[str, str]:
    """Through what somebody comes in: the browser, the request, and as whom this browser had been signed in."""
    device = request.headers.get("User-Agent", "")
    return {"device": device, "request_id": request_id(), "replaces": browser_secret()}


def _inside(secret: str, then: str | None, kept: str | None) -> ResponseReturnValue:
    let_in(secret)
    return refilling.onward(then, kept, url_for("portfolio.desk"))


def sign_in_again(then: str, kept_text: str, problems: Sequence[str] = ()) -> Response:
    """The sign-in form for whoever sent another form and is signed in no longer; it carries what they typed.

    With `problems` for whoever has tried to come in by other means, which were refused.
    """
    form = SignInForm(formdata=None, data={"next": then, "kept": kept_text})
    form.form_errors += problems
    return make_response(render_template("accounts/sign_in.html", form=form, is_again=not problems))


@pages.post("/sign-out")
@needs(Permission.OWN_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    leaving = _leaving_provider()
    actions.sign_out(session(), actor(), browser_secret())
    let_out()
    if leaving is None:
        return emptied(redirect(url_for("accounts.sign_in"), 303))
    page = render_template(
        "accounts/signed_out.html", name=leaving[0], url=leaving[1], me=None, navigation=[], as_of=None
    )
    return emptied(page)


def _leaving_provider() -> tuple[str, str] | None:
    """What the provider of this browser's session is called, and where its own session ends; None where there is none."""
    found: Provider | None = current_app.extensions["provider"]
    opened = opened_by(session(), browser_secret()) if found else None
    places = found.known_places if found else None
    if found is None or opened is None or places is None:
        return None
    token = seal(Purpose.PROVIDER_TOKEN).opened(opened.sealed_token) or ""
    url = leaving_url(found.terms, places, token)
    return (found.terms.name, url) if url else None
