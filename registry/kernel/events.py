"""Event: every thing that can happen, named noun.past_participle."""

from enum import StrEnum


class Event(StrEnum):
    """What a ledger entry says happened."""

    PERSON_ADDED = "person.added"
    PERSON_EDITED = "person.edited"
    PERSON_LEFT = "person.left"
    UNIT_ADDED = "unit.added"
    UNIT_EDITED = "unit.edited"
    TEAM_ADDED = "team.added"
    TEAM_EDITED = "team.edited"

    ROLE_GRANTED = "role.granted"
    ROLE_WITHDRAWN = "role.withdrawn"
    PASSWORD_SET = "password.set"  # noqa: S105 - the name of an event
    SIGN_IN_SUCCEEDED = "sign_in.succeeded"
    SIGN_IN_REFUSED = "sign_in.refused"
    SIGN_IN_LOCKED = "sign_in.locked"
    SIGNED_OUT = "session.ended"
    TOKEN_ISSUED = "token.issued"  # noqa: S105
    TOKEN_REVOKED = "token.revoked"  # noqa: S105

    SYSTEM_REGISTERED = "system.registered"
    SYSTEM_EDITED = "system.edited"
    SYSTEM_IMPORTED = "system.imported"
    SYSTEM_REIMPORTED = "system.reimported"
    SYSTEM_WITHDRAWN = "system.withdrawn"
    SYSTEM_PUT_BACK = "system.put_back"
    INVENTORY_UPLOADED = "inventory.uploaded"
    INVENTORY_CHECK_REQUESTED = "inventory.check_requested"
    INVENTORY_IMPORT_REQUESTED = "inventory.import_requested"
    INVENTORY_IMPORTED = "inventory.imported"
    INVENTORY_UNDO_REQUESTED = "inventory.undo_requested"
    INVENTORY_UNDONE = "inventory.undone"
    INVENTORY_ABANDONED = "inventory.abandoned"
    IMPORT_PROFILE_SAVED = "import_profile.saved"
    IMPORT_PROFILE_REMOVED = "import_profile.removed"

    SEAT_FILLED = "seat.filled"
    SEAT_VACATED = "seat.vacated"
    OWNER_CONFIRMED = "owner.confirmed"
    HANDOVER_OFFERED = "handover.offered"
    HANDOVER_ACCEPTED = "handover.accepted"
    HANDOVER_DECLINED = "handover.declined"
    HANDOVER_WITHDRAWN = "handover.withdrawn"
    HANDOVER_EXPIRED = "handover.expired"

    OBJECTIVE_SET = "objective.set"
    METRIC_ADDED = "metric.added"
    METRIC_EDITED = "metric.edited"
    METRIC_RETIRED = "metric.retired"
    VALUE_RECORDED = "value.recorded"

    DATA_SOURCE_ADDED = "data_source.added"
    DATA_SOURCE_EDITED = "data_source.edited"
    DATA_SOURCE_RETIRED = "data_source.retired"
    DATA_SOURCE_RESTORED = "data_source.restored"
    DATA_USE_ADDED = "data_use.added"
    DATA_USE_ENDED = "data_use.ended"
    QUALITY_CHECK_ADDED = "quality_check.added"
    QUALITY_CHECK_RETIRED = "quality_check.retired"
    QUALITY_RESULT_RECORDED = "quality_result.recorded"
