"""The subject of a wish for an appointment, in every language: what is found, and what must not be."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locales.registry import LANGUAGES
from nlu import topic_words
from nlu.topic_words import SUBJECTS, about

# Sentences of each language, one for each subject in the order of SUBJECTS.
_SENTENCES = {
    "de": """Ich brauche einen Termin wegen meiner Aufenthaltserlaubnis|Ich suche einen Deutschkurs
        Brief vom Jobcenter, ich verstehe ihn nicht
        Ich möchte mein Kind in der Kita anmelden|Wir suchen eine größere Wohnung|Meine Frau ist schwanger
        Ich habe Schulden bei der Bank|Familiennachzug für meine Frau""",
    "de-simple": """Meine Duldung läuft ab|Ich will Deutsch lernen|Ich suche eine Ausbildung|Mein Sohn braucht eine Schule
        Ich brauche ein Zimmer im Wohnheim|Ich brauche einen Arzt|Ich brauche Geld vom Sozialamt|Wir wollen heiraten""",
    "en": """I need help with my residence permit|I want to register for a German course|I got a letter from the Jobcenter
        I need a school for my child|My landlord wants me to leave the flat|I need to see a doctor, I am pregnant
        I cannot pay my bills|I want to bring my wife to Germany""",
    "ar": """عندي مشكلة بالإقامة|أريد التسجيل في كورس ألماني|أبحث عن عمل|أريد تسجيل ابني في المدرسة
        أبحث عن شقة للإيجار|أحتاج موعد مع الطبيب|عندي ديون وفواتير كثيرة|موعد بخصوص لم الشمل""",
    "fa": """برای تمدید اقامتم وقت می‌خواهم|می‌خواهم در کلاس آلمانی ثبت نام کنم|دنبال کار می‌گردم|پسرم باید به مدرسه برود
        صاحبخانه اجاره را زیاد کرده|باید پیش دکتر بروم، مریض هستم|قبض‌ها و بدهی دارم|می‌خواهم طلاق بگیرم""",
    "prs": """درباره پاسپورت خود سوال دارم|میخواهم جرمنی یاد بگیرم، کورس کار دارم|میخواهم وظیفه پیدا کنم
        طفلم را شامل مکتب میکنم
        یک خانه کرایی میپالم|داکتر کار دارم، مریض هستم|قرضدار هستم و پیسه ندارم|نکاح و ازدواج ما را ثبت کنید""",
    "ps": """زه د خپل اقامت په اړه پوښتنه لرم|زه د جرمني کورس غواړم|زه دنده غواړم|زما زوی باید ښوونځي ته لاړ شي
        د کور کرایه ډېره ده|زه ناروغ یم، ډاکټر ته اړتیا لرم|زه پور لرم او پیسې نه لرم|زه طلاق غواړم""",
    "ckb": """پرسیارم هەیە دەربارەی ئیقامەکەم|دەمەوێت بچمە کۆرسی زمان|بەدوای ئیش دەگەڕێم|منداڵەکەم دەبێت بچێتە قوتابخانە
        بەدوای خانوو دەگەڕێم|نەخۆشم و پێویستم بە دکتۆرە|قەرزم هەیە لە بانک|دەمەوێت هاوسەرگیری بکەم""",
    "kmr": """Ez ji bo destûra mayînê alîkarî dixwazim|Ez dixwazim biçim kursa almanî|Ez li karekî digerim
        Zarokê min divê biçe dibistanê
        Ez li xaniyekî digerim|Ez nexweş im, doktor hewce ye|Deynên min hene|Em dixwazin bizewicin""",
    "tr": """Oturum iznim için randevu istiyorum|Almanca kursu arıyorum|İş arıyorum, yardım lazım|Oğlum için okul arıyoruz
        Ev sahibi kirayı artırdı|Hastayım, doktora gitmem lazım|Borçlarım ve faturalarım var
        Eşimi Almanya'ya getirmek istiyorum, aile birleşimi""",
    "uk": """Мені треба продовжити посвідку|Шукаю курси німецької мови|Шукаю роботу|Хочу записати дитину в садок
        Шукаю квартиру в оренду|Я хвора, мені потрібен лікар|Маю борги за рахунки|Хочу розлучитися""",
    "ru": """Вопрос по виду на жительство|Хочу учить немецкий на курсах|Ищу работу|Нужна школа для ребёнка
        Ищу квартиру|Мне нужен врач|У меня долги и счета|Хочу привезти жену, воссоединение семьи""",
    "fr": """Mon titre de séjour expire bientôt|Je cherche un cours d'allemand|Je cherche du travail
        Je veux inscrire mon fils à l'école
        Je cherche un appartement|Ma femme est enceinte|J'ai des dettes et des factures
        Je voudrais un regroupement familial""",
    "so": """Waxaan rabaa sharciga deganaanshaha|Waxaan rabaa koorso Jarmal ah|Shaqo ayaan raadinayaa
        Ilmahayga iskuul ayaan u raadinayaa
        Waxaan rabaa guri kiro ah|Waan jirranahay, dhakhtar baan u baahanahay|Deyn baa igu taalla, lacag ma haysto
        Waxaan rabaa inaan guursado""",
    "ti": """ብዛዕባ መንበሪ ፍቓድ ሓገዝ እደሊ|ቋንቋ ጀርመን ክመሃር እደሊ|ስራሕ እደሊ ኣለኹ|ወደይ ናብ ቤት ትምህርቲ ክኸይድ እደሊ
        ገዛ ክካረ እደሊ|ሓሚመ፡ ሓኪም የድልየኒ|ብዙሕ ዕዳ ኣለኒ|ብዛዕባ መርዓ ክዛረብ እደሊ""",
    "am": """ስለ መኖሪያ ፈቃዴ እርዳታ እፈልጋለሁ|የጀርመንኛ ኮርስ እፈልጋለሁ|ሥራ እየፈለግኩ ነው|ልጄን ትምህርት ቤት ማስመዝገብ እፈልጋለሁ
        ቤት ኪራይ እየፈለግኩ ነው|ታምሜአለሁ ሐኪም እፈልጋለሁ|ዕዳ አለብኝ|ስለ ጋብቻ መነጋገር እፈልጋለሁ""",
    "sq": """Kam pyetje për lejen e qëndrimit|Dua të mësoj gjermanisht në kurs|Kërkoj punë
        Dua ta regjistroj djalin në shkollë
        Kërkoj një banesë me qira|Jam i sëmurë, duhet mjeku|Kam borxhe dhe fatura|Dua të flas për divorcin""",
    "sr": """Treba mi produženje boravka|Tražim kurs nemačkog|Tražim posao|Treba mi vrtić za dete
        Tražim stan, kirija je visoka|Bolestan sam, treba mi lekar|Imam dugove i račune|Želim razvod braka""",
    "ro": """Am o întrebare despre permisul de ședere|Caut un curs de germană|Caut un loc de muncă
        Vreau să înscriu copilul la școală
        Caut un apartament cu chirie|Sunt bolnavă, am nevoie de un medic|Am datorii și facturi
        Vreau să divorțez, am nevoie de divorț""",
    "bg": """Имам въпрос за разрешение за пребиваване|Търся курс по немски|Търся работа|Искам да запиша детето на училище
        Търся квартира под наем|Болна съм, трябва ми лекар|Имам дългове и сметки|Искам развод""",
    "pl": """Chcę przedłużyć kartę pobytu|Szukam kursu niemieckiego|Szukam pracy|Chcę zapisać dziecko do przedszkola
        Szukam mieszkania|Jestem chora, potrzebuję lekarza|Mam długi i rachunki|Chodzi o rozwód""",
    "es": """Necesito renovar mi permiso de residencia|Busco un curso de alemán|Busco trabajo
        Quiero inscribir a mi hijo en la escuela
        Busco un piso de alquiler|Estoy enferma, necesito un médico|Tengo deudas y facturas
        Quiero traer a mi esposa, reagrupación familiar""",
    "ur": """مجھے رہائشی اجازت نامے میں مدد چاہیے|میں جرمن کورس کرنا چاہتا ہوں|مجھے نوکری چاہیے
        بچے کا سکول میں داخلہ کروانا ہے
        کرائے کا مکان چاہیے|میں بیمار ہوں، ڈاکٹر چاہیے|مجھ پر قرض ہے|طلاق کے بارے میں بات کرنی ہے""",
    "vi": """Tôi muốn gia hạn thẻ cư trú|Tôi muốn học tiếng Đức|Tôi đang tìm việc làm|Tôi muốn ghi danh cho con vào mẫu giáo
        Tôi muốn thuê nhà|Tôi bị bệnh, cần gặp bác sĩ|Tôi có nhiều hóa đơn và nợ nần|Tôi muốn ly hôn""",
}
_CASES = [
    (code, sentence.strip(), subject)
    for code, lines in _SENTENCES.items()
    for sentence, subject in zip(lines.replace("\n", "|").split("|"), SUBJECTS, strict=True)
]


@pytest.mark.parametrize(("code", "text", "subject"), _CASES)
def test_sentences(code: str, text: str, subject: str) -> None:
    assert about(text) == subject, code


def test_every_language_is_tested() -> None:
    assert set(_SENTENCES) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("work permit", "work"),
        ("BAMF letter", "residence"),
        ("BAMF course", "language"),
        ("certificate B1", "language"),
        ("German course at school", "language"),
        ("In der Schule einen Kurs", "language"),
        ("Mietschulden", "money"),
        ("rent arrears", "money"),
        ("Sprachschule", "language"),
        ("Visum für meine Frau", "family"),
        ("Brief vom Jobcenter wegen der Wohnung und der Miete", "housing"),
        ("doctor or bank", "health"),
        ("bank or doctor", "money"),
        ("iqama", "residence"),
        ("بدي احكي عن الشغل", "work"),
        ("للمدرسة", "education"),
        ("ezdevaj", "family"),
        ("ishchu rabotu", "work"),
        ("naukri chahiye", "work"),
        ("ስለስራ", "work"),
    ],
)
def test_subjects(text: str, subject: str) -> None:
    assert about(text) == subject


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "I speak German",
        "talk to a woman",
        "Ich spreche Deutsch",
        "Termin am Montag um 9 Uhr",
        "Ich arbeite bis 17 Uhr",
        "of course",
        "Fahrschule",
        "Vielen Dank",
        "Hola, quiero una cita el martes hasta las 10",
        "appointment tomorrow, please",
        "Entschuldigung, ich komme später",
        "Does that work for you?",
        "أتكلم العربية",
        "أريد موعد يوم الخميس",
        "من فارسی صحبت می\u200cکنم",
        "یک ترمین کار دارم",
        "لطفا فردا صبح",
        "زه پښتو خبرې کوم",
        "Ez kurdî diaxivim",
        "Yarın randevu istiyorum",
        "Я говорю по-русски",
        "завтра после работы",
        "Je parle français",
        "Waxaan ku hadlaa Soomaali",
        "ትግርኛ እዛረብ",
        "ጤና ይስጥልኝ",
        "Flas shqip",
        "Govorim srpski",
        "Vorbesc română",
        "Здравейте, искам час за понеделник",
        "Mówię po polsku",
        "Para el lunes por favor",
        "میں اردو بولتا ہوں",
        "Tôi nói tiếng Việt",
        "Ich möchte mit einer Frau sprechen",
        "Kann ich morgen kommen?",
        "12345",
        "B1",
        "🙂",
        "mit Dolmetscher bitte",
        "Здравствуйте",
        "Gibt es hier Menschen?",
        "وين مكان الموعد",
        "Kein Termin mehr",
        "¿Cuándo es mi cita?",
        "get me a social worker",
        "یک وقت بدهید",
    ],
)
def test_no_subject(text: str) -> None:
    assert about(text) is None


def test_no_phrase_means_two_subjects() -> None:
    subjects: dict[str, set[str]] = {}
    for _, subject, phrase in topic_words.rows():
        subjects.setdefault(phrase.lower(), set()).add(subject)
    assert {phrase: names for phrase, names in subjects.items() if len(names) > 1} == {}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=600))
def test_any_text_is_accepted(text: str) -> None:
    assert about(text) in {*SUBJECTS, None}


@pytest.mark.parametrize(
    "text", ["kurs " * 2000, "a" * 9000, "و" * 9000, "\u0301" * 9000, "ﷺ" * 4000, "\ud800\x00" * 900, "deutsch " * 900]
)
def test_hostile_messages_are_read_at_once(text: str) -> None:
    about("warm")
    start = time.process_time()
    about(text)
    assert time.process_time() - start < 0.25


def test_a_message_is_read_in_two_milliseconds() -> None:
    text = ("Ich brauche einen Termin wegen der Wohnung und بدي احكي عن الشغل ስለ መኖሪያ ፈቃዴ " * 9)[:500]
    spent = []
    for _ in range(20):
        start = time.process_time()
        about(text)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.002
