"""An MLflow server; the system a model is of; the metric a name means."""

from typing import Any

from wtforms import HiddenField

from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.mlflow.rules.servers import (
    ALIAS_LIMIT,
    CREDENTIAL_LIMIT,
    LABEL_LIMIT,
    TAG_LIMIT,
    URL_LIMIT,
    USUAL_ALIAS,
    USUAL_TAG,
    Readings,
    ServerFacts,
    tidy_url,
)
from registry.web.formkit import Chosen, Form, Line, Picked, Revision


class ServerForm(Form):
    """An MLflow server."""

    label = Line("Name", LABEL_LIMIT, "As people call it, such as Research or Production.", required=True)
    url = Line(
        "Address", URL_LIMIT, "Where its pages are, such as https://mlflow.example.org.", required=True
    )
    credential = Line(
        "Credential",
        CREDENTIAL_LIMIT,
        "The name of a file in the folder of credentials on this machine. Leave it empty for a server that asks for none.",
    )
    tag = Line(
        "Tag that names the system",
        TAG_LIMIT,
        "A registered model tagged so with an id such as AI-0042 is of that system. Whoever may tag models there can then add "
        "candidates and readings to that system. Leave it empty to link each model here.",
        default=USUAL_TAG,
    )
    alias = Line(
        "Alias of what is in use",
        ALIAS_LIMIT,
        "A version marked so that is not live here is shown as a proposal. Nothing goes live by itself.",
        default=USUAL_ALIAS,
    )
    readings = Chosen(
        "Metrics become readings",
        Readings,
        "The last value of each metric of a version's run, where it means a metric of the system.",
        said=lambda one: one.said.capitalize(),
        default=Readings.ALL,
    )
    version = Revision(default=0)

    def facts(self) -> ServerFacts:
        """What is stated, as the rules read it."""
        return ServerFacts(
            self.label.data or "",
            tidy_url(self.url.data or ""),
            self.credential.data or "",
            self.tag.data or "",
            self.alias.data or "",
            self.readings.data,
        )


def server_shown(facts: ServerFacts, version: int) -> dict[str, Any]:
    """What a form shows of a server at first."""
    return {
        "label": facts.label,
        "url": facts.url,
        "credential": facts.credential,
        "tag": facts.tag,
        "alias": facts.alias,
        "readings": facts.readings,
        "version": version,
    }


class LinkForm(Form):
    """The system a model is of."""

    system = Line("System", 20, "Its id, such as AI-0042.", required=True)


def link_shown(system_id: int | None) -> dict[str, Any]:
    """What a form shows of a link at first."""
    return {"system": public_key(SYSTEM_PREFIX, system_id) if system_id else ""}


class MetricForm(Form):
    """The metric of the system that a name means."""

    name = HiddenField()
    metric = Picked("Means", empty="What its own name says")
