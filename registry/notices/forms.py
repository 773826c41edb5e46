"""How somebody, or the house, wants to be told: a way for each kind of notice, the hour of the digest, quiet hours. And a webhook."""

from enum import StrEnum
from typing import Any

from wtforms import BooleanField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from registry.kernel.text import SYSTEM_PREFIX, public_key
from registry.notices.rules.choices import DUTIES, HOURS, WEEKDAYS, ZONE_LIMIT, Choice, Kind, Rhythm, Way
from registry.notices.rules.hooks import LABEL_LIMIT, TOPICS, URL_LIMIT, HookFacts
from registry.web.formkit import Chosen, Form, Line, Picked, Revision, Wanted

_WAY = "way_"


class DutyWay(StrEnum):
    """The ways in which a duty may come: never in the registry alone."""

    AT_ONCE = Way.AT_ONCE.value
    DIGEST = Way.DIGEST.value


class ChoiceForm(Form):
    """A choice, and the fields `way_...`, one for each kind of notice."""

    rhythm = Chosen("The digest comes", Rhythm)
    weekday = Picked("On which day, where it comes weekly", required=True, empty="Choose a day")
    hour = Picked("At", required=True, empty="Choose an hour")
    zone = Line(
        "Time zone", ZONE_LIMIT, "Such as Europe/Berlin. All hours here are hours there.", required=True
    )
    quiet_from = Picked(
        "Quiet from",
        "No mail leaves in quiet hours; what would have left comes at their end.",
        empty="No quiet hours",
    )
    quiet_until = Picked("Quiet until", empty="No quiet hours")
    version = Revision(default=0)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        hours = {hour: f"{hour:02}:00" for hour in HOURS}
        self.weekday.offer(dict(enumerate(WEEKDAYS)))
        for field in (self.hour, self.quiet_from, self.quiet_until):
            field.offer(hours)

    @property
    def ways(self) -> list[Any]:
        """The fields of the kinds, in their order."""
        return [self[f"{_WAY}{kind.value}"] for kind in Kind]

    def choice(self) -> Choice:
        """What was chosen, as the rules read it."""
        ways = {kind: Way(self[f"{_WAY}{kind.value}"].data.value) for kind in Kind}
        return Choice(
            ways,
            self.rhythm.data,
            -1 if self.weekday.data is None else self.weekday.data,
            -1 if self.hour.data is None else self.hour.data,
            self.zone.data or "",
            self.quiet_from.data,
            self.quiet_until.data,
        )


def _way(kind: Kind) -> Chosen:
    if kind in DUTIES:
        return Chosen(kind.said, DutyWay, said=lambda one: Way(one.value).said)
    return Chosen(kind.said, Way, said=lambda one: one.said)


for _kind in Kind:
    setattr(ChoiceForm, f"{_WAY}{_kind.value}", _way(_kind))


def choice_shown(choice: Choice, version: int) -> dict[str, Any]:
    """What a form shows of a choice at first."""
    ways = {
        f"{_WAY}{kind.value}": DutyWay(choice.way(kind).value) if kind in DUTIES else choice.way(kind)
        for kind in Kind
    }
    return {
        **ways,
        "rhythm": choice.rhythm,
        "weekday": choice.weekday,
        "hour": choice.hour,
        "zone": choice.zone,
        "quiet_from": choice.quiet_from,
        "quiet_until": choice.quiet_until,
        "version": version,
    }


class HookForm(Form):
    """A webhook."""

    label = Line("What receives it", LABEL_LIMIT, "Such as Team chat, or Ticket system.", required=True)
    url = Line("Address", URL_LIMIT, "https://… Redirections are not followed.", required=True)
    topics = SelectMultipleField(
        "It hears of",
        [Wanted()],
        choices=[SelectChoice(value=topic, label=said) for topic, (said, _nouns) in TOPICS.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    system = Line("Of one system only", 20, "Its id, such as AI-0042. Leave it empty for every system.")
    restricted = BooleanField(
        "Restricted systems too",
        description="Whoever reads what arrives there learns that they exist and what happens to them.",
    )
    version = Revision(default=0)


def hook_shown(facts: HookFacts, version: int) -> dict[str, Any]:
    """What a form shows of a hook at first."""
    return {
        "label": facts.label,
        "url": facts.url,
        "topics": list(facts.topics),
        "system": public_key(SYSTEM_PREFIX, facts.system_id) if facts.system_id else "",
        "restricted": facts.restricted,
        "version": version,
    }
