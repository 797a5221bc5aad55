"""What is said about each way into a course: button, first sentence, the rest. When it holds and why is in `knowledge/rules/admission.yml`.

Every sentence is covered by the facts that the rule names: compare it with them before changing it. Dates and sources come from the rule.
No sentence about a way names the paper that leads to it: the answer may stay on the screen of a phone that others see.
"""

from dataclasses import dataclass

from locales.marks import mark


@dataclass(frozen=True, kw_only=True)
class Words:
    """One way in: what stands on its button, its sentence in the list, and what is said besides when it was chosen."""

    button: str
    lead: str
    more: tuple[str, ...] = ()


PURPOSES = {
    "general": mark("Everyday German up to B1 (Integrationskurs)"),
    "literacy": mark("Reading and writing (Alphabetisierungskurs)"),
    "orientation": mark("First German (Erstorientierungskurs)"),
    "work": mark("German for work (Berufssprachkurs)"),
    "higher": mark("B2 and higher"),
}
# Most people have one of the first four; behind the next two is a second question.
PAPERS = {
    "gestattung": mark("Asylum procedure (Aufenthaltsgestattung)"),
    "duldung": mark("Toleration (Duldung)"),
    "ukraine": mark("Ukraine: protection (§ 24)"),
    "permit": mark("Residence permit (Aufenthaltserlaubnis)"),
    "passport": mark("Passport of Germany or the EU"),
    "none": mark("None of these, or I do not know"),
}
# Why somebody has the permit, and what that means for the rules: several reasons are the same kind of paper.
PERMITS = (
    ("claim", mark("Refugee, subsidiary protection (§ 25 Abs. 1, 2)")),
    ("claim", mark("I came to my family (Familiennachzug)")),
    ("claim", mark("I came to work (Erwerbstätigkeit)")),
    ("other", mark("Other, or I do not know (§ 25 Abs. 3, Abs. 5)")),
)
PASSPORTS = (
    ("eu", mark("Passport of an EU country")),
    ("german", mark("German passport (also Spätaussiedler)")),
)
THINGS = {
    "letter": mark("letters about the course"),
    "paper": mark("your residence paper or passport"),
    "money": mark("letters about money from an office"),
    "certificates": mark("certificates of your German, if you have any"),
}

_STATE_BUTTON = mark("State course (Landeskurs)")
_STATE_YEAR = mark("State courses run for one calendar year. In January and February there may be none. Ask early for a place.")
_ORIENTATION_BUTTON = mark("First orientation (Erstorientierungskurs)")
_ORIENTATION_MORE = (
    mark("You learn first German and how everyday life works here. Nobody has to go."),
    mark("Ask if there is such a course near you now."),
)
_JOB_BUTTON = mark("German for work (Berufssprachkurs)")
_JOB_ASK = mark("Ask the employment agency (Agentur für Arbeit): can I get the letter (Berechtigung)?")
_LITERACY_TOO = mark("The course for reading and writing (Alphabetisierungskurs) is an integration course, too.")
_KNOWS = mark("A course school or an advice centre knows if this is still so and how to apply.")
_REFUSED = mark("Did you get a no by letter? Read today what stands at its end (Rechtsbehelfsbelehrung), and go to an advice centre today.")

WORDS = {
    "letter": Words(
        button=mark("Register with my letter"),
        lead=mark("Take your letter to a school that gives this course, and register there."),
        more=(
            mark("Letters that were given before stay valid."),
            mark("Does the course begin later than planned? Ask the school at once, so that your letter does not expire."),
        ),
    ),
    "must": Words(
        button=mark("I must go (Verpflichtung)"),
        lead=mark("Does the letter say that you must go (Verpflichtung)? Then you have to register and take part."),
        more=(mark("If you do not go, an office can pay you less. If you cannot go, tell the office at once."),),
    ),
    "claim": Words(
        button=mark("My right to the course (Rechtsanspruch)"),
        lead=mark("With this permit you often have a right to the integration course (Integrationskurs)."),
        more=(
            mark("Ask the immigration office (Ausländerbehörde) for the letter (Berechtigung). With it you register at a school."),
            mark("The stop on admissions (Zulassungsstopp) of 2026 does not affect people who have this right."),
            _LITERACY_TOO,
        ),
    ),
    "claim_ask": Words(
        button=mark("Ask if I have a right (Rechtsanspruch)"),
        lead=mark("With some residence permits you have a right to the integration course (Integrationskurs)."),
        more=(mark("Show your permit at the immigration office (Ausländerbehörde) and ask: do I have this right?"),),
    ),
    "oblige": Words(
        button=mark("Ask for an obligation (Verpflichtung)"),
        lead=mark("Ask an office: can you oblige me to go to the integration course (Integrationskurs)?"),
        more=(
            mark("The Jobcenter, the social welfare office (Sozialamt) or the immigration office (Ausländerbehörde) can do that."),
            mark("Then you may go to the course, and you must. If you do not go, an office can pay you less."),
            _LITERACY_TOO,
        ),
    ),
    "late_resettler": Words(
        button=mark("Late resettlers (Spätaussiedler)"),
        lead=mark("Are you a late resettler (Spätaussiedler)? Then the Bundesverwaltungsamt (BVA) gives you the letter (Berechtigung)."),
        more=(mark("An advice centre helps you to ask there."),),
    ),
    "apply_stopped": Words(
        button=mark("Admission by the BAMF (Zulassung)"),
        lead=mark(
            "Ask if the BAMF gives admissions (Zulassung) again. In February 2026 it stopped them for people without a right to the course."
        ),
        more=(_KNOWS, _REFUSED),
    ),
    "apply_unknown": Words(
        button=mark("Admission by the BAMF (Zulassung)"),
        lead=mark("Ask if the BAMF gives admissions (Zulassung) again. In February 2026 it stopped them for that year."),
        more=(
            mark("I do not know what holds after 2026."),
            _KNOWS,
            _REFUSED,
        ),
    ),
    "state": Words(
        button=_STATE_BUTTON,
        lead=mark("The state courses of Rheinland-Pfalz (Landeskurse) are open to adults from any country, with any residence paper."),
        more=(_STATE_YEAR,),
    ),
    "state_script": Words(
        button=mark("State course: reading and writing"),
        lead=mark("In the state course “Sprache und Schrift” adults learn the Latin letters and first German, with any residence paper."),
        more=(_STATE_YEAR,),
    ),
    "state_fit": Words(
        button=mark("State course (Fit-Kurs)"),
        lead=mark("Do you have A1? The state course “Fit-Kurs” leads to A2, B1, B2 or C1. It is open to adults with any residence paper."),
        more=(_STATE_YEAR,),
    ),
    "state_also": Words(
        button=_STATE_BUTTON,
        lead=mark("Perhaps you may also go to a state course (Landeskurs). Ask the school that gives it."),
        more=(_STATE_YEAR,),
    ),
    "orientation": Words(
        button=_ORIENTATION_BUTTON,
        lead=mark("The first orientation course (Erstorientierungskurs) is free. It is meant for people with your paper first of all."),
        more=_ORIENTATION_MORE,
    ),
    "orientation_others": Words(
        button=_ORIENTATION_BUTTON,
        lead=mark(
            "The first orientation course (Erstorientierungskurs) is free. Ask if you can join while no integration course is open to you."
        ),
        more=_ORIENTATION_MORE,
    ),
    "orientation_ask": Words(
        button=_ORIENTATION_BUTTON,
        lead=mark("The first orientation course (Erstorientierungskurs) is free. Ask if you can join."),
        more=_ORIENTATION_MORE,
    ),
    "job": Words(
        button=_JOB_BUTTON,
        lead=mark("The German course for work (Berufssprachkurs) mostly comes after the integration course. It leads to B2, C1 or C2."),
        more=(
            mark("The employment agency (Agentur für Arbeit) or the Jobcenter gives the letter (Berechtigung)."),
            mark("Do you work, are you in training or is your profession being recognised? Then you apply to the BAMF."),
        ),
    ),
    "job_asylum": Words(
        button=_JOB_BUTTON,
        lead=mark("A German course for work (Berufssprachkurs) can be open to you if a job or training is near."),
        more=(_JOB_ASK,),
    ),
    "job_duldung": Words(
        button=_JOB_BUTTON,
        lead=mark("A German course for work (Berufssprachkurs) can be open to you, at once or later."),
        more=(
            mark("It depends on the kind of your paper, or on how long you have had it."),
            _JOB_ASK,
            mark("Courses for work up to A2 or B1 can be open to you also if the integration course is closed to you."),
        ),
    ),
    "women": Words(
        button=mark("Course for women (MiA)"),
        lead=mark("MiA is a free course only for women from the age of 16. The teacher is a woman."),
        more=(
            mark("It is for women without a German school or vocational certificate."),
            mark("Who may come changes often. Ask if you can join, and if there is childcare."),
        ),
    ),
    "self_pay": Words(
        button=mark("Pay for the course myself"),
        lead=mark("You can go to an integration course without admission if the school agrees and you pay for it yourself."),
        more=(
            mark("Ask first what it costs."),
            mark("Ask the adult education centre (Volkshochschule, VHS) if it has other courses and what they cost."),
        ),
    ),
    "vhs": Words(
        button=mark("Ask the VHS (Volkshochschule)"),
        lead=mark("Ask the adult education centre (Volkshochschule, VHS) if it has a course for you and what it costs."),
        more=(mark("On bamf-navi.bamf.de you find places of integration courses and of German courses for work."),),
    ),
    "cafe": Words(
        button=mark("Language café (Sprachcafé)"),
        lead=mark("In a language café (Sprachcafé, Sprachtreff) you speak German with volunteers."),
        more=(mark("Many towns have one. Ask where the next one is."),),
    ),
    "advice": Words(
        button=mark("Free advice (MBE, JMD)"),
        lead=mark("The migration advice (MBE, JMD) helps you to find the right course and the way into it."),
        more=(
            mark("MBE is for adults over 27 and is free. JMD is for young people from 12 to 27."),
            mark("You can also write to an adviser without your name, in the app mbeon."),
        ),
    ),
}
