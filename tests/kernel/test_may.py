"""What may() and require() answer: by role, by seat on that system, by the scopes and the system of a token, and on a past day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.actor import (
    GRANTS,
    LOOKS,
    SCOPES,
    Actor,
    Permission,
    Role,
    Seat,
    Token,
    looking_back,
    may,
    may_order,
    on_behalf_via,
    require,
    the_registry,
)
from registry.kernel.errors import Forbidden
from registry.reviews.rules.signing import SEATS

HERE, THERE = 3, 4
SEATED = frozenset({Seat.OWNER})
BY_SEAT = next(each for each in Permission if Seat.OWNER in GRANTS[each].seats and each not in LOOKS)
SCOPE = min(
    next(
        GRANTS[each].scopes
        for each in Permission
        if GRANTS[each].scopes and Role.ADMINISTRATOR in GRANTS[each].roles
    )
)


@given(
    permission=st.sampled_from(Permission),
    roles=st.frozensets(st.sampled_from(Role)),
    seats=st.frozensets(st.sampled_from(Seat)),
    system=st.sampled_from([None, HERE, THERE]),
    token=st.none()
    | st.builds(
        Token,
        id=st.just(1),
        scopes=st.frozensets(st.sampled_from(sorted(SCOPES)), max_size=3),
        system_id=st.sampled_from([None, HERE, THERE]),
    ),
    back=st.booleans(),
)
def test_every_reason_to_refuse_is_enough_and_a_role_or_a_seat_there_is_needed(
    permission, roles, seats, system, token, back
):
    actor = Actor(1, "Ada", roles, {HERE: seats}, token=token, looks_back=back)
    grant = GRANTS[permission]
    reasons = {
        "only looks": back and permission not in LOOKS,
        "no scope": token is not None and token.scopes.isdisjoint(grant.scopes),
        "token of another": token is not None and token.system_id not in {None, system},
        "neither role nor seat": roles.isdisjoint(grant.roles)
        and (system != HERE or seats.isdisjoint(grant.seats)),
    }
    assert may(actor, permission, system) is (not any(reasons.values()))
    assert may_order(actor, permission) is may(Actor(1, "Ada", roles, {HERE: seats}, token=token), permission)


@pytest.mark.parametrize(
    ("actor", "system", "allowed"),
    [
        (Actor(1, "Ada", seats={HERE: SEATED}), HERE, True),
        (Actor(1, "Ada", seats={HERE: SEATED}), THERE, False),
        (Actor(1, "Ada", seats={HERE: SEATED}), None, False),
        (Actor(1, "Ada", seats={HERE: SEATED}, looks_back=True), HERE, False),
        (Actor(1, "Ada", seats={HERE: SEATED}, token=Token(1, frozenset())), HERE, False),
        (Actor(1, "Ada", seats={HERE: SEATED}, token=Token(1, frozenset(SCOPES), THERE)), HERE, False),
        (Actor(1, "Ada", seats={HERE: SEATED}, token=Token(1, GRANTS[BY_SEAT].scopes, HERE)), HERE, True),
        (Actor(1, "Ada", seats={HERE: SEATED}, token=Token(1, GRANTS[BY_SEAT].scopes)), HERE, True),
        (Actor(1, "Ada"), HERE, False),
    ],
)
def test_an_owner_acts_on_the_system_owned_and_nowhere_else(actor, system, allowed):
    assert may(actor, BY_SEAT, system) is allowed
    if allowed:
        require(actor, BY_SEAT, system)
    else:
        with pytest.raises(Forbidden, match="of the system"):
            require(actor, BY_SEAT, system)


@pytest.mark.parametrize("role", Role)
def test_restricted_systems_are_seen_by_three_roles_and_by_no_token_of_one_system(role):
    sees = role in {Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR}
    for token in (None, Token(1, frozenset({SCOPE}))):
        assert Actor(1, "Ada", frozenset({role}), token=token).sees_everything is sees
    one = Token(1, frozenset({SCOPE}), HERE)
    assert Actor(1, "Ada", frozenset({role}), token=one).sees_everything is False


def test_another_door_or_day_changes_nothing_else_of_who_acts():
    actor = Actor(1, "Ada", frozenset({Role.EXECUTIVE}), {HERE: SEATED}, frozenset({7}), request_id="r")
    assert not actor.looks_back
    assert on_behalf_via(actor, "api") == Actor(
        1, "Ada", actor.roles, actor.seats, actor.headed_units, "api", request_id="r"
    )
    back = looking_back(actor, frozenset({HERE}))
    assert (back.looks_back, back.knows, back.person_id, back.roles) == (True, {HERE}, 1, actor.roles)


def test_work_nobody_signed_in_for_is_the_registrys_own_with_the_powers_of_an_administrator():
    alone = the_registry("worker", "r")
    assert (alone.person_id, alone.via, alone.request_id) == (None, "worker", "r")
    assert alone.roles == {Role.MEMBER, Role.ADMINISTRATOR}
    with pytest.raises(Forbidden):
        require(alone, Permission.STOP_LIFT)


def test_the_four_leads_sign_and_neither_an_owner_nor_a_deputy_does():
    assert GRANTS[Permission.SIGN_OFF_SIGN].seats == frozenset(SEATS.values())
    assert not frozenset(SEATS.values()) & {Seat.OWNER, Seat.DEPUTY}
