"""Registration in four fields; the whole record; one link; a saved view; a change to several systems at once."""

from registry.systems.forms.links import LinkForm, UnlinkForm
from registry.systems.forms.record import RecordForm, RegisterForm, links_in, stated, stated_then
from registry.systems.forms.views import ViewForm

__all__ = [
    "LinkForm",
    "RecordForm",
    "RegisterForm",
    "UnlinkForm",
    "ViewForm",
    "links_in",
    "stated",
    "stated_then",
]
