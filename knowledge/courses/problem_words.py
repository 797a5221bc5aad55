"""The sentences of `problems` by code, in English and German: what is wrong and what would be right, for people with a spreadsheet."""

from collections.abc import Mapping

Words = Mapping[str, str]

_FILE: Mapping[str, Words] = {
    "too_large": {
        "en": "It has {megabytes} MB; at most {most} MB can be read. Split it, or remove columns and rows that are not courses.",
        "de": "Sie hat {megabytes} MB; höchstens {most} MB werden gelesen. Teilen Sie sie oder löschen Sie Spalten und Zeilen, die "
        "keine Kurse sind.",
    },
    "empty": {
        "en": "It is empty. The first row must hold the headings, each further row one course.",
        "de": "Sie ist leer. In die erste Zeile gehören die Überschriften, in jede weitere Zeile ein Kurs.",
    },
    "workbook": {
        "en": "This is an Excel workbook, not a table of text. In Excel choose “Save as” and the type “CSV UTF-8”, then take that file.",
        "de": "Das ist eine Excel-Arbeitsmappe und keine Texttabelle. Wählen Sie in Excel „Speichern unter“ und den Dateityp "
        "„CSV UTF-8“, und nehmen Sie diese Datei.",
    },
    "binary": {
        "en": "This is not a table of text, but something like a PDF, a picture or a program. Take the table as “CSV UTF-8” from Excel.",
        "de": "Das ist keine Texttabelle, sondern etwas wie ein PDF, ein Bild oder ein Programm. Nehmen Sie die Tabelle als "
        "„CSV UTF-8“ aus Excel.",
    },
    "encoding": {
        "en": "Its letters cannot be read (byte {at}). Save it in Excel as “CSV UTF-8”.",
        "de": "Ihre Buchstaben sind nicht lesbar (Byte {at}). Speichern Sie sie in Excel als „CSV UTF-8“.",
    },
    "mojibake": {
        "en": "Some letters look like “Ã¼” instead of “ü”: the file was once saved with the wrong letters. Open the original and save "
        "it as “CSV UTF-8”.",
        "de": "Manche Buchstaben sehen aus wie „Ã¼“ statt „ü“: Die Datei wurde einmal falsch gespeichert. Speichern Sie das Original "
        "als „CSV UTF-8“.",
    },
    "no_heading": {
        "en": "The first row holds no known heading. It must name the columns, for example: id; title; provider_name; course_type; "
        "last_checked.",
        "de": "In der ersten Zeile steht keine bekannte Überschrift. Sie muss die Spalten benennen, zum Beispiel: Kursnummer; Titel; "
        "Anbieter; Kursart; Stand.",
    },
    "missing_column": {
        "en": "The column is missing and every course needs it. Add a column with the heading “{column}” (in German “{german}”).",
        "de": "Die Spalte fehlt, und jeder Kurs braucht sie. Fügen Sie eine Spalte mit der Überschrift „{german}“ (oder „{column}“) ein.",
    },
    "double_column": {
        "en": "It means the same as the column “{other}”. Keep only one of them.",
        "de": "Sie bedeutet dasselbe wie die Spalte „{other}“. Behalten Sie nur eine davon.",
    },
    "extra_column": {
        "en": "Lotse does not know this column and leaves it out.",
        "de": "Diese Spalte kennt Lotse nicht und lässt sie weg.",
    },
    "extra_column_near": {
        "en": "Lotse does not know this column and leaves it out. Did you mean “{near}”?",
        "de": "Diese Spalte kennt Lotse nicht und lässt sie weg. Meinen Sie „{near}“?",
    },
    "no_rows": {
        "en": "It has headings, but no course. Write one course into each row below the headings.",
        "de": "Sie hat Überschriften, aber keinen Kurs. Schreiben Sie unter die Überschriften in jede Zeile einen Kurs.",
    },
    "quote": {
        "en": 'A quotation mark (") is opened and not closed here, or text follows a closed one. Each " needs its partner; inside a '
        'text write "".',
        "de": 'Hier wird ein Anführungszeichen (") geöffnet und nicht geschlossen, oder hinter einem geschlossenen steht noch Text. '
        'Jedes " braucht sein Gegenstück; im Text schreibt man "".',
    },
    "json": {
        "en": "The JSON is broken in line {line}, character {at}. Often a comma, a quotation mark or a bracket is missing just before.",
        "de": "Das JSON ist in Zeile {line}, Zeichen {at} kaputt. Oft fehlt kurz davor ein Komma, ein Anführungszeichen oder eine Klammer.",
    },
    "json_shape": {
        "en": "The JSON must be a list of courses: [{{…}}, {{…}}].",
        "de": "Das JSON muss eine Liste von Kursen sein: [{{…}}, {{…}}].",
    },
    "json_entry": {
        "en": 'This is no course. A course is written in braces with names and values: {{"id": "VHS-2027-014", …}}.',
        "de": 'Das ist kein Kurs. Ein Kurs steht in geschweiften Klammern mit Namen und Werten: {{"id": "VHS-2027-014", …}}.',
    },
    "json_value": {
        "en": "A group of values stands here. Write one text, number, true or false, or a list of texts.",
        "de": "Hier steht eine Gruppe von Werten. Schreiben Sie einen Text, eine Zahl, true oder false oder eine Liste von Texten.",
    },
    "no_courses": {
        "en": "The page has no German courses that programs can read (schema.org Course as JSON-LD). Ask the provider, or use a file.",
        "de": "Die Seite enthält keine Deutschkurse, die Programme lesen können (schema.org Course als JSON-LD). Fragen Sie den Anbieter "
        "danach, oder nehmen Sie eine Datei.",
    },
    "other_courses": {
        "en": "{count} entries were left out: they are no German courses, have ended or are cancelled.",
        "de": "{count} Einträge wurden weggelassen: Sie sind keine Deutschkurse, vorbei oder abgesagt.",
    },
    "more": {
        "en": "So much is wrong that nothing behind row {row} was looked at. Mend what is listed and try again.",
        "de": "Es ist so viel falsch, dass hinter Zeile {row} nicht weiter geprüft wurde. Beheben Sie das Genannte und "
        "versuchen Sie es noch einmal.",
    },
    "more_warnings": {
        "en": "There are {count} more warnings of the same kinds.",
        "de": "Es gibt {count} weitere Warnungen derselben Art.",
    },
}

_CELL: Mapping[str, Words] = {
    "required": {
        "en": "The cell is empty, but every course needs it. Right would be for example: {example}.",
        "de": "Die Zelle ist leer, aber jeder Kurs braucht diese Angabe. Richtig wäre zum Beispiel: {example}.",
    },
    "last_checked": {
        "en": "It must say on which day somebody last checked that the course is still right, for example {example}.",
        "de": "Hier muss der Tag stehen, an dem zuletzt geprüft wurde, ob die Angaben noch stimmen, zum Beispiel {example}.",
    },
    "future": {
        "en": "This day is in the future; nobody can have checked it then. Write today's date ({example}) or an earlier one.",
        "de": "Dieser Tag liegt in der Zukunft; da kann noch niemand geprüft haben. Schreiben Sie das heutige Datum ({example}) oder "
        "ein früheres.",
    },
    "duplicate": {
        "en": "Row {first} has the same course number. Every course needs a number of its own.",
        "de": "Zeile {first} hat dieselbe Kursnummer. Jeder Kurs braucht eine eigene Nummer.",
    },
    "foreign": {
        "en": "A course with this number came from another source (“{feed}”) and is different there. Change it there, or give this "
        "course another number.",
        "de": "Ein Kurs mit dieser Nummer stammt aus einer anderen Quelle („{feed}“) und ist dort anders. Ändern Sie ihn dort, oder geben "
        "Sie diesem Kurs eine andere Nummer.",
    },
    "extra_cells": {
        "en": "The row has more cells than there are headings. Perhaps a text contains a {separator}: put that text in quotation marks.",
        "de": "Die Zeile hat mehr Zellen, als es Überschriften gibt. Vielleicht enthält ein Text ein {separator}: Setzen Sie ihn in "
        "Anführungszeichen.",
    },
    "too_long": {
        "en": "The text has {length} characters; at most {most} fit. Shorten it.",
        "de": "Der Text hat {length} Zeichen; höchstens {most} passen. Kürzen Sie ihn.",
    },
    "html": {
        "en": "The text contained HTML (formatting of web pages). It was read as: “{clean}”.",
        "de": "Der Text enthielt HTML (Formatierung von Webseiten). Gelesen wurde: „{clean}“.",
    },
    "html_only": {
        "en": "The text consists of HTML (formatting of web pages). Write plain text.",
        "de": "Der Text besteht aus HTML (Formatierung von Webseiten). Schreiben Sie einfachen Text.",
    },
    "controls": {
        "en": "The text contained invisible characters, for instance some that turn the reading direction around. They were removed.",
        "de": "Der Text enthielt unsichtbare Zeichen, zum Beispiel solche, die die Leserichtung umdrehen. Sie wurden entfernt.",
    },
    "formula": {
        "en": "This is a formula, not a text. In Excel copy the cell and insert it again as value (“Paste values”).",
        "de": "Das ist eine Formel und kein Text. Kopieren Sie die Zelle in Excel und fügen Sie sie als Wert wieder ein („Werte "
        "einfügen“).",
    },
    "id": {
        "en": "A course number has at most 64 letters, figures and signs like . - / # and begins with a letter or figure: VHS-2027-014.",
        "de": "Eine Kursnummer hat höchstens 64 Buchstaben, Ziffern und Zeichen wie . - / # und beginnt mit einem Buchstaben oder "
        "einer Ziffer: VHS-2027-014.",
    },
    "number": {
        "en": "This is not a whole number. Write figures only, for example {example}.",
        "de": "Das ist keine ganze Zahl. Schreiben Sie nur Ziffern, zum Beispiel {example}.",
    },
    "range": {
        "en": "The number must be between {least} and {most}.",
        "de": "Die Zahl muss zwischen {least} und {most} liegen.",
    },
    "money": {
        "en": "This is not an amount in euros. Write for example 2.29 or 0; explanations belong into the column fee_note.",
        "de": "Das ist kein Betrag in Euro. Schreiben Sie zum Beispiel 2,29 oder 0; Erklärungen gehören in die Spalte fee_note "
        "(Kostenhinweis).",
    },
    "degrees": {
        "en": "This is not a coordinate in degrees. Write for example {example}.",
        "de": "Das ist keine Koordinate in Grad. Schreiben Sie zum Beispiel {example}.",
    },
    "date": {
        "en": "This is not a date. Write day, month and year, for example 31.12.2026 or 2026-12-31.",
        "de": "Das ist kein Datum. Schreiben Sie Tag, Monat und Jahr, zum Beispiel 31.12.2026.",
    },
    "no_such_day": {
        "en": "There is no such day in the calendar. The last day of that month is {last}.",
        "de": "Diesen Tag gibt es nicht im Kalender. Der letzte Tag dieses Monats ist der {last}.",
    },
    "no_such_month": {
        "en": "There is no month {month}. Write the day first, then the month: 31.12.2026.",
        "de": "Einen Monat {month} gibt es nicht. Schreiben Sie zuerst den Tag, dann den Monat: 31.12.2026.",
    },
    "year": {
        "en": "The year must be between {least} and {most}.",
        "de": "Das Jahr muss zwischen {least} und {most} liegen.",
    },
    "time": {
        "en": "This is not a time of day. Write hours and minutes, for example 18:00.",
        "de": "Das ist keine Uhrzeit. Schreiben Sie Stunden und Minuten, zum Beispiel 18:00.",
    },
    "flag": {
        "en": "Only yes or no is possible here (an empty cell means no).",
        "de": "Hier ist nur ja oder nein möglich (eine leere Zelle heißt nein).",
    },
    "level": {
        "en": "This is not a level. Possible are A1, A2, B1, B2, C1 and C2; for literacy courses leave the cell empty.",
        "de": "Das ist kein Sprachniveau. Möglich sind A1, A2, B1, B2, C1 und C2; bei Alphabetisierungskursen bleibt die Zelle leer.",
    },
    "level_near": {
        "en": "This is not a level. Possible are A1, A2, B1, B2, C1 and C2; here {near} would fit.",
        "de": "Das ist kein Sprachniveau. Möglich sind A1, A2, B1, B2, C1 und C2; hier würde {near} passen.",
    },
    "choice": {
        "en": "This word is not known here. Possible are: {allowed}.",
        "de": "Dieses Wort ist hier nicht bekannt. Möglich sind: {german}.",
    },
    "choice_near": {
        "en": "This word is not known here. Did you mean “{near}”? Possible are: {allowed}.",
        "de": "Dieses Wort ist hier nicht bekannt. Meinen Sie „{near_german}“? Möglich sind: {german}.",
    },
    "days": {
        "en": "These are not weekdays. Write for example mon,wed or Mo-Fr.",
        "de": "Das sind keine Wochentage. Schreiben Sie zum Beispiel Mo,Mi oder Mo-Fr.",
    },
    "postcode": {
        "en": "A German postcode has five figures, for example 76829.",
        "de": "Eine Postleitzahl hat fünf Ziffern, zum Beispiel 76829.",
    },
    "zero": {
        "en": "Excel leaves out a zero at the beginning. It was read as {clean}.",
        "de": "Excel lässt eine Null am Anfang weg. Gelesen wurde {clean}.",
    },
    "district": {
        "en": "The district is its official key of five figures, for example 07337, or its short name, for example suedliche-weinstrasse.",
        "de": "Der Kreis ist sein amtlicher Schlüssel aus fünf Ziffern, zum Beispiel 07337, oder sein Kurzname, zum Beispiel "
        "suedliche-weinstrasse.",
    },
    "url": {
        "en": "This is not a web address. It must begin with https:// or http://, for example https://www.example.org/kurs.",
        "de": "Das ist keine Internetadresse. Sie muss mit https:// oder http:// beginnen, zum Beispiel https://www.example.org/kurs.",
    },
    "email": {
        "en": "This is not one e-mail address, for example kurse@example.org.",
        "de": "Das ist nicht genau eine E-Mail-Adresse, zum Beispiel kurse@example.org.",
    },
    "phone": {
        "en": "This is not one phone number. Write figures, spaces and + ( ) / -; remarks belong into the column notes.",
        "de": "Das ist nicht genau eine Telefonnummer. Schreiben Sie Ziffern, Leerzeichen und + ( ) / -; Hinweise gehören in die "
        "Spalte notes (Bemerkungen).",
    },
    "excel_number": {
        "en": "Excel has turned the number into a calculated one and lost figures. Format the column as text and write the number again.",
        "de": "Excel hat die Nummer in eine Rechenzahl verwandelt und Ziffern verloren. Formatieren Sie die Spalte als Text und "
        "schreiben Sie die Nummer neu.",
    },
}

_TOGETHER: Mapping[str, Words] = {
    "end_before_start": {
        "en": "The course ends before it begins ({start}). One of the two dates is wrong.",
        "de": "Der Kurs endet, bevor er beginnt ({start}). Eines der beiden Daten stimmt nicht.",
    },
    "late_deadline": {
        "en": "The last day to register is after the end of the course ({end}). Check both dates.",
        "de": "Der Anmeldeschluss liegt nach dem Ende des Kurses ({end}). Prüfen Sie beide Daten.",
    },
    "time_order": {
        "en": "The lesson must end after it begins ({start}).",
        "de": "Der Unterricht muss später enden, als er beginnt ({start}).",
    },
    "level_order": {
        "en": "The level aimed at is below the level at the beginning ({start}). Swap the two.",
        "de": "Das Zielniveau ist niedriger als das Anfangsniveau ({start}). Vertauschen Sie die beiden.",
    },
    "pair": {
        "en": "Latitude (lat) and longitude (lon) belong together: fill in both or neither.",
        "de": "Breite (lat) und Länge (lon) gehören zusammen: Füllen Sie beide aus oder keine.",
    },
    "swapped": {
        "en": "Latitude and longitude are swapped. Right would be lat {lat} and lon {lon}.",
        "de": "Breite und Länge sind vertauscht. Richtig wäre: lat (Breite) {lat}, lon (Länge) {lon}.",
    },
    "outside": {
        "en": "This place is not in Germany. There lat is between 47 and 55.1, lon between 5.8 and 15.1, for example lat 49.2 and lon 8.1.",
        "de": "Dieser Ort liegt nicht in Deutschland. Dort liegt lat (Breite) zwischen 47 und 55,1 und lon (Länge) zwischen 5,8 und 15,1.",
    },
    "free_above": {
        "en": "There cannot be more free places than places ({most}).",
        "de": "Es kann nicht mehr freie Plätze geben als Plätze ({most}).",
    },
    "overbooked": {
        "en": "More places are booked than there are ({most}). The course counts as full.",
        "de": "Es sind mehr Plätze gebucht, als es gibt ({most}). Der Kurs gilt als voll.",
    },
}

SENTENCES: Mapping[str, Words] = {**_FILE, **_CELL, **_TOGETHER}
