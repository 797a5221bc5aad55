"""The menu: making an appointment, finding a course and the topic groups; the list of topics in a group."""

from dialogs.model import Choice, Move, Reply, Turn
from dialogs.parts import just, page_of, say
from knowledge import view
from locales.marks import mark

GROUPS = {
    "arrival": mark("New here and asylum"),
    "residence": mark("Papers and staying"),
    "language": mark("Learning German"),
    "education": mark("Children and school"),
    "work": mark("Work"),
    "health": mark("Health"),
    "safety": mark("Help in danger"),
    "housing": mark("Housing"),
    "money": mark("Money"),
    "daily": mark("Daily life"),
    "advice": mark("Advice centres"),
}
LOCAL = "local"


async def show(turn: Turn, group: str = "", page: str = "0") -> Move:
    """All groups, or the topics of one group; an unknown group shows all groups."""
    number = int(page) if page.isascii() and page.isdigit() else 0
    if group.isdigit():
        number, group = int(group), ""
    if group in _names(turn):
        return just(_topics(turn, group, page=number))
    return just(_groups(turn, page=number))


async def stale(turn: Turn) -> Move:
    """What an old or forged button leads to."""
    note = Reply(text=turn.t("This button is old. Here is the menu."), language=turn.language)
    return Move(replies=(note, *(await show(turn)).replies))


def _names(turn: Turn) -> dict[str, str]:
    """The groups that have articles, as buttons call them; first what the person's municipality adds, named after it."""
    present = {article.group for article in turn.knowledge.articles.values()}
    own = {LOCAL: turn.t("From {town}", town=turn.town.name)} if turn.town and LOCAL in present else {}
    return own | {group: turn.t(name) for group, name in GROUPS.items() if group in present}


def _groups(turn: Turn, *, page: int) -> Reply:
    choices = [
        Choice(id="book", label=turn.t("Make an appointment")),
        Choice(id="find_course", label=turn.t("Find a course")),
        *(Choice(id=f"menu:{group}", label=name) for group, name in _names(turn).items()),
    ]
    text = turn.t("What is it about? Press a button, or just write your question.")
    return say(turn, text, choices=page_of(turn, choices, page=page, more="menu"), back="intro", screen=True)


def _topics(turn: Turn, group: str, *, page: int) -> Reply:
    articles = [article for article in turn.knowledge.articles.values() if article.group == group]
    choices = [
        *((Choice(id="find_course", label=turn.t("Find a course")),) if group == "language" else ()),
        *(Choice(id=f"ask:{article.id}", label=view.title(article, language=turn.language)) for article in articles),
        *(_own_courses(turn) if group == "language" else ()),
    ]
    text = turn.t("Choose a topic, or write your question.")
    shown = page_of(turn, choices, page=page, more=f"menu:{group}")
    return say(turn, text, title=_names(turn)[group], choices=shown, back="menu", screen=True)


def _own_courses(turn: Turn) -> tuple[Choice, ...]:
    """What Lotse looks for and reminds of for this person."""
    return (
        Choice(id="alert:list", label=turn.t("What I look for")),
        Choice(id="enrol:list", label=turn.t("Courses that I go to")),
    )


def demo_reply(turn: Turn) -> Reply:
    """The plain mark of a demonstration: nobody reads here, nothing local is real."""
    text = turn.t("This is a demonstration. The town, its offices and its people are invented. Nobody reads your messages here.")
    return Reply(text=text, title=turn.t("Demonstration"), language=turn.language)
