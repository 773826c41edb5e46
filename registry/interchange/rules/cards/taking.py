"""Taking a card apart entry by entry: each goes to a field, to a note or nowhere, and the report says which."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

from registry.data_sources.rules.sources import Purpose
from registry.interchange.rules.cards.shapes import Became, CardDraft, CardSource, Line
from registry.interchange.rules.data_described import source_name
from registry.interchange.rules.texts import one_line, summarised, tidy
from registry.kernel.prose import problems_with_prose
from registry.kernel.text import shortened
from registry.objectives.rules.objective import ObjectiveFacts
from registry.systems.rules.record import (
    LONG_TEXTS,
    MAX_LINKS,
    SUMMARY_LIMIT,
    TEXT_LIMIT,
    Link,
    SystemFacts,
    is_web_address,
    limit_of,
)

SAID: Final = {
    "name": "Name",
    "summary": "What it does",
    "description": "Description",
    "technique": "Technique",
    "modality": "Modality",
    "intended_use": "Intended use",
    "users": "Users",
    "affected_people": "People affected",
    "out_of_scope": "Out of scope",
    "oversight_plan": "Oversight plan",
    "known_limitations": "Known limitations",
    "vendor_name": "Supplier",
    "vendor_contract": "Supplier's contract",
    "deployed_where": "Where it runs",
    "regions": "Languages and regions",
    "legal_roles": "Legal roles",
    "complaints_contact": "Complaints and appeals",
    "problem": "Objective: problem",
    "decision_changed": "Objective: decision that changes",
    "who_acts": "Objective: who acts",
    "done_today": "Objective: how it is done today",
    "todays_result": "Objective: result today",
    "why_ai": "Objective: alternatives considered",
    "stop_condition": "Objective: result that makes us stop",
}
"""The fields a card can fill, as people read them. Whoever answers, unit, stage and risk tier are never among them."""

_OBJECTIVE: Final = frozenset(each.name for each in fields(ObjectiveFacts))
ONE_LINE: Final = SAID.keys() - LONG_TEXTS - _OBJECTIVE
"""Those of them that are one line of plain text; the others are Markdown."""

_LONGEST_PART: Final = 8_000
_LONGEST_NOTE: Final = 19_000
_MOST_NOTES: Final = 5
_MOST_SOURCES: Final = 30
_MOST_RESULTS: Final = 200
_MOST_ENTRIES: Final = 200
_MOST_LINES: Final = 400
_LONGEST_PLACE: Final = 120
_LONGEST_LINE: Final = 300
_BRACKETS: Final = str.maketrans({"[": "(", "]": ")", "<": "(", ">": ")"})


@dataclass
class Taking:
    """A card being taken apart."""

    format: str
    file_name: str
    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    links: list[Link] = field(default_factory=list)
    sources: list[CardSource] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    results: list[tuple[str, str, str, str]] = field(default_factory=list)
    report: list[Line] = field(default_factory=list)

    def told(self, place: str, became: Became, says: str) -> None:
        """A line for the report."""
        self.report.append(
            Line(shortened(tidy(place), _LONGEST_PLACE), became, shortened(tidy(says), _LONGEST_LINE))
        )

    def to_field(self, place: str, name: str, text: str) -> None:
        """The text of an entry belongs to a field; a field several entries belong to holds them one below the other."""
        found = tidy(text)
        if not found:
            return
        if len(self.texts[name]) >= _MOST_ENTRIES:
            self.to_nothing(place, f"Only the first {_MOST_ENTRIES} entries of a field are taken over.")
            return
        if found not in self.texts[name]:
            self.texts[name].append(found)
        self.told(place, Became.FIELD, SAID[name])

    def to_note(self, place: str, title: str, text: str) -> None:
        """An entry without a field of its own stands in a note, under a title."""
        found, title = tidy(text), shortened(tidy(title), _LONGEST_PLACE)
        if not found:
            return
        if len(self.parts) >= _MOST_ENTRIES:
            self.to_nothing(place, f"Only the first {_MOST_ENTRIES} entries without a field are noted.")
            return
        if len(found) > _LONGEST_PART:
            found = found[:_LONGEST_PART] + "…"
            title = f"{title} (its beginning)"
        self.parts.append((title, found))
        self.told(place, Became.NOTE, title)

    def to_nothing(self, place: str, because: str) -> None:
        """An entry that is not taken over, and why."""
        self.told(place, Became.NOTHING, because)

    def to_link(self, place: str, label: str, url: str) -> None:
        """An address; what is none, or one too many, stands in a note."""
        found = tidy(url)
        if not found:
            return
        fits = len(self.links) < MAX_LINKS and len(found) <= 2_000 and is_web_address(found)
        if not fits or any(sign.isspace() for sign in found):
            self.to_note(place, label, found)
            return
        if all(link.url != found for link in self.links):
            self.links.append(Link(shortened(tidy(label), 200) or "Reference", found))
        self.told(place, Became.FIELD, "Links")

    def to_result(self, place: str, kind: str, value: str, about: str = "", interval: str = "") -> None:
        """A value the card states. It is noted as a statement and never becomes a reading: nobody here measured it."""
        if len(self.results) >= _MOST_RESULTS:
            self.to_nothing(place, f"Only the first {_MOST_RESULTS} results are noted.")
            return
        cells = [shortened(tidy(each), 200) for each in (kind, value, about, interval)]
        self.results.append((cells[0], cells[1], cells[2], cells[3]))
        self.told(place, Became.NOTE, "Results the card states, which nobody here measured")

    def to_source(
        self,
        place: str,
        name: str,
        purpose: Purpose,
        description: str = "",
        *,
        is_personal: bool | None = None,
    ) -> None:
        """Data the card names; each name once for each purpose."""
        found = source_name(one_line(tidy(name)))
        if not found:
            return
        if len(self.sources) >= _MOST_SOURCES:
            self.to_note(place, "Further data", f"{found}: {description}")
            return
        source = CardSource(found, purpose, tidy(description)[:TEXT_LIMIT], is_personal)
        if all((each.name, each.purpose) != (found, purpose) for each in self.sources):
            self.sources.append(source)
        self.told(place, Became.FIELD, f"Data source for {purpose.value.replace('_', ' ')}: {found}")

    def draft(self) -> CardDraft:
        """Everything taken so far as a draft; what does not fit its field stands whole in a note."""
        said = self.texts["description"] or self.texts["intended_use"]
        if not self.texts["summary"] and said:
            self.texts["summary"].append(summarised(said[0].partition("\n\n")[0], SUMMARY_LIMIT))
        values = {name: self._fitted(name) for name in SAID}
        objective: dict[str, Any] = {name: value for name, value in values.items() if name in _OBJECTIVE}
        system: dict[str, Any] = {name: value for name, value in values.items() if name not in _OBJECTIVE}
        facts = SystemFacts(**system, links=tuple(self.links))
        lines = self.report[:_MOST_LINES]
        if len(self.report) > _MOST_LINES:
            more = len(self.report) - _MOST_LINES
            lines.append(Line("further entries", Became.NOTHING, f"{more:,} more are not listed one by one."))
        return CardDraft(
            self.format,
            self.file_name,
            facts,
            ObjectiveFacts(**objective),
            tuple(self.sources),
            tuple(self._notes()),
            tuple(lines),
        )

    def _fitted(self, name: str) -> str:
        texts = self.texts.get(name, [])
        if name not in ONE_LINE:
            whole = "\n\n".join(texts)
            if len(whole) <= TEXT_LIMIT and not (name in _OBJECTIVE and problems_with_prose(whole)):
                return whole
            self.to_note(SAID[name], SAID[name], whole)
            return whole[: TEXT_LIMIT - 1] + "…" if name not in _OBJECTIVE else ""
        # One system has one name and one summary; other single lines list what they were given.
        flat = one_line(texts[0]) if name in {"name", "summary"} and texts else one_line("; ".join(texts))
        limit = limit_of(name)
        if len(flat) <= limit:
            return flat
        self.parts.append((SAID[name], "\n\n".join(texts)[:_LONGEST_PART]))
        return summarised(flat, limit) if name == "summary" else shortened(flat, limit)

    def _notes(self) -> Iterable[str]:
        """The parts packed into as few notes as hold them."""
        head = f"From the {self.format} in {self.file_name or 'a file'}, as it was imported."
        parts = _together(self.parts)
        if self.results:
            parts.append(("Results the card states, which nobody here measured", _table(self.results)))
        packed: list[str] = []
        for title, text in parts:
            part = f"### {one_line(title)}\n\n{text}"
            if problems_with_prose(part):
                # More brackets than the converter is given: they would have to be links or tags, and mean nothing here.
                part = part.translate(_BRACKETS)
            if packed and _fit(packed[-1], part):
                packed[-1] = f"{packed[-1]}\n\n{part}"
            else:
                packed.append(f"{head}\n\n{part}")
        return [note for note in packed[:_MOST_NOTES] if not problems_with_prose(note)]


def _together(parts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parts with those of one title below one another, as long as a part may be."""
    found: list[tuple[str, str]] = []
    places: dict[str, int] = {}
    for title, text in parts:
        at = places.get(title)
        if at is not None and len(found[at][1]) + len(text) < _LONGEST_PART:
            found[at] = (title, f"{found[at][1]}\n\n{text}")
        else:
            places[title] = len(found)
            found.append((title, text))
    return found


def _fit(note: str, part: str) -> bool:
    both = f"{note}\n\n{part}"
    return len(both) <= _LONGEST_NOTE and not problems_with_prose(both)


def _table(results: Sequence[tuple[str, str, str, str]]) -> str:
    header = ("Measure", "Value", "About", "Interval")
    rows = [tuple(one_line(cell).replace("|", "\\|") for cell in row) for row in results]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ("---",) * len(header), *rows))
