"""One link of a system, added or taken away without the long form."""

from registry.systems.rules.record import LINE_LIMIT
from registry.web.formkit import Form, Line, Revision

ADDRESS_LIMIT = 2_000


class LinkForm(Form):
    """A named address to add."""

    version = Revision()
    label = Line("Label", LINE_LIMIT, "Such as code, manual, tickets.", required=True)
    url = Line("Address", ADDRESS_LIMIT, "Begins with https:// or http://.", required=True)


class UnlinkForm(Form):
    """A named address to take away."""

    version = Revision()
    label = Line("Label", LINE_LIMIT)
    url = Line("Address", ADDRESS_LIMIT, required=True)
