"""What a data source states, which uses of it may begin, and how its quality is checked."""

from registry.data_sources.rules.sources import Purpose, Stated, expiring

__all__ = ["Purpose", "Stated", "expiring"]
