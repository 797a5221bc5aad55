"""Takes out of questions what may say who asked: numbers, addresses, and the names that follow “my name is”. It cannot find every name.

So texts are shown only where several people asked the same (`wishes`), to editors alone.
"""

import re

MASK = "…"
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|(?<!\w)@\w+")
# Four digits and more, with what people write between them: telephone and file numbers, postcodes, dates of birth. Digits of all scripts.
_NUMBER = re.compile(r"\+?\d(?:[\s./()\-–]{0,2}\d){3,}")
_STREET = re.compile(r"\b[\w\-]*(?:straße|strasse|str\.|gasse|allee|platz|weg)\s+\d+\s?[a-z]?\b", re.IGNORECASE)
_SAYING = (
    # German, English, Spanish, French, Polish, Romanian, Turkish, Albanian, Serbian, Kurmanji, Somali, Vietnamese
    r"ich hei(?:ß|ss)e|mein name ist|my name(?: is|'s|’s)|i am called|me llamo|mi nombre es|je m['’]appelle",
    r"mon nom est|nazywam si[ęe]|mam na imi[ęe]|m[ăa] numesc|m[ăa] cheam[ăa]|benim ad[ıi]m|ad[ıi]m|ismim|quhem|emri im [ëe]sht[ëe]",
    r"zovem se|ime mi je|nav[êe] min|magacaygu waa|t[êe]n t[ôo]i l[àa]|t[ôo]i t[êe]n l[àa]",
    # Ukrainian, Russian, Bulgarian, Serbian
    r"мене звати|мене звуть|моє ім['’ʼ]?я|меня зовут|мо[её] имя|казвам се|името ми е|зовем се|име ми је",
    # Arabic, Persian, Dari, Pashto, Urdu, Sorani
    r"[اإ]سمي|أنا اسمي|نامم|اسمم|نام من|اسم من|زما نوم|نوم مې|مې نوم|میرا نام|ناوم|ناوی من",
    # Amharic, Tigrinya
    r"ስሜ|ሽመይ|ስመይ",
    # who somebody is called by
    r"herr(?:n)?|frau|mister|mr\.?|mrs\.?|ms\.?|monsieur|madame|señora?|pan|pani|господин|госпожа|пан|пані|السيدة?|آقای|خانم",
)
# One word is taken out, and up to two more that begin with a capital; writings without capitals lose two words.
_WORD = r"[^\s,.;:!?،؟؛…]+"
_NAME = re.compile(
    rf"(?<!\w)((?i:{'|'.join(_SAYING)}))(\s*[:=]?\s+)(?:{_WORD}(?:\s+[A-ZÀ-ÞА-ЯЁІЇЄҐ][^\s,.;:!?]*){{0,2}}"
    rf"(?:(?<=[\u0590-\u08ff\u1200-\u137f])\s+[\u0590-\u08ff\u1200-\u137f]+)?)"
)


_PERSIAN = re.compile(r"(?<!\w)من\s+\S+(?:\s+\S+)?\s+هستم(?!\w)")
# More would neither fit on the page nor help; it also bounds the work of the patterns.
_LONGEST = 300


def masked(text: str) -> str:
    """The beginning of the text, at most 300 characters, with `MASK` in the place of what may name somebody.

    >>> masked("Ich heiße Amira Nuur, meine Nummer ist 0176 123456, Kurs B1?")
    'Ich heiße …, meine Nummer ist …, Kurs B1?'
    """
    plain = _PERSIAN.sub(f"من {MASK} هستم", _NAME.sub(rf"\1 {MASK}", text[:_LONGEST]))
    for pattern in (_ADDRESS, _STREET, _NUMBER):
        plain = pattern.sub(MASK, plain)
    return plain
