"""OWN_ACCOUNT: what happens to one's own account, told whoever did it: what somebody did not do themselves they must hear of."""

from collections.abc import Mapping
from typing import Final

from registry.kernel.events import Event
from registry.notices.rules.choices import Kind
from registry.notices.rules.telling import SUBJECT, Telling

OWN_ACCOUNT: Final[Mapping[Event, Telling]] = {
    Event.PASSWORD_SET: Telling(
        Kind.ACCOUNT, "Your password was changed", named=("credential.person_id",), even_self=True
    ),
    Event.IDENTITY_LINKED: Telling(
        Kind.ACCOUNT, "An account at the sign-in service now opens yours", named=(SUBJECT,), even_self=True
    ),
    Event.IDENTITY_UNLINKED: Telling(
        Kind.ACCOUNT,
        "An account at the sign-in service opens yours no longer",
        named=(SUBJECT,),
        even_self=True,
    ),
    Event.SECOND_STEP_SET: Telling(
        Kind.ACCOUNT, "Your sign-in now has a second step", named=(SUBJECT,), even_self=True
    ),
    Event.SECOND_STEP_RESET: Telling(
        Kind.ACCOUNT, "The second step of your sign-in was taken away", named=(SUBJECT,), even_self=True
    ),
    Event.PASSKEY_ADDED: Telling(
        Kind.ACCOUNT,
        "A passkey now opens your account: {about}",
        named=("passkey.person_id",),
        about="passkey.name",
        even_self=True,
    ),
    Event.PASSKEY_REMOVED: Telling(
        Kind.ACCOUNT, "A passkey opens your account no longer", named=(SUBJECT,), even_self=True
    ),
    Event.PASSKEYS_RESET: Telling(
        Kind.ACCOUNT, "Your passkeys were taken away", named=(SUBJECT,), even_self=True
    ),
    Event.PASSKEY_DOUBTED: Telling(
        Kind.ACCOUNT,
        "A passkey of yours was refused, for there may be a copy of it: remove it and add another",
        named=(SUBJECT,),
        even_self=True,
    ),
    Event.SIGN_IN_LOCKED: Telling(
        Kind.ACCOUNT,
        "Sign-in to your account is locked for a while after wrong passwords",
        named=(SUBJECT,),
        even_self=True,
    ),
    Event.TOKEN_ISSUED: Telling(
        Kind.ACCOUNT,
        "A token that acts for you was made: {about}",
        named=("api_token.person_id",),
        about="api_token.label",
        even_self=True,
    ),
    Event.FEED_MADE: Telling(
        Kind.ACCOUNT, "A feed of yours has a new address", named=("feed_address.person_id",), even_self=True
    ),
    Event.ROLE_GRANTED: Telling(
        Kind.ACCOUNT,
        "{actor} gave you a role: {about}",
        named=("role_grant.person_id",),
        about="role_grant.role",
        even_self=True,
    ),
    Event.ROLE_WITHDRAWN: Telling(
        Kind.ACCOUNT,
        "{actor} took a role from you: {about}",
        named=("role_grant.person_id",),
        about="role_grant.role",
        even_self=True,
    ),
}
