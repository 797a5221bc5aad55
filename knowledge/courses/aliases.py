"""The German and English words that files use for fields and their values; `docs/courses.md` lists them, a test holds it to that."""

import re
import unicodedata
from collections.abc import Mapping

# Other headings of a field; its own name always counts. Case, spaces, hyphens and full stops do not matter, ä may be ae.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("Kursnummer", "Kurs-Nr.", "Nummer", "Kurs-ID", "course id"),
    "title": ("Titel", "Kurstitel", "Kursname", "Bezeichnung"),
    "provider_name": ("Anbieter", "Träger", "Kursträger", "Veranstalter", "provider"),
    "provider_url": ("Webseite", "Website", "Homepage", "Internet", "Anbieter-URL"),
    "contact_phone": ("Telefon", "Tel.", "Telefonnummer", "phone"),
    "contact_email": ("E-Mail", "Mail", "E-Mail-Adresse"),
    "course_type": ("Kursart", "Kurstyp", "Art", "type"),
    "funder": ("Förderung", "Kostenträger", "Finanzierung"),
    "level_from": ("Niveau von", "Niveau ab", "Eingangsniveau", "Niveau"),
    "level_to": ("Niveau bis", "Zielniveau", "Ziel"),
    "total_ue": ("UE gesamt", "Unterrichtseinheiten", "UE", "Umfang"),
    "ue_per_week": ("UE pro Woche", "UE/Woche", "Wochenstunden"),
    "start_date": ("Beginn", "Start", "Kursbeginn", "Startdatum"),
    "end_date": ("Ende", "Kursende", "Enddatum"),
    "registration_deadline": ("Anmeldeschluss", "Anmeldefrist"),
    "rolling_entry": ("Einstieg jederzeit", "laufender Einstieg", "Quereinstieg"),
    "weekdays": ("Wochentage", "Tage", "Kurstage", "days"),
    "time_from": ("Uhrzeit von", "Beginn Uhrzeit", "von"),
    "time_to": ("Uhrzeit bis", "Ende Uhrzeit", "bis"),
    "format": ("Form", "Unterrichtsform", "Kursform"),
    "address": ("Adresse", "Straße", "Anschrift", "Kursort"),
    "postcode": ("PLZ", "Postleitzahl"),
    "town": ("Ort", "Stadt", "Gemeinde"),
    "lat": ("Breite", "Breitengrad", "latitude"),
    "lon": ("Länge", "Längengrad", "longitude"),
    "district_key": ("Kreis", "Kreisschlüssel", "Landkreis", "AGS"),
    "nearest_stop": ("Haltestelle", "nächste Haltestelle"),
    "childcare": ("Kinderbetreuung", "Betreuung"),
    "women_only": ("nur Frauen", "nur für Frauen", "Frauenkurs"),
    "accessible": ("barrierefrei", "rollstuhlgerecht", "Barrierefreiheit"),
    "places_max": ("Plätze", "Plätze gesamt", "max. Teilnehmer", "Teilnehmer max."),
    "places_booked": ("belegt", "belegte Plätze", "angemeldet"),
    "places_free": ("freie Plätze", "frei"),
    "waiting_list": ("Warteliste",),
    "fee_per_ue": ("Kosten pro UE", "Gebühr pro UE", "Preis pro UE", "Kosten/UE"),
    "fee_note": ("Kostenhinweis", "Kosten", "Gebühr", "Preis"),
    "exemption_possible": ("Befreiung möglich", "Kostenbefreiung"),
    "travel_subsidy_possible": ("Fahrtkosten möglich", "Fahrtkostenzuschuss"),
    "entry_condition_text": ("Voraussetzungen", "Voraussetzung", "Zugang"),
    "allowed_status": ("Zielgruppe Status", "Aufenthaltsstatus", "wer darf"),
    "certificate": ("Zertifikat", "Abschluss", "Prüfung"),
    "language_of_instruction": ("Unterrichtssprache", "Sprache"),
    "source_name": ("Quelle", "Quelle Name"),
    "source_url": ("Quelle URL", "Link", "Kurslink"),
    "last_checked": ("Stand", "geprüft am", "zuletzt geprüft", "Aktualisiert"),
    "valid_until": ("gültig bis",),
    "notes": ("Bemerkungen", "Bemerkung", "Hinweise", "Notizen"),
}
# Other words for the values of a field; written like headings they are the same word.
VALUES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "course_type": {
        "integration_general": ("Integrationskurs", "allgemeiner Integrationskurs"),
        "integration_literacy": ("Alphabetisierungskurs", "Integrationskurs mit Alphabetisierung", "Alphakurs"),
        "integration_second_script": ("Zweitschriftlernerkurs", "Integrationskurs für Zweitschriftlernende"),
        "integration_women": ("Frauenintegrationskurs", "Integrationskurs für Frauen"),
        "integration_parents": ("Elternintegrationskurs", "Elternkurs", "Integrationskurs für Eltern"),
        "integration_youth": ("Jugendintegrationskurs", "Jugendkurs", "Integrationskurs für junge Erwachsene"),
        "integration_support": ("Förderkurs",),
        "integration_intensive": ("Intensivkurs", "Intensiv-Integrationskurs"),
        "bsk_a2": ("Berufssprachkurs A2", "BSK A2"),
        "bsk_b1": ("Berufssprachkurs B1", "BSK B1"),
        "bsk_b2": ("Berufssprachkurs B2", "BSK B2"),
        "bsk_c1": ("Berufssprachkurs C1", "BSK C1"),
        "bsk_c2": ("Berufssprachkurs C2", "BSK C2"),
        "bsk_special": ("Spezialberufssprachkurs", "Berufssprachkurs", "BSK", "BSK spezial"),
        "eok": ("Erstorientierungskurs",),
        "land_start": ("Start-Kurs", "Landeskurs Start"),
        "land_start_script": ("Start-Kurs Sprache und Schrift",),
        "land_fit": ("Fit-Kurs", "Landeskurs Fit"),
        "mia": ("MiA-Kurs", "Migrantinnen einfach stark im Alltag"),
        "vhs": ("VHS-Kurs", "Volkshochschulkurs", "Deutschkurs"),
        "sprachcafe": ("Sprachcafé", "Sprachtreff"),
        "other": ("Sonstiges", "sonstiger Kurs", "andere"),
    },
    "funder": {
        "BAMF": ("Bundesamt für Migration und Flüchtlinge", "Bund"),
        "Land RLP": ("Land", "Land Rheinland-Pfalz", "RLP"),
        "municipality": ("Kommune", "Gemeinde", "Stadt", "Landkreis", "Kreis"),
        "self-pay": ("Selbstzahler", "selbst", "privat"),
        "other": ("Sonstige", "andere"),
    },
    "format": {
        "presence": ("Präsenz", "vor Ort", "onsite"),
        "online": ("virtuell", "digital"),
        "hybrid": ("gemischt", "blended"),
    },
    "childcare": {
        "none": ("keine", "nein", "no", "falsch", "false"),
        "on_site": ("vor Ort", "ja", "yes", "x", "wahr", "true"),
        "on_request": ("auf Anfrage", "nach Absprache"),
        "unknown": ("unbekannt",),
    },
    "accessible": {
        "yes": ("ja", "x", "barrierefrei", "wahr", "true"),
        "partly": ("teilweise", "teils"),
        "no": ("nein", "falsch", "false"),
        "unknown": ("unbekannt",),
    },
    "allowed_status": {
        "claim": ("Berechtigte", "Anspruch", "Berechtigung"),
        "obliged": ("Verpflichtete", "Verpflichtung"),
        "gestattung": ("Aufenthaltsgestattung", "Gestattete"),
        "duldung_60a_2_3": ("Ermessensduldung", "Duldung § 60a Abs. 2 Satz 3"),
        "par24": ("§ 24", "Paragraf 24", "§ 24 AufenthG"),
        "eu": ("EU-Bürger", "EU-Bürgerinnen und EU-Bürger", "Unionsbürger"),
        "any": ("alle", "offen für alle", "jeder"),
    },
}
_YES = ("yes", "ja", "j", "y", "x", "1", "true", "wahr", "✓", "✔")
_NO = ("no", "nein", "n", "0", "false", "falsch", "-", "–")
FLAGS: Mapping[str, bool] = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
# Beginnings of weekdays that decide: Monday first.
WEEKDAYS = (
    ("mo", "mon", "monday", "montag", "montags"),
    ("di", "tue", "tues", "tuesday", "dienstag", "dienstags"),
    ("mi", "wed", "wednesday", "mittwoch", "mittwochs"),
    ("do", "thu", "thur", "thurs", "thursday", "donnerstag", "donnerstags"),
    ("fr", "fri", "friday", "freitag", "freitags"),
    ("sa", "sat", "saturday", "samstag", "samstags", "sonnabend"),
    ("so", "sun", "sunday", "sonntag", "sonntags"),
)
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_NOISE = re.compile(r"[\W_]+")


def plain(word: str) -> str:
    """The word as it is compared: small letters and figures only, ä as ae, é as e."""
    spelt = unicodedata.normalize("NFC", word).casefold().translate(_SPELT)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(letter))
    return _NOISE.sub("", bare.replace("§", "par"))


def lookup(words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The word that is meant by each spelling, as `plain` has it."""
    found = {plain(each): meant for meant, others in words.items() for each in others}
    return found | {plain(meant): meant for meant in words}


FIELD_OF: Mapping[str, str] = lookup(HEADINGS)
VALUE_OF: Mapping[str, Mapping[str, str]] = {name: lookup(words) for name, words in VALUES.items()}
