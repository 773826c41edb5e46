"""A client for other programmes: sends readings and distributions until they are there. Standard library only; the folder may be copied"""

from .bins import bin_counts, edges_of
from .counts import Forecasts, Group, forecast_bins
from .points import Point, Receipt
from .refusals import Refused, Unreachable
from .sending import Registry
from .spreads import Distribution

__all__ = [
    "Distribution", "Forecasts", "Group", "Point", "Receipt", "Refused", "Registry", "Unreachable", "bin_counts",
    "edges_of", "forecast_bins",
]  # fmt: skip
