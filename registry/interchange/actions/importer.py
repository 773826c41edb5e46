"""What an import has at hand while it writes: units, people, tags and sources, each looked up once."""

from collections.abc import Collection, Iterable

from sqlmodel import Session

from registry.annotations import actions as annotations
from registry.annotations.models import Tag
from registry.annotations.rules.tags import folded, once
from registry.data_sources import actions as data_sources
from registry.data_sources.models import DataSource
from registry.data_sources.queries import sources_named
from registry.data_sources.rules.sources import Purpose, SourceFacts, Stated, name_key
from registry.interchange.queries.records import owners_here
from registry.interchange.rules.data_described import source_name
from registry.interchange.rules.drafts import DataDraft, Draft
from registry.interchange.rules.units import placed
from registry.kernel.actor import Actor
from registry.people import actions as people
from registry.people.models import Person
from registry.people.queries import unit_index, unit_named
from registry.people.rules import NAME_LIMIT as UNIT_LIMIT

UNDONE_BECAUSE = "The import that brought it was undone."


class Importer:
    """One import: the units, people and sources it has met, so that each is looked up once."""

    def __init__(self, session: Session, actor: Actor, file_name: str, steward: Person) -> None:
        self.session, self.actor = session, actor
        self.file_name, self.steward = file_name, steward
        # As the register stood before: what the import adds itself must not change what a later row means.
        self.known = unit_index(session)
        self.units: dict[tuple[str, ...], int] = {}
        self.tags: dict[str, Tag] = {}
        self.sources: dict[str, DataSource] = {}
        self.became: dict[int, int] = {}
        self.owners = owners_here(session)

    def unit_of(self, path: tuple[str, ...]) -> int:
        """The number of the unit that a row names, made where it is missing."""
        return self._unit_at(placed(path, self.known).path)

    def _unit_at(self, path: tuple[str, ...]) -> int:
        if path in self.units:
            return self.units[path]
        above = self._unit_at(path[:-1]) if len(path) > 1 else None
        name = path[-1][:UNIT_LIMIT]
        unit = unit_named(self.session, name, above)
        if unit is None:
            unit = people.add_unit(self.session, self.actor, name, above)
        self.units[path] = unit.id or 0
        return self.units[path]

    def look_up_tags(self, names: Iterable[str]) -> None:
        """Have these tags at hand, those nobody used before as new ones."""
        unknown = [name for name in once(names) if folded(name) not in self.tags]
        self.tags |= {tag.folded: tag for tag in annotations.tags_called(self.session, unknown)}

    def look_up_sources(self, names: Iterable[str]) -> None:
        """Find these sources in the catalogue, all at once."""
        unknown = {name for name in names if name_key(name) not in self.sources}
        self.sources |= sources_named(self.session, unknown)

    def source_of(self, draft: DataDraft) -> DataSource:
        """The catalogue's source of this name and description; added where it is missing.

        Systems of one name may describe different data: the second such source is numbered. `look_up_sources` was
        asked for the plain name.
        """
        ordinal, found = 1, self.sources.get(name_key(draft.name))
        while found is not None and found.description != draft.description:
            ordinal += 1
            name = source_name(draft.name, ordinal)
            self.look_up_sources([name])
            found = self.sources.get(name_key(name))
        if found is not None and found.retired_because == UNDONE_BECAUSE:
            # It was retired only because the import that brought it was undone; here it comes again.
            found.retired_at, found.retired_because = None, ""
        return found or self._added(source_name(draft.name, ordinal), draft)

    def _added(self, name: str, draft: DataDraft) -> DataSource:
        facts = SourceFacts(
            name=name, description=draft.description, personal_data=Stated(draft.personal_data)
        )
        source = self.sources[name_key(name)] = data_sources.new_row(facts)
        self.session.add(source)
        return source

    def uses_of(self, draft: Draft, known: Collection[str]) -> list[tuple[DataSource, Purpose]]:
        """The sources a row names beyond those it named before, each once per purpose."""
        named = {
            (name_key(one.name), one.purpose): one for one in draft.data_sources if one.name not in known
        }
        return [(self.source_of(one), Purpose(one.purpose)) for one in named.values()]
