"""Saving a state of the register under a name."""

from registry.systems.rules.views import VIEW_NAME_LIMIT, Sharing, ViewFacts
from registry.web.formkit import Chosen, Form, Line, Picked


class ViewForm(Form):
    """A name for a state of the register, and whom it is shown to. The state itself stands in the address."""

    name = Line("Name", VIEW_NAME_LIMIT, "Such as “Live, owner to be confirmed”.", required=True)
    sharing = Chosen(
        "Shown to",
        Sharing,
        "Everybody sees in it only the systems they may know of.",
        said=lambda one: {
            Sharing.NOBODY: "Only me",
            Sharing.UNIT: "One unit and those below it",
            Sharing.EVERYBODY: "Everybody",
        }[one],
    )
    unit_id = Picked("Unit", "Only where it is shown to one unit.", empty="No unit")

    def facts(self, address: str) -> ViewFacts:
        """What was typed, with the state of the register to keep."""
        return ViewFacts(
            self.name.data or "", address, self.sharing.data or Sharing.NOBODY, self.unit_id.data
        )
