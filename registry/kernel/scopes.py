"""What a token may be issued for: each scope with what it reaches, in words."""

from collections.abc import Mapping

READ_SCOPE = "registry:read"
WRITE_SCOPE = "systems:write"
SNAPSHOT_SCOPE = "snapshots:write"
FEEDBACK_SCOPE = "feedback:write"
SORT_SCOPE = "feedback:sort"
SEAT_SCOPE = "seats:write"
ALERT_SCOPE = "alerts:answer"
INCIDENT_SCOPE = "incidents:write"
STOP_SCOPE = "systems:stop"
EVIDENCE_SCOPE = "evidence:write"
AUDIT_SCOPE = "audit:read"
PEOPLE_SCOPE = "people:provision"
SCOPES: Mapping[str, str] = {
    READ_SCOPE: "Read what its person may read: systems, people, sources, cards.",
    WRITE_SCOPE: "Register and edit systems with their objectives, metrics, versions, data and notes, and data sources, and "
    "offer systems to others, where its person may.",
    SNAPSHOT_SCOPE: "Send readings, distributions, counts by group and forecasts, and set what features are compared "
    "with and what is acceptable between groups, where its person may.",
    SEAT_SCOPE: "Fill and vacate the seats of systems, the accountable owner's aside, where its person may: whoever is seated may "
    "see the system and change it, also when the token is long gone.",
    FEEDBACK_SCOPE: "Pass on what people say of a system where its person may.",
    SORT_SCOPE: "Sort what people said of a system, close it, put it before the owner, and keep themes and known limitations, "
    "where its person may. Only a person answers.",
    ALERT_SCOPE: "Answer alerts where its person may: take them on, let them rest, call them over.",
    INCIDENT_SCOPE: "Open incidents and work on them and on their corrective actions where its person may. Judging, closing, "
    "verifying and telling authorities stay with people.",
    STOP_SCOPE: "Stop a system at once where its person may. Only a reviewer who is signed in lets it go on.",
    AUDIT_SCOPE: "Read the audit log and its checkpoints where its person may.",
    EVIDENCE_SCOPE: "Send and withdraw evidence, send test results and name risks, where its person may.",
    PEOPLE_SCOPE: "Add, edit and deactivate people by SCIM where its person may: for the directory service of the company.",
}
