"""App: one request is one transaction; signed-in unless a view says @public."""

import logging
import re
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import cached_property
from typing import Any, cast

import sqlalchemy.exc
from flask import Flask, Response, current_app, g, has_request_context, redirect, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from registry.kernel.actor import Actor, Role, looking_back
from registry.kernel.errors import Conflict, Forbidden, SignInNeeded
from registry.limits.rules import Budget
from registry.store.past import Pasts, Recipe
from registry.store.sealing import Purpose, Seal
from registry.store.session import Database
from registry.web import doors, limiting, narrowing, past, repeating
from registry.web.addresses import Addresses
from registry.web.past_days import READS, PastDays

log = logging.getLogger("registry.web")

ActorLoader = Callable[[Session], Actor | None]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Refused(Exception):
    """Carries a reply of 400 or above out of the transaction, so that leaving it rolls back."""

    def __init__(self, reply: Response) -> None:
        super().__init__(reply.status)
        self.reply = reply


class App(Flask):
    """Flask, with the database transaction and the question "who is this?" around every view."""

    database: Database
    load_actor: ActorLoader
    # The restricted systems that somebody may know of for the units they head.
    headed_by: Callable[[Session, Actor], frozenset[int]]
    past_recipe: Callable[[], Recipe]
    # Has the worker lay out a day, by the name of its past, for a person; whether it will, or has given that day up.
    # Raises TooManyWaiting.
    ask_for_past: Callable[[date, str, int | None], bool]
    _kept_pasts: Pasts | None = None

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view inside its transaction: a reply under 400 commits, any other leaves no trace.

        A page that catches a broken rule *returns* 422; it must not keep what it had flushed by then, so
        the reply, not the exception, decides (warehouse's rule made mechanical).
        """
        if request.endpoint == "static" and past.day_asked() is not None:
            return redirect(past.today_instead(), 308)
        if request.routing_exception is not None or request.endpoint == "static":
            return super().dispatch_request()
        view = self.view_functions[cast("str", request.endpoint)]
        if doors.is_public(view) and doors.asks_no_database(view):
            return super().dispatch_request()
        day = past.day_asked()
        if day is not None and request.method != "OPTIONS" and not doors.is_ordering(view):
            return self._look_back(view, day)
        reads = request.method in READS
        if not reads:
            # Whoever sends slowly would else keep all others from writing.
            request.get_data(parse_form_data=True)
            repeating.weigh(view)
        try:
            if (reader := doors.reader_of(view)) is not None:
                self._read_ahead(view, reader)
            with self.database.transaction(read_only=reads) as session:
                reply = self._enter(view, session)
                _roll_back_if(reply, kept=doors.is_kept(view))
        except Refused as refused:
            return refused.reply
        except StaleDataError as stale:
            raise Conflict("Somebody else changed this meanwhile. Reload it and try again.", 0) from stale
        except sqlalchemy.exc.IntegrityError as refused:
            if not _is_taken(refused):
                raise
            # The rules had asked; somebody else was quicker by the moment between asking and storing.
            raise Conflict(
                "Somebody else saved the same at this moment. Reload and try again.", 0
            ) from refused
        for act in g.pop("once_kept", ()):
            act()
        return reply

    def _look_back(self, view: Callable[..., Any], day: date) -> ResponseReturnValue:
        """Show the view as of the end of a past day, to whoever may see it today; what is of today alone is shown as it is."""
        if request.method not in READS and not doors.is_taking_away(view):
            raise Forbidden("The past is shown and not changed. Go back to today to change something.")
        if not doors.has_past(view):
            return redirect(past.today_instead())
        with self.database.glance() as session:
            self._ask_in(view, session)
            back = self._backwards(session)
        today, g.actor, g.notes = g.actor, back, []
        with self._past_days.seen(day, asked_as=request_id()) as session:
            reply = self._enter(view, session)
        if g.notes:
            # The day is left, so the entry is of today; where it cannot be made, nothing is handed out.
            try:
                with self.database.transaction() as session:
                    for note in g.notes:
                        note(session, today)
            except BaseException:
                reply.close()
                raise
        return reply

    def url_for(self, endpoint: str, **values: Any) -> str:
        """The address of a view; on a page of a past day that of today for whatever is of today alone, files among it."""
        if not has_request_context():
            return super().url_for(endpoint, **values)
        if past.day_asked() is None:
            return self._addresses.of(endpoint, values, super().url_for)
        address = super().url_for(endpoint, **values)
        named = f"{request.blueprint}{endpoint}" if endpoint.startswith(".") else endpoint
        view = self.view_functions[named]
        return address if doors.has_past(view) or doors.is_ordering(view) else past.of_today(address)

    @cached_property
    def _addresses(self) -> Addresses:
        return Addresses()

    @property
    def _past_days(self) -> PastDays:
        if self._kept_pasts is None:
            self._kept_pasts = Pasts(self.database, self.past_recipe())
        return PastDays(self._kept_pasts, self.ask_for_past, self.config["REGISTRY_DATA_DIR"])

    def close_pasts(self) -> None:
        """Close the pasts that were looked at: another database is served from here on, or none."""
        if self._kept_pasts is not None:
            self._kept_pasts.dispose()
            self._kept_pasts = None

    def shown_again(self) -> Response | None:
        """The page at this request's address, asked for as if it were opened, its forms filled as they were sent.

        None where the address has no page. Raises what the page raises: SignInNeeded, NotFound.
        """
        adapter = cast("MapAdapter", request_ctx.url_adapter)
        try:
            rule, arguments = adapter.match(method="GET", return_rule=True)
        except HTTPException:
            return None
        # Reading from here on: nothing that the form asks for can happen, and no view takes it for sent.
        request.method, request.url_rule, request.view_args = "GET", rule, dict(arguments)
        g.pop("actor", None)
        g.fills_forms = True
        return self.make_response(self.dispatch_request())

    def recognise(self) -> None:
        """Find out who makes this request, for a page of refusal that stands in the frame of whoever is signed in."""
        if "actor" not in g:
            with self.database.glance() as session:
                g.actor = self.load_actor(session)

    def _read_ahead(self, view: Callable[..., Any], reader: Callable[..., Any]) -> None:
        """Ask who it is, and then read what they send, while others may write: to read thousands of things takes a while."""
        arguments, day = request.view_args or {}, past.day_asked()
        with self.database.glance() as session:
            g.session = session
            self._ask_in(view, session)
            back = self._backwards(session) if day else None
            if day is None and not doors.reads_apart(view):
                g.read = reader(**arguments)
                return
        if day is None:
            g.read = reader(**arguments)
            # That took a while: who asks, and what they may by now, is asked again where something is done.
            del g.actor
            return
        # What is ordered of a past day is looked up there, and ordered today.
        today, g.actor = g.actor, back
        with self._past_days.seen(day, asked_as=request_id()) as g.session:
            g.read = reader(**arguments)
        g.actor = today

    def _backwards(self, session: Session) -> Actor | None:
        """Whoever asks, as they look at a past day."""
        return g.actor and looking_back(g.actor, self.headed_by(session, g.actor))

    def _ask_in(self, view: Callable[..., Any], session: Session) -> None:
        g.actor = self.load_actor(session)
        if doors.is_kept(view) and request.method not in READS:
            limiting.refuse_spent(session, Budget.PROOF)
        permission = doors.permission_of(view)
        if permission is not None:
            doors.admit(g.actor, permission)

    def _enter(self, view: Callable[..., Any], session: Session) -> Response:
        g.session = session
        if "actor" not in g:
            self._ask_in(view, session)
        narrowing.note_asked(view)
        make = super().dispatch_request
        try:
            return repeating.answered(session, g.actor, view, lambda: self.make_response(make()))
        except sqlalchemy.exc.DataError as refused:
            # A value the database cannot hold (a number past its range) is the client's mistake, not ours.
            raise Conflict("One of the values cannot be stored. Check the numbers and dates.", 0) from refused


def _is_taken(refused: sqlalchemy.exc.IntegrityError) -> bool:
    """Whether something was to be stored that may be there once and is there; any other is a fault of the program."""
    told = {getattr(refused.orig, name, None) for name in ("sqlstate", "sqlite_errorname")}
    return bool(told & {"23505", "SQLITE_CONSTRAINT_UNIQUE"})


def _roll_back_if(reply: Response, *, kept: bool) -> None:
    if reply.status_code >= 400 and not kept:
        raise Refused(reply)


def session() -> Session:
    """This request's database session."""
    return cast("Session", g.session)


def actor() -> Actor:
    """Who makes this request. Raises SignInNeeded when nobody is signed in."""
    found = current_actor()
    if found is None:
        raise SignInNeeded
    return found


def current_actor() -> Actor | None:
    """Who makes this request, or None on a public page without a session."""
    with suppress(AttributeError):
        return cast("Actor | None", g.actor)
    return None


def made_by(who: Actor) -> None:
    """Take this request for one that `who` makes, on a public page that was shown who they are: for the log, and for limits."""
    g.actor = who


def noted(note: Callable[[Session, Actor], object]) -> None:
    """Have `note` say in today's ledger what this view hands out: now, or once the past day it reads has been left.

    What it raises keeps the file back.
    """
    if past.day_asked() is None:
        note(session(), actor())
    else:
        g.notes.append(note)


def read() -> Any:
    """What this view's reader (doors.takes_batches) made of the body."""
    return g.read


def database() -> Database:
    """The application's database, for what must happen in a transaction of its own."""
    return cast("App", current_app).database


def seal(purpose: Purpose) -> Seal:
    """What this installation seals texts of that purpose with."""
    return cast("Seal", current_app.extensions["seals"][purpose])


def request_id() -> str:
    """A name for this request that ledger, logs and error pages share: its proxy's, where one stands there, or a new one.

    A name from elsewhere must be short and plain, for it ends up in the ledger and in every log.
    """
    if "request_id" not in g:
        given = request.headers.get("X-Request-ID", "") if current_app.config.get("BEHIND_PROXY") else ""
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex[:16]
    return cast("str", g.request_id)


def is_member_only(person: Actor) -> bool:
    """Whether the person holds no organisation-wide role beyond being here."""
    return person.roles <= {Role.MEMBER}
