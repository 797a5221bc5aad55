"""The way from a messenger into the private chat: a button with a link, and what Lotse says first there. The page: `bot.web.links`."""

from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import just, paragraphs, say
from handoff import links
from locales.texts import translate
from store.types import utcnow

_SAFE = "https://"


async def button(turn: Turn) -> Choice | None:
    """A button that opens the private chat, good for ten minutes and once.

    None where the conversation is private already, and where the installation has no safe address that a messenger would accept.
    """
    base_url = str(turn.services.base_url)
    if turn.traits.trusted or not base_url.startswith(_SAFE):
        return None
    token = await links.create(turn.session, person=turn.standing.person, now=utcnow())
    return Choice(url=f"{base_url}/link/{token}", label=turn.t("Open the private chat"))


async def invite(turn: Turn) -> Move:
    """Somebody asked for the private chat, perhaps because an earlier link was too old."""
    if turn.traits.trusted:
        return just(say(turn, turn.t("You are in the private chat already. Only you and the advisers can read it.")))
    found = await button(turn)
    if found is None:
        return just(say(turn, turn.t("There is no private chat here. Please write nothing here that others must not read.")))
    return just(say(turn, turn.t("Here is the way to the private chat. The button works for 10 minutes and only once."), choices=(found,)))


def welcome(language: str, *, replaced: bool) -> Reply:
    """Where the person is now, and what is possible here; `replaced` says that this browser showed another chat before."""
    here = translate(
        language, "This is the private chat. Your conversation goes on here. The company behind your messenger cannot read it here."
    )
    files = translate(language, "If an adviser helps you, you can send photos of letters here. Press the paperclip.")
    gone = translate(language, "This browser showed another chat before. That chat is closed here now.") if replaced else ""
    back, menu, human = (translate(language, label) for label in ("Back", "Menu", "Human"))
    rows = ((Choice(id="menu", label=back), Choice(id="menu", label=menu), Choice(id="human", label=human)),)
    return Reply(text=paragraphs(here, files, gone), language=language, rows=rows)
