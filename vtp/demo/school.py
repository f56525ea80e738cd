"""The courses of the demo, who is in them, and what is taught when."""

from __future__ import annotations

from dataclasses import dataclass

from vtp.demo.board import Curve, charging, parabola, tides
from vtp.demo.term import Pupil, Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    title: str
    text: str
    weekdays: tuple[int, ...]
    hour: int
    topics: tuple[Topic, ...]
    pupils: slice
    curve: Curve
    # How many of its classes were recorded, as a part of all.
    recorded: float
    # Whether the student whom everybody may try is in it.
    with_student: bool = True


PUPILS: tuple[Pupil, ...] = (
    Pupil("aiyana@demo.test", "Aiyana Begay", "steady"),
    Pupil("duc@demo.test", "Đức Nguyễn", "steady"),
    Pupil("elif@demo.test", "Elif Yildiz", "late"),
    Pupil("kwame@demo.test", "Kwame Boateng", "wobbly"),
    Pupil("lars@demo.test", "Lars Østergaard", "leaves"),
    Pupil("mateo@demo.test", "Mateo Quispe", "steady"),
    Pupil("mei@demo.test", "Mei-Ling Chou", "steady"),
    Pupil("oleksandr@demo.test", "Oleksandr Kovalenko", "fading"),
    Pupil("priya@demo.test", "Priya Raghunathan", "steady"),
    Pupil("siobhan@demo.test", "Siobhán Kelly", "rare"),
    Pupil("zanele@demo.test", "Zanele Dlamini", "steady"),
    Pupil("tomas@demo.test", "Tomás Ferreira", "late"),
    Pupil("hana@demo.test", "Hana Suzuki", "steady"),
    Pupil("ravi@demo.test", "Ravi Menon", "wobbly"),
    Pupil("ingrid@demo.test", "Ingrid Solberg", "steady"),
    Pupil("yusuf@demo.test", "Yusuf Demir", "leaves"),
    Pupil("chiara@demo.test", "Chiara Rossi", "steady"),
    Pupil("femi@demo.test", "Femi Adeyemi", "steady"),
    Pupil("anouk@demo.test", "Anouk Lefèvre", "late"),
    Pupil("pavel@demo.test", "Pavel Novák", "steady"),
    Pupil("lucia@demo.test", "Lucía Herrera", "fading"),
    Pupil("omar@demo.test", "Omar Haddad", "steady"),
    Pupil("grace@demo.test", "Grace Kimani", "wobbly"),
    Pupil("finn@demo.test", "Finn Gallagher", "rare"),
)
# Noor, whose password everybody knows: mostly there, with something to catch up.
STUDENT = Pupil("student@demo.test", "Noor Haddad", "late")


def _topic(title: str, question: str = "", *options: str) -> Topic:
    return Topic(title, question, options)


COURSES = (
    Course(
        title="Algebra II",
        text="Quadratics and inequalities, two evenings a week, with time for questions in each.",
        weekdays=(2, 4),
        hour=18,
        pupils=slice(0, 24),
        curve=parabola,
        recorded=0.9,
        topics=(
            _topic("What we know already", "Which of these did you do before?", "Lines", "Powers"),
            _topic("Expanding brackets", "What is (x + 3)²?", "x² + 6x + 9", "x² + 9", "x² + 3x"),
            _topic("Common factors"),
            _topic("Factoring trinomials", "x² + 5x + 6 is …", "(x + 2)(x + 3)", "(x + 1)(x + 6)"),
            _topic("Difference of squares"),
            _topic("The zero product", "x(x - 4) = 0 has …", "two roots", "one root", "none"),
            _topic("Completing the square"),
            _topic("The quadratic formula", "How many roots has x² + 1?", "None", "One", "Two"),
            _topic("The discriminant", "When is there one root?", "D = 0", "D > 0", "D < 0"),
            _topic("Parabolas"),
            _topic("Vertex form", "Where is the vertex of (x - 2)² + 1?", "(2, 1)", "(-2, 1)"),
            _topic("Shifting and stretching"),
            _topic("Reading graphs", "Which one opens downwards?", "-x² + 3", "x² - 3"),
            _topic("Word problems"),
            _topic("Throwing a ball", "When is it highest?", "At the vertex", "At a root"),
            _topic("Linear inequalities", "-2x < 6 means …", "x > -3", "x < -3"),
            _topic("Signs of a product"),
            _topic("Sign charts", "Where is x² - 4 negative?", "Between -2 and 2", "Outside"),
            _topic("Systems with a parabola"),
            _topic("A look back", "What shall we do again?", "Sign charts", "Vertex form", "Roots"),
        ),
    ),
    Course(
        title="Marine biology",
        text="Tides, kelp forests, and who eats whom.",
        weekdays=(1,),
        hour=17,
        pupils=slice(4, 19),
        curve=tides,
        recorded=0.75,
        topics=(
            _topic("The tide table", "How many tides are there a day?", "Two", "One", "Four"),
            _topic("Between the tides"),
            _topic("Kelp forests", "What keeps urchins in check?", "Otters", "Gulls", "Crabs"),
            _topic("Plankton"),
            _topic("Who eats whom", "What is at the bottom?", "Algae", "Krill", "Cod"),
            _topic("Reefs"),
            _topic("Light and depth", "How deep does blue light reach?", "200 m", "20 m", "2 km"),
            _topic("Whales"),
            _topic("The deep sea", "What is it fed by?", "Marine snow", "Sunlight"),
            _topic("Counting fish"),
        ),
    ),
    Course(
        title="Electronics",
        text="Sensors, signals, and reading a data sheet.",
        weekdays=(3,),
        hour=19,
        pupils=slice(10, 24),
        curve=charging,
        recorded=0.45,
        with_student=False,  # something to find in the catalogue
        topics=(
            _topic("Volt, ampere, ohm", "U = 6 V, R = 3 Ω: I is …", "2 A", "18 A", "0.5 A"),
            _topic("Dividers"),
            _topic("Capacitors", "τ of 1 kΩ and 1 µF is …", "1 ms", "1 s", "1 µs"),
            _topic("Diodes"),
            _topic("A transistor as a switch"),
            _topic("Reading a data sheet", "Where is the maximum voltage?", "Ratings", "Title"),
            _topic("Sensors"),
            _topic("From analogue to digital", "10 bits are … steps", "1,024", "100", "512"),
            _topic("Buses"),
            _topic("A board of your own"),
        ),
    ),
)
