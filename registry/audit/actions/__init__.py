"""record(): the last line of every action. Importing this package puts the capture of changes in place."""

import registry.audit.actions.capture  # noqa: F401 - puts the capture in place
from registry.audit.actions.journal import UnrecordedChange
from registry.audit.actions.record import record

__all__ = ["UnrecordedChange", "record"]
