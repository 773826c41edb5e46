"""Ask for a report, note how far it has come, file it, give it up; keep the numbers at the top day by day."""

from registry.portfolio.actions.keeping import keep_figures
from registry.portfolio.actions.reports import ROOM, ask, ask_for_period, come_to, file, give_up

__all__ = ["ROOM", "ask", "ask_for_period", "come_to", "file", "give_up", "keep_figures"]
