"""Who may enter a view: every view names its permission or says it is public; the application refuses to start otherwise."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask

from registry.kernel.actor import GRANTS, LOOKS, Actor, Permission, says_why_not
from registry.kernel.errors import Forbidden, SignInNeeded

View = TypeVar("View", bound=Callable[..., Any])

_PERMISSION = "registry_permission"
_PUBLIC = "registry_public"
_KEEPS = "registry_keeps_refusals"
_NO_DATABASE = "registry_no_database"
_FILES = "registry_takes_files"
_BATCHES = "registry_takes_batches"
_READER = "registry_reads_ahead"
_APART = "registry_reads_apart"
_TAKES_AWAY = "registry_takes_away"
_ORDERS = "registry_orders"


def needs(permission: Permission) -> Callable[[View], View]:
    """Mark a view with the permission that any actor must hold in general to enter it.

    Whether they hold it on the record in question is asked by the action or by the query that finds it.
    """

    def mark(view: View) -> View:
        setattr(view, _PERMISSION, permission)
        return view

    return mark


def public(view: View) -> View:
    """Mark a view that needs nobody signed in. The list of them is pinned by a test."""
    setattr(view, _PUBLIC, True)
    return view


def keeps_refusals(view: View) -> View:
    """Mark a view whose refusals must be remembered (a failed sign-in counts); its 4xx replies commit."""
    setattr(view, _KEEPS, True)
    return view


def takes_files(view: View) -> View:
    """Mark a view that takes uploaded files: its requests may be as large as an upload, those of others as a form."""
    setattr(view, _FILES, True)
    return view


def takes_batches(reader: Callable[..., Any]) -> Callable[[View], View]:
    """Mark a view of the JSON door that takes thousands of things at once: its body may be as large as an upload.

    `reader` is given what the address names and makes something of this request's body. It runs once it is known who sends
    it, in a session in which nothing is written, and asks first whether they may: nobody makes the server read thousands of
    things that they may not send anyway. The view finds what it made in flask_app.read(); what it raises is the answer.
    """

    def mark(view: View) -> View:
        setattr(view, _BATCHES, True)
        return reads_ahead(reader)(view)

    return mark


def reads_ahead(reader: Callable[..., Any], *, apart: bool = False) -> Callable[[View], View]:
    """Mark a view that has something lengthy made of what it was sent, or asked outside (a name looked up), before its
    transaction begins.

    `reader` runs as that of takes_batches() does: nobody who writes waits for it. With `apart` it asks the database nothing, no
    connection is held while it goes on, and who asks is found out anew once it is done.
    """

    def mark(view: View) -> View:
        setattr(view, _READER, reader)
        setattr(view, _APART, apart)
        return view

    return mark


def takes_away(view: View) -> View:
    """Mark a view that changes nothing and hands out what is shown as a file: it may be sent to as of a past day too.

    Who took it is said with flask_app.noted(), which reaches today's ledger whatever day the view reads.
    """
    setattr(view, _TAKES_AWAY, True)
    return view


def no_database(view: View) -> View:
    """Mark a public view that must answer while the database does not."""
    setattr(view, _NO_DATABASE, True)
    return view


def orders(reader: Callable[..., Any]) -> Callable[[View], View]:
    """Mark a view that has something made later of what its page shows: it may be sent to as of a past day too.

    `reader` runs as that of reads_ahead() does, but in the register of the day, as whoever looks back at it; the view then asks
    for it today, in today's register, and finds the day in past.day_asked().
    """

    def mark(view: View) -> View:
        setattr(view, _ORDERS, True)
        return reads_ahead(reader)(view)

    return mark


def is_ordering(view: Callable[..., Any]) -> bool:
    """Whether the view has something made later, of whatever day."""
    return bool(getattr(view, _ORDERS, False))


def is_taking_away(view: Callable[..., Any]) -> bool:
    """Whether the view only hands out a file."""
    return bool(getattr(view, _TAKES_AWAY, False))


def reader_of(view: Callable[..., Any]) -> Callable[..., Any] | None:
    """What reads the body for a view that has it read ahead."""
    return getattr(view, _READER, None)


def reads_apart(view: Callable[..., Any]) -> bool:
    """Whether that reader asks the database nothing."""
    return bool(getattr(view, _APART, False))


def takes_large_bodies(view: Callable[..., Any] | None) -> bool:
    """Whether the view takes batches."""
    return bool(getattr(view, _BATCHES, False))


def may_be_large(view: Callable[..., Any] | None) -> bool:
    """Whether the view takes uploaded files."""
    return bool(getattr(view, _FILES, False))


def permission_of(view: Callable[..., Any]) -> Permission | None:
    """The permission a view is marked with."""
    return getattr(view, _PERMISSION, None)


def has_past(view: Callable[..., Any]) -> bool:
    """Whether the view can be read as of a past day; what it shows is of today alone where it cannot."""
    return permission_of(view) in LOOKS


def is_public(view: Callable[..., Any]) -> bool:
    """Whether the view is marked as needing nobody signed in."""
    return bool(getattr(view, _PUBLIC, False))


def asks_no_database(view: Callable[..., Any]) -> bool:
    """Whether the view answers without one."""
    return bool(getattr(view, _NO_DATABASE, False))


def is_kept(view: Callable[..., Any]) -> bool:
    """Whether the view's refusals are committed."""
    return bool(getattr(view, _KEEPS, False))


def admit(actor: Actor | None, permission: Permission) -> None:
    """Let in whoever holds the permission anywhere. Raises SignInNeeded for nobody, Forbidden for all others."""
    if actor is None:
        raise SignInNeeded
    grant = GRANTS[permission]
    if actor.token is not None and not actor.token.scopes & grant.scopes:
        raise Forbidden("This token's scopes do not reach this.")
    # Seats are per system: the action asks for the system at hand. Here only those are turned away who hold the permission nowhere.
    if not actor.roles & grant.roles and not any(held & grant.seats for held in actor.seats.values()):
        raise Forbidden(says_why_not(permission))


def refuse_unmarked(app: Flask) -> None:
    """Raise RuntimeError naming every endpoint that declares neither a permission nor `public`, or both."""
    unmarked = sorted(
        endpoint
        for endpoint, view in app.view_functions.items()
        if (permission_of(view) is None) == (not is_public(view))
    )
    if unmarked:
        raise RuntimeError(f"these views declare no permission (or two answers): {', '.join(unmarked)}")
