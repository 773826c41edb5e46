"""What an objective and its metrics state, when they may stand, what they lack, and the verdict on a value."""

from registry.objectives.rules.gaps import is_guarded, is_measurable, measurable_gaps
from registry.objectives.rules.judging import Verdict, judge

__all__ = ["Verdict", "is_guarded", "is_measurable", "judge", "measurable_gaps"]
