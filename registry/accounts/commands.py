"""registry accounts: the first administrator, passwords, tokens, accounts of the provider, second steps."""

import sys

import click
from sqlmodel import Session

from registry.accounts import actions, queries
from registry.accounts.rules import FIRST_HOURS, guessed_in
from registry.identity.actions import linking
from registry.kernel.actor import Role, the_registry
from registry.kernel.errors import Problem, RuleBroken
from registry.passkeys import actions as passkeys
from registry.people import actions as people
from registry.people.models import Person
from registry.people.rules import PersonFacts
from registry.second_steps import actions as second_steps
from registry.store.commandkit import answer, house
from registry.store.lines import refuse_unsorted

_PASSWORD_STDIN = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input instead: by whoever will use it, and keeps it.",
)


@click.group("accounts")
def accounts() -> None:
    """People who sign in, and tokens for programs."""


@accounts.command("create-admin")
@click.argument("email")
@click.option("--name", default="", help="The person's name; the e-mail address's first part unless told.")
@_PASSWORD_STDIN
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def create_admin(email: str, name: str, password_stdin: bool, as_json: bool) -> None:
    """Give EMAIL the administrator role and a password; adds the person if they are new.

    The password is drawn and printed once. For three days it opens the page where they choose their own, and nothing else.
    """
    password = _typed() if password_stdin else None
    door = the_registry("command")
    with house().database.transaction() as session:
        person = queries.person_by_email(session, email)
        if person is None:
            person = people.add_person(
                session, door, PersonFacts(name or email.split("@", maxsplit=1)[0], email)
            )
        actions.grant_role(session, door, person, Role.ADMINISTRATOR)
        drawn = _set(session, person, password)
    # Only now: what a command answers has been committed.
    _told(person, drawn, as_json, f"{person.email} is an administrator and can sign in.")


@accounts.command("set-password")
@click.argument("email")
@_PASSWORD_STDIN
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def set_password(email: str, password_stdin: bool, as_json: bool) -> None:
    """Give EMAIL another password and sign them out everywhere.

    It is drawn and printed once. For three days it opens the page where they choose their own, and nothing else.
    """
    password = _typed() if password_stdin else None
    with house().database.transaction() as session:
        person = _known(session, email)
        drawn = _set(session, person, password)
    _told(person, drawn, as_json, f"{person.email} has a new password.")


@accounts.command("issue-token")
@click.argument("email")
@click.option(
    "--scope", "scopes", multiple=True, required=True, help="What the token may do; repeat for more."
)
@click.option("--system", "key", default=None, help="Hold the token to one system, such as AI-0042.")
@click.option("--label", default="issued by command", help="What will use it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def issue_token(email: str, scopes: tuple[str, ...], key: str | None, label: str, as_json: bool) -> None:
    """Make a token that acts for EMAIL; it is shown once."""
    from registry.systems.queries import by_key  # noqa: PLC0415 - only this command needs systems

    door = the_registry("command")
    with house().database.transaction() as session:
        person = _known(session, email)
        system_id = by_key(session, door, key).id if key else None
        text, token = actions.issue_token(
            session, door, person, label, frozenset(scopes), system_id=system_id
        )
    answer({"token": text, "id": token.id}, as_json, text)


@accounts.command("link")
@click.argument("email")
@click.argument("subject")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def link(email: str, subject: str, as_json: bool) -> None:
    """Say that the provider's account SUBJECT (its "sub") is EMAIL; that person signs in with it from now on."""
    issuer = house().settings.oidc_issuer
    if not issuer:
        raise RuleBroken([Problem("issuer", "No provider is configured: set REGISTRY_OIDC_ISSUER.")])
    with house().database.transaction() as session:
        person = _known(session, email)
        linking.link(session, the_registry("command"), person, issuer, subject)
    answer({"person": person.email, "subject": subject}, as_json, f"{person.email} signs in with {subject}.")


@accounts.command("reset-second-step")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def reset_second_step(email: str, as_json: bool) -> None:
    """Take away the second step of EMAIL, whose device and recovery codes are lost."""
    with house().database.transaction() as session:
        person = _known(session, email)
        second_steps.reset(session, the_registry("command"), person)
    answer({"person": person.email}, as_json, f"{person.email} has no second step any more.")


@accounts.command("reset-passkeys")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def reset_passkeys(email: str, as_json: bool) -> None:
    """Take away every passkey of EMAIL, whose device is lost, and sign them out everywhere."""
    with house().database.transaction() as session:
        person = _known(session, email)
        passkeys.reset(session, the_registry("command"), person)
    answer({"person": person.email}, as_json, f"{person.email} has no passkeys any more.")


def _typed() -> str:
    return sys.stdin.readline().rstrip("\n")


def _set(session: Session, person: Person, password: str | None) -> str:
    """Give a person that password, or one that is drawn, which is returned; "" where none was."""
    door, settings = the_registry("command"), house().settings
    if password is None:
        return actions.draw_password(session, door, person)
    more = settings.refused_passwords_file
    if more is not None:
        refuse_unsorted(more)
    guessed = guessed_in(settings.organisation, settings.base_url, more)
    actions.set_password(session, door, person, password, guessed)
    return ""


def _told(person: Person, drawn: str, as_json: bool, said: str) -> None:
    first = {"first_password": drawn} if drawn else {}
    said += f"\nFirst password, for {FIRST_HOURS} hours: {drawn}" if drawn else ""
    answer({"person": person.email} | first, as_json, said)


def _known(session: Session, email: str) -> Person:
    person = queries.person_by_email(session, email)
    if person is None:
        raise RuleBroken([Problem("email", f"Nobody has the e-mail address {email}.")])
    return person
