"""Figures of a chart in words: what a band means, what a reading says."""

from collections.abc import Sequence

from registry.output.charts.chart import Band, Reading
from registry.output.charts.scales import figure, full_day


def band_words(band: Band, unit: str) -> str:
    """What a band means: "breach below 0.8", "warning above 40 ms", "warning from 0.8 to 0.9"."""
    name = band.severity.word
    if band.low is None and band.high is None:
        return name
    if band.low is None:
        return f"{name} below {figure(band.high or 0.0, unit)}"
    if band.high is None:
        return f"{name} above {figure(band.low, unit)}"
    return f"{name} from {figure(band.low)} to {figure(band.high, unit)}"


def reading_words(reading: Reading, unit: str) -> str:
    """A reading with its date: "0.84 on 3 Mar 2026"."""
    return figure(reading.value, unit) + (f" on {full_day(reading.when)}" if reading.when else "")


def sentence(parts: Sequence[str]) -> str:
    """The parts as one sentence, or the plain statement that there is nothing."""
    kept = [part for part in parts if part]
    text = "; ".join(kept)
    return f"{text[0].upper()}{text[1:]}." if text else "Nothing has been stated or measured yet."
