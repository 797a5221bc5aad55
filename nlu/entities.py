"""Small things a message may name: a German level, a postcode, a need. Places are found by `knowledge`, dates by the booking dialog."""

import re

from nlu.text import skeleton

_LEVEL = re.compile(r"(?<![a-z0-9])([abc])\s?([12])(?![0-9])(?:[.,]?\d)?", re.IGNORECASE)
_CYRILLIC_LEVEL = re.compile(r"(?<!\w)([абвс])\s?([12])(?!\d)", re.IGNORECASE)
_LATIN_OF = {"а": "A", "б": "B", "в": "B", "с": "C"}
_POSTCODE = re.compile(r"(?<![\d+])(?<!\d[ /.,-])(0[1-9]\d{3}|[1-9]\d{4})(?![\d .,/-]*\d)")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")

# Stems in any orthography; they are matched as `text.skeleton` writes them; a language is here only where the words are sure.
_BEGINNER = (
    r"anfanger|beginner|starting from zero|from zero|debutant|novato|principiante|incepator|poczatkujac|fillestar|pocetni"
    r"|начинающ|початков|новач|начинаещ|مبتد|baslangic|sifirdan|المبتدئين|من الصفر|bilowga|nguoi moi bat dau"
)
_UNREADING = (
    r"(?:nicht|kein\w*) (?:lesen|schreiben|lesen und schreiben|lesen oder schreiben)|alphabetisierung|alphakurs"
    r"|cannot (?:read|write)|can'?t (?:read|write)|illiterate|literacy|analphab|alphabetisation|ne sa\w+ pas lire|no s\w+ leer"
    r"|okuma yazma|не умею (?:читать|писать)|не вмію (?:читати|писати)|неграмотн|неписьменн|بی ?سواد|سواد ندار"
    r"|لا (?:اعرف|اقرا|اقدر) (?:القراءة|اقرا|اكتب|ولا اكتب)|محو الأمية"
)
_NEEDS = {
    "childcare": r"kinderbetreuung|betreuung|childcare|child care|babysit|garde d'enfants|cocuk bakimi|догляд за д|присмотр за"
    r"|guarderia|ingrijirea copii|رعاية (?:ال)?أطفال|حضانة|نگهداری (?:از )?(?:کودک|اطفال|طفل)",
    "women": r"\b(?:frauen|women|ladies|femmes|kadinlar|mujeres|kobiet|jinan|femei)\b|жінок|женщин|للنساء|نساء|زنان|خانم\s?ها",
    "evening": r"\b(?:abend\w*|evening|soir|aksam\w*|wieczor\w*|seara|mbremje)\b|вечер|вечір|مسائي|مساء|شبانه|از طرف شب",
    "online": r"\bonline\b|онлайн|آنلاین|اونلاين|أونلاين|اون لاين|uzaktan",
}
_PATTERNS = {name: re.compile(skeleton(pattern)) for name, pattern in _NEEDS.items()}
_WORDS = {"cannot_read": re.compile(skeleton(_UNREADING)), "beginner": re.compile(skeleton(_BEGINNER))}


def find(text: str) -> dict[str, str]:
    """Entities by name: `level` (A1 … C2, `beginner` or `cannot_read`), `postcode`, `need` (several joined by commas).

    >>> find("B1 Abendkurs in 76829 mit Kinderbetreuung")
    {'level': 'B1', 'postcode': '76829', 'need': 'childcare,evening'}
    """
    plain = skeleton(text.translate(_DIGITS))
    found = {"level": _level(plain), "postcode": _postcode(plain), "need": _needs(plain)}
    return {name: value for name, value in found.items() if value}


def _level(plain: str) -> str:
    if hit := _LEVEL.search(plain):
        return f"{hit[1].upper()}{hit[2]}"
    if hit := _CYRILLIC_LEVEL.search(plain):
        return f"{_LATIN_OF[hit[1]]}{hit[2]}"
    return next((name for name, pattern in _WORDS.items() if pattern.search(plain)), "")


def _postcode(plain: str) -> str:
    hit = _POSTCODE.search(plain)
    return hit[1] if hit else ""


def _needs(plain: str) -> str:
    return ",".join(name for name, pattern in _PATTERNS.items() if pattern.search(plain))
