"""A small knowledge base in a folder of its own: two articles in a few languages, facts, contacts, topics, an overlay, the real places."""

import shutil
from pathlib import Path

import pytest

from knowledge.loader import ROOT
from knowledge.stamp import stamp

QUESTIONS = "".join(f"- {{}} {number}\n" for number in range(1, 16))

FACTS = """\
TE-01: {fact: 'Helpline: 0800 111 0 222, hilfe-beispiel.de, day and night.', basis: –, source: seen.de, confidence: A, changes_often: false}
TE-02: {fact: 'Emergency number 112.', basis: –, source: seen.de, confidence: B, changes_often: true}
TE-03: {fact: 'Something that everybody knows.', basis: –, source: –, confidence: C, changes_often: false}
"""
CONTACTS = """\
helpline: {name: Helpline, phone: ["0800 111 0 222"], url: "https://hilfe-beispiel.de", fact: TE-01, checked: 2026-11-21}
portal: {name: Portal, url: "https://portal-beispiel.de", fact: TE-02, checked: 2026-11-21}
"""
TOPICS = """\
health:
  emergency: "112, 116117, emergency room, pharmacy at night"
  doctor: "how to see a doctor with a health card"
"""
ARTICLE = """\
checked_on: 2026-11-21
review_by: 2027-02-15
facts: [TE-01, TE-02]
sources:
  - {name: Seen, url: "https://seen.de", date: "2026-01"}
offices: [jobcenter]
contacts: [helpline]
related: [health/doctor]
actions: ["call:helpline", "open:https://seen.de/page", "find_course:type=literacy", "book:service=advice"]
audience: [everyone]
"""
GERMAN = """\
---
title: Notfall
---
Rufen Sie 112 an, wenn es gefährlich ist.
Reden können Sie Tag und Nacht: 0800 111 0 222.

## details
Das Jobcenter hilft ab 2026 mit 50 Euro. Mehr steht auf hilfe-beispiel.de.

- Bringen Sie 2 Papiere mit.

## questions
"""
ENGLISH = """\
---
title: Emergency
translated_by: machine
---
Call 112 if it is dangerous.
You can talk day and night: 0800 111 0 222.

## details
The job centre (Jobcenter) helps from 2026 with 50 euros. More is on hilfe-beispiel.de.

- Bring 2 papers.

## questions
"""
ARABIC = """\
---
title: طوارئ
translated_by: machine
---
اتصل بـ 112 إذا كان الوضع خطيراً.
يمكنك التحدث ليلاً ونهاراً: 0800 111 0 222.

## details
يساعد الجوب سنتر (Jobcenter) منذ ٢٠٢٦ بمبلغ 50 يورو. المزيد على hilfe-beispiel.de.

- أحضر معك 2 أوراق.

## questions
"""
SIMPLE = """\
---
title: Notfall
translated_by: machine
---
Ist es sehr ernst? Rufen Sie 112 an.
Wollen Sie reden? Das geht Tag und Nacht: 0800 111 0 222.

## details
Das Jobcenter hilft ab 2026. Sie bekommen 50 Euro. Mehr steht auf hilfe-beispiel.de.

- Bringen Sie 2 Papiere mit.

## questions
"""
SHORT = """\
---
title: Emergencia
translated_by: machine
---
Llame al 112 si es peligroso.
Puede hablar de día y de noche: 0800 111 0 222.

## questions
"""
OVERLAY = """\
municipality: {slug: testkreis, name: Testkreis}
offices:
  jobcenter: {name: Jobcenter Testkreis, url: "https://testkreis.de"}
"""


def _article(folder: Path, *, word: str) -> None:
    folder.mkdir(parents=True)
    (folder / "article.yml").write_text(
        ARTICLE.replace("health/doctor", "health/emergency" if folder.name == "doctor" else "health/doctor")
    )
    for language, text in (("de", GERMAN), ("de-simple", SIMPLE), ("en", ENGLISH), ("ar", ARABIC), ("es", SHORT)):
        (folder / f"{language}.md").write_text(text + QUESTIONS.replace("{}", f"{word} {language}"), encoding="utf-8")
    (folder / "vi.md").write_text("## questions\n" + QUESTIONS.replace("{}", f"{word} vi"), encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of the small knowledge base; nothing is wrong with it."""
    for name, text in (
        ("facts/test.yml", FACTS),
        ("contacts.yml", CONTACTS),
        ("topics.yml", TOPICS),
        ("overlays/testkreis/overlay.yml", OVERLAY),
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for slug, word in (("emergency", "Notruf"), ("doctor", "Arzt")):
        _article(tmp_path / "content" / "health" / slug, word=word)
    for language, text in (("de", "Zimmer 7 im Rathaus.\n"), ("en", "Room 7 in the town hall.\n")):
        file = tmp_path / "overlays/testkreis/additions/health/emergency" / f"{language}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "places", tmp_path / "places")
    stamp(tmp_path)
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    """Replace `old` by `new` in a file, which must have it."""
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
