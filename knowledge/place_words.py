"""Words that help `places` to tell a place from an everyday word: towns to be careful with, words before and around a place."""

from knowledge.folding import fold


def _folded(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split())


# Towns that are everyday words or far better known elsewhere: they count as the whole message only …
WHOLE_ONLY = _folded("Wissen Kirchen Speicher Ulmen Grafschaft Gartenstadt Lemberg Waldsee Lu Offenbach Zell Kues Stromberg Idar")
# … and these also after "in", or capitalised within a sentence ("trier" is French for sorting, "diez" Spanish for ten).
CAREFUL = _folded("Worms Trier Wörth Diez Spire Spira Espira Daun Nassau Westerwald Konz Linz داون конц диц")
# Of those, the ones that in a question about a course are a town even in small letters.
IN_SMALL = _folded("Worms Trier Spire Spira Espira Daun Konz Westerwald")
# Beginnings of names that say nothing.
GENERIC = _folded(
    "Rheinland Rheinlandpfalz Pfalz RLP Stadt Kreis Landkreis Sankt Rhein Wester Alten Kaiser Kirch Kirche Eisen Frank Franken"
)

# Words after which a place is to be expected, in the languages people write.
BEFORE = _folded("""
    in im aus bei nach nahe um kreis landkreis stadt near from en à din iz në ở tại ve li ji ku magaalada w
    в у из з із біля возле около під във от في من الى إلى در از به په لە
""")
STRICT_BEFORE = _folded("in aus bei nach nahe stadt near from kreis landkreis в у في در")
# Words around a place in an answer to "where do you live?".
FILLERS = _folded("""
    ich wohne lebe bin wir wohnen leben komme mein ort ist die der das stadt gemeinde dorf jetzt deutschland plz aus in bei
    i live am living now we are my town city is the rheinland pfalz rlp germany hier here from near
    j habite à ville de vivo vivimos en la ciudad mieszkam w locuiesc oturuyorum yaşıyorum ben yaşıyoruz banoj živim u
    я живу мы живем живём ми живемо місто город зараз сейчас в у
    انا أنا اسكن أسكن ساكن ساكنة اعيش أعيش عايش عايشة مدينة نحن نسكن بمدينة من في زندگی میکنم می کنم شهر هستم ما در په کې اوسېږم
""")
# What languages hang on a name: "Mainzda", "Mainzer", "Гермерсхайме".
ENDINGS = _folded("da de ta te dan den dayım deyim tayım dayız li lu a e u y ie er ul е і у а ом")
# What Arabic, and Amharic and Tigrinya, write before a name in one word: "in", "to", "from", "and".
PREFIXES = ("ب", "ل", "و", "ف", "በ", "ለ", "ከ", "ን")
