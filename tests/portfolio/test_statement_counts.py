"""Every page asks the database the same number of questions for sixty systems as for five, and few of them."""

import pytest

from registry.cards.actions import bundling, editions
from registry.feeds import actions as feeds
from registry.feeds.rules import FeedKind
from registry.systems.models import System
from registry.systems.queries import COLUMNS_ATTENDED, numbers_in, remembering
from registry.systems.rules.search import Listing, Search
from tests.portfolio.peopled import fill
from tests.store.statements import counted

FEW, MANY = 5, 60
# What a page asks once per line shows with any number of lines; that of long lists shows on the other database.
MANY_ON_POSTGRESQL = 15
WITH_EVERY_COLUMN = "/systems?col=deputy&col=changed&col=tags&more=owner&more=unit"
WITH_EVERY_COUNT = "/systems?attend=alert&" + "&".join(f"col={name}" for name in COLUMNS_ATTENDED)
# address: who looks, and the most statements the page may need; five of them find out who is looking.
PAGES = {
    "/": ("ada", 40),
    "/ for a colleague with many offers": ("mia", 24),
    "/ for an administrator": ("adam", 28),
    "/ for a reviewer": ("rita", 31),
    "/systems": ("ada", 12),
    # One more for each facet something is picked from.
    "/systems?q=system&stage=proposed&missing=data&sort=owner": ("ada", 15),
    WITH_EVERY_COLUMN: ("ada", 13),
    "/systems/{triage}": ("ada", 39),
    "/systems/{triage}/gate": ("ada", 31),
    "/systems/{triage}/oversight": ("ada", 18),
    "/systems/{triage}/notes": ("ada", 12),
    "/handovers": ("mia", 8),
    "/alerts": ("ada", 9),
    "/alerts?mine=1&kind=drift": ("ada", 9),
    "/portfolio/why": ("ada", 17),
    "/portfolio": ("ada", 28),
    "/portfolio?unit={claims}&tier=none": ("ada", 26),
    "/incidents": ("ada", 13),
    "/incidents/1": ("ada", 25),
    "/incidents/times?by=unit": ("ada", 9),
    "/corrective-actions": ("ada", 7),
    "/systems/{triage}/incidents": ("ada", 12),
    "/tags": ("ada", 6),
    "/systems/{triage}/history": ("ada", 13),
    "/systems/{triage}/ownership": ("ada", 17),
    "/ownership": ("adam", 12),
    "/ownership?mine=y&kind=no_deputy": ("ada", 13),
    "/ownership/load": ("adam", 7),
    "/ownership/on?seats=y": ("adam", 9),
    "/people/{ada}/transfer": ("adam", 10),
    "/systems/{triage}/classification": ("ada", 16),
    "/classification/changes": ("ada", 8),
    "/systems/{triage}/objectives": ("ada", 16),
    "/systems/{triage}/data": ("ada", 14),
    "/systems/{triage}/dependencies": ("ada", 15),
    "/systems/{triage}/touches": ("ada", 12),
    "/systems/{triage}/card": ("ada", 72),
    "/systems/{triage}/card.json": ("ada", 65),
    "/systems/{triage}/card/editions/1": ("ada", 18),
    "/systems/{triage}/card/compare?from=1&to=1": ("ada", 13),
    "/cards/bundles": ("rita", 6),
    "/portfolio/reports": ("rita", 6),
    "/cards/bundles/1": ("rita", 9),
    "/data-sources": ("ada", 11),
    "/systems/{triage}/monitoring": ("ada", 19),
    "/data-quality": ("ada", 7),
    "/systems/{triage}/feedback": ("ada", 19),
    "/reviews": ("ada", 5),
    "/systems/{triage}/compliance": ("ada", 30),
    "/feedback/inbox": ("ada", 6),
    "/people": ("adam", 8),
    "/people/{ada}": ("adam", 13),
    "/search?q=system": ("ada", 12),
    # Few names answer, so every name is compared: one more.
    "/search?q=sentinle": ("ada", 13),
    "/systems?q=sentinle": ("ada", 14),
    WITH_EVERY_COUNT: ("ada", 19),
    "/people?unit={claims}": ("adam", 9),
    "/units": ("adam", 8),
    "/units/{claims}": ("adam", 15),
    "/teams": ("adam", 8),
    "/audit": ("adam", 5),
    "/systems/new": ("ada", 7),
    "/frameworks": ("ada", 7),
    "/frameworks/nist-ai-rmf": ("ada", 7),
    "/frameworks/nist-ai-rmf/controls/GOVERN%201.6": ("ada", 9),
    "/packs": ("adam", 6),
    "/notices": ("ada", 10),
    "/account/notices": ("ada", 7),
    "/mail": ("adam", 8),
    "/webhooks": ("adam", 8),
    "/mlflow": ("adam", 8),
    "/account": ("ada", 12),
    "/feeds/{calendar}/due.ics": ("ada", 40),
    "/feeds/{changes}/changes.atom": ("ada", 12),
}


@pytest.fixture
def house(app, database, cast, client_of):
    # What the engine remembers of another test's register, longer than this one, would not be told here.
    remembering._MEMORIES.pop(database.engine, None)
    return House(app, database, cast, {name: client_of(name) for name in ("ada", "mia", "adam", "rita")})


class House:
    def __init__(self, app, database, cast, clients):
        self.app, self.database, self.cast, self.clients = app, database, cast, clients

    def grow(self, first, last):
        with self.database.transaction() as session:
            fill(session, self.cast, first, last)
            if first == 0:
                triage = session.get_one(System, self.cast.triage.id)
                editions.put_forward(session, self.cast.actor(session, "ada"), triage, "")
                rita = self.cast.actor(session, "rita")
                bundling.ask(session, rita, Listing(), numbers_in(session, rita, Search()))
                ada = self.cast.actor(session, "ada")
                self.feeds = {kind.value: feeds.make_address(session, ada, kind) for kind in FeedKind}

    def statements(self, pages=PAGES):
        """How many statements each page needs."""
        words = {
            "triage": self.cast.triage.key,
            "ada": self.cast.number("ada"),
            "claims": self.cast.units["claims"].id,
            **self.feeds,
        }
        found = {}
        for page, (name, _) in pages.items():
            with counted(self.database) as sent:
                reply = self.clients[name].get(page.split(" ", 1)[0].format(**words))
            assert reply.status_code == 200, page
            found[page] = len(sent)
        return found


@pytest.mark.slow
def test_no_page_asks_more_of_the_database_as_the_register_grows(house):
    house.grow(0, FEW)
    few = house.statements()
    house.grow(FEW, MANY if house.database.is_sqlite else MANY_ON_POSTGRESQL)
    assert house.statements() == few
    assert {page: count for page, count in few.items() if count > PAGES[page][1]} == {}


def test_a_page_that_asks_once_per_line_is_noticed(house, monkeypatch):
    from registry.systems import queries

    at_once = queries.deputies_in

    def one_by_one(session, actor, numbers, search):
        found = [at_once(session, actor, [number], search) for number in numbers]
        return {key: held for one in found for key, held in one.items()}

    monkeypatch.setattr(queries, "deputies_in", one_by_one)
    house.grow(0, 2)
    some = {page: PAGES[page] for page in ("/", "/systems", WITH_EVERY_COLUMN)}
    few = house.statements(some)
    house.grow(2, 4)
    many = house.statements(some)
    assert {page for page in some if many[page] != few[page]} == {WITH_EVERY_COLUMN}
