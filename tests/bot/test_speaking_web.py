"""What an adviser says, edits and takes back, as readers of the web chat see it: by their cursor, in order, without gaps."""

from sqlalchemy import select
from sqlmodel import col

from bot.app import App
from bot.channels.web import PAGE, Web
from dialogs.model import Reply
from store.tables import Message, Municipality
from tests.cases import Known, Open, person_with_case, staff

TOKEN = "token-1"  # noqa: S105 - of a browser in this test


async def reader(app: App) -> tuple[Open, int, Web, list[tuple[str, str]]]:
    """Somebody in the web chat who is with an adviser; the last part collects who was woken."""
    async with app.database.write() as session:
        town = int(await session.scalar(select(col(Municipality.id)).where(col(Municipality.slug) == "demo")) or 0)
        anna = int((await staff(session, municipality=town, names=("Anna",)))[0].id or 0)
        keys, index_key = app.desk.keyring, app.desk.index_key
        like = Known(owner=anna)
        one = await person_with_case(
            session, municipality=town, channel="web", external=TOKEN, known=like, keyring=keys, index_key=index_key
        )
    woken: list[tuple[str, str]] = []
    app.speaker.watchers.append(lambda channel, external: woken.append((channel, external)))
    return one, anna, Web(database=app.database, desk=app.desk), woken


async def say(app: App, one: Open, anna: int, text: str) -> int:
    async with app.database.write() as session:
        said = await app.speaker.say(session, person=one.person, reply=Reply(text=text, language="en"), case=one.case, author=anna)
    app.speaker.deliver([said])
    assert (said.delivery, said.parcels) == ("sent", ())
    return said.message


async def news(web: Web, cursor: int) -> tuple[list[tuple[int, str, bool, bool]], int, bool]:
    history = await web.after(TOKEN, cursor)
    assert history is not None
    return [(line.id, line.reply.text, line.edited, line.deleted) for line in history.lines], history.cursor, history.later


async def test_an_edited_and_a_deleted_message_come_again_behind_the_cursor(app: App) -> None:
    one, anna, web, woken = await reader(app)
    first, second = await say(app, one, anna, "Come on Monday"), await say(app, one, anna, "Bring the letter")
    assert woken == [("web", TOKEN)] * 2
    lines, cursor, _ = await news(web, 0)
    assert lines == [(first, "Come on Monday", False, False), (second, "Bring the letter", False, False)]
    async with app.database.write() as session:
        spoken = await app.speaker.edit(session, message=first, text="Come on Tuesday")
    app.speaker.deliver([spoken])
    lines, cursor, _ = await news(web, cursor)
    assert lines == [(first, "Come on Tuesday", True, False)]
    async with app.database.write() as session:
        spoken = await app.speaker.unsay(session, message=first)
    app.speaker.deliver([spoken])
    assert len(woken) == 4
    lines, cursor, _ = await news(web, cursor)
    assert lines == [(first, "", True, True)]
    assert (await news(web, cursor))[0] == []
    async with app.database.read() as session:
        assert {line.delivery for line in await session.scalars(select(Message))} == {"sent"}


async def test_a_change_of_an_old_line_hides_no_new_one(app: App) -> None:
    one, anna, web, _ = await reader(app)
    first = await say(app, one, anna, "old")
    _, cursor, _ = await news(web, 0)
    fresh = [await say(app, one, anna, f"line {number}") for number in range(PAGE + 5)]
    async with app.database.write() as session:
        app.speaker.deliver([await app.speaker.edit(session, message=first, text="old, better")])
    seen, later = [], True
    while later:
        lines, cursor, later = await news(web, cursor)
        seen += [line[0] for line in lines]
    assert seen == [*fresh, first]
    page = await web.latest(TOKEN)
    assert page is not None
    assert page.earlier
    before = await web.latest(TOKEN, before=page.lines[0].id)
    assert before is not None
    assert before.lines[0].reply.text == "old, better"
    assert [line.id for line in (*before.lines, *page.lines)] == [first, *fresh]
