"""Languages are told apart on whole sentences; short or Latin-typed messages follow the person's choice."""

import pytest

from nlu import language
from nlu.artifacts import Learned

SENTENCES = {
    "de": "Ich habe gestern einen Brief vom Rathaus bekommen und verstehe ihn nicht",
    "en": "Yesterday I received a letter from the town hall and I cannot understand it",
    "ar": "وصلتني البارحة رسالة من البلدية ولا أفهم ما المكتوب فيها",
    "fa": "دیروز یک نامه از شهرداری گرفتم و نمی‌فهمم چه نوشته است",
    "ps": "پرون مې له ښاروالۍ څخه یو لیک ترلاسه کړ او نه پوهېږم چې څه پکې لیکلي دي",
    "ckb": "دوێنێ نامەیەکم لە شارەوانییەوە پێگەیشت و تێناگەم چی تێدا نووسراوە",
    "kmr": "Min duh nameyek ji şaredariyê wergirt û ez fêm nakim çi tê de hatiye nivîsandin",
    "tr": "Dün belediyeden bir mektup aldım ve ne yazdığını anlamıyorum",
    "uk": "Вчора я отримала листа з мерії і не розумію, що в ньому написано",
    "ru": "Вчера я получила письмо из мэрии и не понимаю, что в нём написано",
    "fr": "Hier j'ai reçu une lettre de la mairie et je ne comprends pas ce qui est écrit",
    "so": "Shalay waxaan warqad ka helay dowladda hoose mana fahmayo waxa ku qoran",
    "ti": "ትማሊ ካብ ምምሕዳር ከተማ ደብዳበ በጺሑኒ፡ እንታይ ከም ዝብል ግን ኣይተረደኣንን",
    "am": "ትናንት ከማዘጋጃ ቤት ደብዳቤ ደርሶኛል ግን ምን እንደሚል አልገባኝም",
    "sq": "Dje mora një letër nga bashkia dhe nuk e kuptoj se çfarë shkruan në të",
    "sr": "Juče sam dobila pismo iz opštine i ne razumem šta u njemu piše",
    "ro": "Ieri am primit o scrisoare de la primărie și nu înțeleg ce scrie în ea",
    "bg": "Вчера получих писмо от общината и не разбирам какво пише в него",
    "pl": "Wczoraj dostałam list z urzędu miasta i nie rozumiem, co w nim jest napisane",
    "es": "Ayer recibí una carta del ayuntamiento y no entiendo lo que dice",
    "ur": "کل مجھے بلدیہ سے ایک خط ملا اور مجھے سمجھ نہیں آ رہی کہ اس میں کیا لکھا ہے",
    "vi": "Hôm qua tôi nhận được một lá thư của toà thị chính và tôi không hiểu nội dung",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_recognised_without_a_choice(shipped: Learned, code: str) -> None:
    assert language.guess(shipped.languages, SENTENCES[code]).language == code


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_leaves_another_choice(shipped: Learned, code: str) -> None:
    chosen = "tr" if code != "tr" else "de"
    found = language.guess(shipped.languages, SENTENCES[code], chosen=chosen)
    assert (found.language, found.switched) == (code, True)


@pytest.mark.parametrize("text", ["ok", "hallo", "Anmeldung", "B1 Kurs", "76829", "😀", "", "да", "سلام"])
def test_a_word_or_two_follow_the_choice(shipped: Learned, text: str) -> None:
    found = language.guess(shipped.languages, text, chosen="so")
    assert (found.language, found.switched) == ("so", False)


@pytest.mark.parametrize("chosen", ["fa", "prs"])
def test_farsi_and_dari_follow_the_choice(shipped: Learned, chosen: str) -> None:
    assert language.guess(shipped.languages, "طفل من باید به مکتب برود", chosen=chosen).language == chosen


def test_dari_words_tell_without_a_choice(shipped: Learned) -> None:
    assert language.guess(shipped.languages, "طفلم را در مکتب چطور شامل کنم").language == "prs"
    assert language.guess(shipped.languages, SENTENCES["fa"]).language == "fa"


@pytest.mark.parametrize("chosen", ["de", "de-simple"])
def test_plain_german_stays_plain(shipped: Learned, chosen: str) -> None:
    assert language.guess(shipped.languages, SENTENCES["de"], chosen=chosen) == language.guess(
        shipped.languages, SENTENCES["de"], chosen=chosen
    )
    assert language.guess(shipped.languages, SENTENCES["de"], chosen=chosen).language == chosen


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("kif fini sajjel ibni bel madrase", "ar"),
        ("shu lazem a3mel la jaded el i2ame", "ar"),
        ("skazhite pozhaluysta kuda mne obratitsya", "ru"),
        ("chetor mitunam ye khune peyda konam", "fa"),
    ],
)
def test_latin_typing_is_no_other_language(shipped: Learned, text: str, chosen: str) -> None:
    found = language.guess(shipped.languages, text, chosen=chosen)
    assert (found.language, found.switched) == (chosen, False)


def test_office_words_do_not_make_it_german(shipped: Learned) -> None:
    text = "بدي تمديد Aufenthaltserlaubnis من Ausländerbehörde بدون Fiktionsbescheinigung"
    assert language.guess(shipped.languages, text).language == "ar"


def test_who_chose_ukrainian_is_not_taken_for_russian_by_likeness_alone(shipped: Learned) -> None:
    assert language.guess(shipped.languages, "сняться бомби, не сплю ночами", chosen="uk").language == "uk"
    assert language.guess(shipped.languages, "мне нужны курсы по вечерам, ещё лучше утром", chosen="uk").language == "ru"
