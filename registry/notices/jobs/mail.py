"""Send letters that are due, one at a time."""

from registry.kernel import clock
from registry.notices.actions import telling
from registry.notices.models import Mailing
from registry.notices.queries.lines import lines_for, notices_in
from registry.notices.queries.mail import next_mailing, to_gather
from registry.notices.queries.recipients import actors_now
from registry.notices.render import letter_of, trial_letter
from registry.notices.rules.sending import MailingKind, Sent
from registry.output.sending import Letter, MailServer, NeverSent, NotSent, Unreached, send_letter
from registry.settings import Settings
from registry.store.session import Database
from registry.worker.actions import Unreachable


def send_mail(database: Database) -> bool:
    """Put what is due into letters and send the next of them; whether there was one.

    It is sent between two transactions: whoever dies over it has sent it perhaps, and the next worker does so again under
    the same Message-ID. Raises Unreachable, with that noted, where the server takes no letter at all.
    """
    settings = Settings.from_environment()
    if not settings.mails:
        return False
    with database.transaction(read_only=True) as session:
        # Looked at before anything is locked: most of the time there is nothing.
        if not to_gather(session, clock.now(), 1) and next_mailing(session, clock.now()) is None:
            return False
    with database.transaction() as session:
        telling.gather(session)
        leased = telling.lease(session)
        if leased is None:
            return False
        number, attempt = leased.id or 0, leased.attempts
    letter, unreached = _written(database, settings, leased), ""
    try:
        state, trouble, for_good = _sent(settings, letter)
    except Unreached as refused:
        state, trouble, for_good, unreached = Sent.DEAD, str(refused), False, str(refused)
    with database.transaction() as session:
        telling.finish(session, number, attempt, state, trouble, for_good=for_good)
    if unreached:
        raise Unreachable(unreached)
    return True


def _sent(settings: Settings, letter: Letter | None) -> tuple[Sent, str, bool]:
    if letter is None:
        return Sent.DROPPED, "Nothing of it may be told to them any more.", True
    server = MailServer(
        settings.mail_server, settings.mail_from, settings.mail_user, settings.mail_password_file
    )
    try:
        send_letter(server, letter)
    except NeverSent as refused:
        return Sent.DEAD, str(refused), True
    except Unreached:
        raise
    except NotSent as refused:
        return Sent.DEAD, str(refused), False
    return Sent.ARRIVED, "", True


def _written(database: Database, settings: Settings, leased: Mailing) -> Letter | None:
    """The letter by what its reader may know at this moment; None where there is nothing left to tell, or nobody."""
    house = {"base_url": settings.base_url, "organisation": settings.organisation}
    with database.transaction(read_only=True) as session:
        found = actors_now(session, {leased.person_id}).get(leased.person_id)
        if found is None:
            return None
        person, actor = found
        if leased.kind is MailingKind.TEST:
            return trial_letter(person.email, leased.uid, **house)
        lines = lines_for(session, actor, notices_in(session, leased.id or 0))
        return letter_of(person.email, leased.uid, lines, **house) if lines else None
