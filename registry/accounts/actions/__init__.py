"""Sign in, sign out, confirm who one is, set passwords, grant roles, issue and revoke tokens."""

from registry.accounts.actions.changing import change_password
from registry.accounts.actions.first_passwords import choose_password, draw_password
from registry.accounts.actions.passwords import set_password
from registry.accounts.actions.roles import grant_role, withdraw_role
from registry.accounts.actions.signing_in import (
    Halfway,
    Next,
    confirm_identity,
    end_session,
    enter,
    enter_enrolling,
    halfway,
    note_identity_check,
    open_session,
    sign_in,
    sign_out,
    sign_out_everywhere,
    take_second_step,
    vouch,
)
from registry.accounts.actions.tokens import issue_token, revoke_token

__all__ = [
    "Halfway",
    "Next",
    "change_password",
    "choose_password",
    "confirm_identity",
    "draw_password",
    "end_session",
    "enter",
    "enter_enrolling",
    "grant_role",
    "halfway",
    "issue_token",
    "note_identity_check",
    "open_session",
    "revoke_token",
    "set_password",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "take_second_step",
    "vouch",
    "withdraw_role",
]
