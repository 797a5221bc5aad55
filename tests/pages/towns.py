"""The pages of an invented town for tests, and bringing them into a running app."""

from bot import page_sync
from bot.app import App
from tests.pages.publisher import Publisher, Rows, page

TOWN = "demo"
NAME = "Musterkreis Lotsenau (Demo)"
_LONG = "Im Sommer ist jeden Tag offen. " * 40

GERMAN: Rows = [
    page(
        "freibad",
        "Schwimmen im Freibad Lotsenau",
        "<p>Das Freibad liegt am Lotsensee.</p>"
        "<h2>Eintritt ins Freibad</h2><p>Der Eintritt ins Freibad kostet 3 Euro. Kinder schwimmen umsonst.</p>"
        f"<h2>Zeiten</h2><p>{_LONG}</p><h2>Kurse</h2><p>Schwimmkurse für Frauen sind am Dienstag.</p>",
    ),
    page("fundbuero", "Fundbüro", "<p>Verlorene Schlüssel und Handys liegen im Fundbüro im Rathaus, Zimmer 4.</p>"),
    page("sperrmuell", "Sperrmüll anmelden", "<p>Alte Möbel und Matratzen holt die Stadt ab. Melden Sie den Sperrmüll an.</p>"),
    page("hundesteuer", "Hundesteuer", "<p>Wer einen Hund hat, meldet ihn bei der Stadt an und zahlt Hundesteuer.</p>"),
    page("leer", "Märkte", ""),
]
ARABIC: Rows = [
    page(
        "freibad",
        "السباحة في المسبح Lotsenau",
        "<p>يقع المسبح على البحيرة.</p><h2>الدخول</h2><p>الدخول إلى المسبح يكلف 3 يورو. الأطفال يسبحون مجاناً.</p>",
        path="/town/ar",
    )
]


async def brought(app: App, publisher: Publisher, *, languages: tuple[str, ...] = ("de",), town: str = TOWN) -> None:
    """Fetch what the publisher has for a town, and have it at hand."""
    feeds = page_sync.feeds_of(publisher.url, regions=[town], languages=languages)
    async for synced in page_sync.sync(app.database, feeds):
        assert not synced.problem
    await at_hand(app, town)


async def at_hand(app: App, town: str = TOWN) -> None:
    """What the database has now is found from now on."""
    await app.keeper.look()
    async with app.database.read() as session:
        await app.pages.complete(session, town)
