"""After an alarm: what may be about the danger stays with it, in every language; without an alarm nothing is taken for the end of one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import app as composition
from bot.app import App
from bot.settings import read_settings
from nlu.brain import Brain
from tests.conversation import Talker

SUICIDE, VIOLENCE, MEDICAL, REMOVAL = "0800 111 0 111", "116 016", "112", "Rechtsbehelfsbelehrung"
# Language, what raised the alarm, what was said then, and what must stay in sight.
SAID = [
    ("ur", "main marna chahta hun", "koi nahi hai mera", SUICIDE),
    ("ur", "main marna chahta hun", "akela hun bohat", SUICIDE),
    ("ckb", "دەمەوێت خۆم بکوژم", "کەسم نییە", SUICIDE),
    ("ckb", "دەمەوێت خۆم بکوژم", "mandw bum", SUICIDE),
    ("ar", "بدي انتحر", "لا لا ما رح اعمل شي بس مخنوق", SUICIDE),
    ("prs", "دیگر نمیخواهم زندگی کنم", "هیچکس ندارم اینجه", SUICIDE),
    ("ti", "ነፍሰይ ከጥፍእ ደልየ", "ደኪመ ጥራይ እየ", SUICIDE),
    ("vi", "toi muon tu tu", "co ai noi tieng viet khong", SUICIDE),
    ("fa", "دخترم ۱۴ سالشه میگه خودشو میکشه", "الان تو اتاقشه درو بسته", SUICIDE),
    ("es", "mi marido me pega", "no tengo visa propia, si me separo me echan?", VIOLENCE),
    ("de", "mein Mann schlägt mich", "kann ich eigene wohnung kriegen", VIOLENCE),
    ("de", "mein Mann schlägt mich", "ich will mich trennen", VIOLENCE),
    ("pl", "maz mnie bije", "mam sie bac ze zabiora dzieci", VIOLENCE),
    ("ps", "zama khawand ma wahi", "che chare larsham", VIOLENCE),
    ("ar", "جوزي بيضربني", "لوين روح الليلة", VIOLENCE),
    ("uk", "чоловік мене б'є", "а куди можна втекти сьогодні вночі", VIOLENCE),
    ("kmr", "mêrê min li min dixe", "ku biçim", VIOLENCE),
    ("tr", "kocam beni dövüyor", "şimdi evde değil", VIOLENCE),
    ("tr", "kocam beni dövüyor", "işe gitti", VIOLENCE),
    ("sq", "burri me rreh", "dua te ndahem", VIOLENCE),
    ("am", "ባሌ ይመታኛል", "ማንም አይወቅ", VIOLENCE),
    ("am", "ባሌ ይመታኛል", "ፖሊስ ልጆቼን ይወስዳል", VIOLENCE),
    ("so", "ninkaygu wuu i garaacaa", "halkee aadi karaa caawa", VIOLENCE),
    ("vi", "chong toi danh toi", "toi so mat visa neu bo chong", VIOLENCE),
    ("ur", "mera shohar mujhe maarta hai", "raat ko kahan rahun bachon ke sath", VIOLENCE),
    ("ro", "mama nu mai respira", "are 70 ani", MEDICAL),
    ("bg", "баща ми не диша", "вече е по-добре", MEDICAL),
    ("ro", "politia e la usa sa ne ia", "ok au plecat", REMOVAL),
]


@pytest.fixture
async def app(tmp_path: Path, cache: Path, brain: Brain) -> AsyncIterator[App]:
    settings = read_settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/lotse.db", data_dir=cache)
    built = await composition.build(settings, demo=True, brain=brain)
    async with composition.running(built):
        yield built


async def person(app: App, language: str) -> Talker:
    talker = Talker(app)
    await talker.press("start:demo")
    await talker.press(f"language:{language}")
    return talker


@pytest.mark.parametrize(("language", "alarm", "then", "number"), SAID, ids=[f"{row[0]}-{at}" for at, row in enumerate(SAID)])
async def test_what_is_said_after_an_alarm_stays_with_it(app: App, language: str, alarm: str, then: str, number: str) -> None:
    ada = await person(app, language)
    await ada.write(alarm)
    assert any(reply.urgent for reply in ada.said)
    await ada.write(then)
    assert number in ada.words


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "ich spreche nur somali"),
        ("de", "ihr seid doch alle gleich, scheiß amt"),
        ("en", "security dont do nothing"),
        ("ru", "охрана ничего не делает"),
        ("ckb", "mandw bum"),
    ],
)
async def test_without_an_alarm_nothing_ends_one(app: App, language: str, said: str) -> None:
    ada = await person(app, language)
    await ada.write(said)
    assert ada.words
    assert "112" not in ada.words


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "ich will meine religion wechseln bin ich dann sicher"),
        ("en", "+49 170 1234567 call after 5"),
        ("ar", "bidi maw3ad"),
        ("ar", "bel mashfa 3atooni wara2a"),
    ],
)
async def test_nobody_is_asked_whether_they_want_to_die_where_little_speaks_for_it(app: App, language: str, said: str) -> None:
    ada = await person(app, language)
    await ada.write(said)
    assert "ask:safety/suicidal-thoughts" not in [choice.id for reply in ada.said for row in reply.rows for choice in row]


async def test_who_says_that_there_is_no_danger_is_not_kept_with_the_alarm(app: App) -> None:
    ada = await person(app, "en")
    await ada.write("the police are at the door, they want to deport us")
    await ada.press("calm")
    await ada.write("I want to separate")
    assert "I am afraid of deportation" not in ada.words


async def test_what_sounds_like_another_danger_is_answered_with_its_article_and_not_kept(app: App) -> None:
    ada = await person(app, "am")
    await ada.write("ባሌ ይመታኛል")
    await ada.write("ፖሊስ ልጆቼን ይወስዳል")
    assert all(reply.urgent for reply in ada.said)


async def test_another_danger_raises_its_own_alarm(app: App) -> None:
    ada = await person(app, "en")
    await ada.write("my husband hits me")
    await ada.write("I want to kill myself")
    assert "You are not alone." in ada.words


async def test_after_questions_on_violence_i_am_not_in_danger_still_leads_to_the_help_for_later(app: App) -> None:
    ada = await person(app, "en")
    await ada.write("my husband hits me")
    await ada.write("where can I go tonight")
    await ada.press("calm")
    assert "116 016" in ada.words
