"""Units: what a number counts, from the noun phrase after it, the sign before it or the words around it."""

from __future__ import annotations

from dataclasses import dataclass

from counterstream.drafting.grammar.number_words import TENS, UNITS
from counterstream.drafting.grammar.rule import Example, Rule, word_set
from counterstream.drafting.grammar.unit_words import DURATIONS, NOT_PERSONS, NOUNS, PERSON_ENDINGS, STOP_WORDS
from counterstream.drafting.lexer import Tokens

NOUN = Rule(
    "unit.noun",
    "The head of the noun phrase after the number.",
    (
        Example("Some 500 Soviet Jews signed.", "Soviet Jews", "person"),
        Example("They registered 700,000 requests to emigrate.", "requests", "request"),
        Example("About 500 exit visas were awarded.", "exit visas", "visa"),
        Example("Three press conferences were held.", "press conferences", "event"),
        Example("Some 12,000 asylum applications were filed.", "asylum applications", "application"),
        Example("Some 4,000 internally displaced persons returned.", "internally displaced persons", "person"),
        Example("It is sold in 83 countries.", "countries", "country"),
        Example("Six weeks later 3,600 roubles were paid.", "roubles", "rouble"),
    ),
    ("In 1972 it was 32,000.",),
)
PERSON_ENDING = Rule(
    "unit.person-ending",
    "A plural noun whose ending names people, such as -ers and -ists.",
    (Example("Some 300 beekeepers left.", "beekeepers", "person"),),
    ("Some 300 computers were sold.",),
)
OTHER_NOUN = Rule(
    "unit.other-noun",
    "Any other plural noun after a number in digits.",
    (
        Example("Some 300 gadgets were sold.", "gadgets", "gadget"),
        Example("Some 300 Huguenots fled.", "Huguenots", "person"),
    ),
    ("In 1972 some 300 left.",),
)
SIGN = Rule(
    "unit.currency-sign",
    "A currency sign or code before the number.",
    (
        Example("They paid $6,500 to leave.", "$", "dollar"),
        Example("They paid £40 for the passage.", "£", "pound"),
        Example("Aid of US$ 4 million was given.", "US$", "dollar"),
    ),
    ("They paid 40.",),
)
VERB = Rule(
    "unit.verb",
    "A verb that only people do follows the number.",
    (
        Example("More than 100,000 demonstrated in New York.", "demonstrated", "person"),
        Example("In 1972 some 32,000 left.", "left", "person"),
    ),
    ("In 1972 prices rose by 32,000.",),
)
GROUP_OF = Rule(
    "unit.group-of",
    "A family, group or party of so many.",
    (
        Example("A family of five changed their minds.", "family of", "person"),
        Example("He left with a group of 30.", "group of", "person"),
    ),
    ("A group of five countries met.",),
)
WHO = Rule(
    "unit.who",
    "A relative pronoun or a participle for people follows the number.",
    (
        Example("Of over 80,000 who have come, few left.", "who", "person"),
        Example("Some 3,000 fleeing the war arrived.", "fleeing", "person"),
    ),
)
SUBJECT = Rule(
    "unit.subject",
    "The noun that is said to number, total, rise or fall to the number.",
    (
        Example("Applications rose to 4,000 in 1988.", "Applications", "application"),
        Example("The number of refugees reached 40,000.", "refugees", "person"),
        Example("The population stood at 3.2 million.", "population", "person"),
        Example("Emigration fell to 9,000 in 1981.", "Emigration", "person"),
    ),
    ("The road leads to 4,000 houses.",),
)
ELIDED = Rule(
    "unit.elided",
    "No noun at all: the figure counts what the figure before it counted.",
    (Example("In 1971 13,000 people left. It was 32,000 in 1972.", "32,000", "person"),),
    ("In 1972 they paid $32,000.",),
)
_COUNTING = (frozenset(UNITS) - {"one"}) | frozenset(TENS)
RULES = (NOUN, PERSON_ENDING, OTHER_NOUN, SIGN, VERB, GROUP_OF, WHO, SUBJECT, ELIDED)

DURATION_WORDS = frozenset(DURATIONS.split())
_SIGNS = {
    "$": "dollar",
    "£": "pound",
    "€": "euro",
    "¥": "yen",
    "₽": "rouble",
    "₹": "rupee",
    "₪": "shekel",
    "₴": "hryvnia",
    "₤": "lira",
    "usd": "dollar",
    "eur": "euro",
    "gbp": "pound",
    "rs": "rupee",
    "rs.": "rupee",
    "dm": "mark",
    "chf": "franc",
}
_PERSON_VERBS = word_set(
    """
    demonstrated left emigrated immigrated migrated returned fled departed arrived settled applied died
    perished crossed went came entered sailed landed stayed remained survived marched gathered attended
    signed lived escaped moved drowned resettled disembarked embarked enlisted sought travelled traveled
    registered live lives flee leave return arrive cross
    """
)
_PERSON_PARTICIPLES = word_set(
    """
    who whom fleeing returning leaving arriving emigrating crossing moving entering seeking displaced
    stranded detained interned deported expelled evacuated resettled naturalised naturalized
    """
)
_AUXILIARIES = word_set("have has had were was are will would could may might did")
_PASSIVE_PERSON = word_set(
    """
    deported expelled evacuated resettled repatriated interned displaced admitted naturalised
    naturalized killed arrested detained settled born enrolled allowed permitted left fled returned
    arrived emigrated stranded housed accommodated enumerated living sent brought transported recruited
    moved forced ferried dying drowned
    """
)
_SUBJECT_VERBS = word_set(
    """
    numbered number numbers totalled totaled totals total reached reaches rose risen rising fell fallen
    falling dropped dropping declined increased increasing grew grown stood stands climbed sank soared
    exceeded averaged was were is are plunged shrank peaked hit surpassed doubled estimated put
    decreased dwindled swelled swollen jumped amounted came
    """
)
_COUNTED_PEOPLE = word_set(
    """
    emigration immigration migration population populations exodus outflow inflow influx net-migration
    outmigration caseload intake repatriation resettlement workforce emigrations return nation crowd convoy
    community diaspora toll membership naturalisations naturalizations deportations expulsions evacuations returns
    departures arrivals admissions crossings enrolment enrollment
    """
)
_SUBJECT_NOUNS = dict.fromkeys(_COUNTED_PEOPLE, "person") | dict.fromkeys(word_set("fee salary price cost"), "currency")
#: A noun phrase after a number has at most this many words.
_LONGEST_PHRASE = 7


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts.

    Parameters
    ----------
    unit, noun
        Unit, and the head noun in the singular.
    first, last
        Tokens of the noun phrase; equal where there is none.
    rule, start, end
        The rule and its span in the cleaned text.
    phrase
        The noun phrase in the cleaned text.
    """

    unit: str
    noun: str
    first: int
    last: int
    rule: Rule
    start: int
    end: int
    phrase: str = ""


def is_person_noun(word: str) -> bool:
    """Whether a plural noun names people by its ending."""
    return len(word) > 4 and word.endswith(PERSON_ENDINGS) and word not in NOT_PERSONS


def name_unit(unit: str, noun: str) -> str:
    """Return the unit's name: a currency and a length of time go by their own nouns."""
    return noun if unit in ("currency", "duration") else unit


def unit_after(tokens: Tokens, index: int, text: str, counts: bool) -> Unit | None:
    """Return the unit from the noun phrase that begins at a token.

    Parameters
    ----------
    tokens, index
        Sentence, and the first token after the number.
    text
        Cleaned text.
    counts
        Whether the number is firm enough for a noun that is in no list.
    """
    best: tuple[int, str, str, Rule] | None = None
    position = index
    while position < len(tokens) and position - index < _LONGEST_PHRASE:
        word = tokens.words[position]
        if word in ("-", "'", '"', "’"):
            position += 1
            continue
        if word in NOUNS and (NOUNS[word][0] == "duration" or not _continues(tokens, position)):
            unit, noun = NOUNS[word]
            best = (position, name_unit(unit, noun), noun, NOUN)
            if unit == "duration" or not _goes_on(tokens, position):
                break
        elif word in STOP_WORDS or word in _COUNTING or not (word[0].isalpha() or word[0] == "&"):
            break
        elif is_person_noun(word):
            best = (position, "person", word[:-1], PERSON_ENDING)
            if not _goes_on(tokens, position):
                break
        elif best is None and counts and position - index < 3 and _is_plural(word) and not _goes_on(tokens, position):
            # A people that is in no list has its capital: Huguenots.
            named = tokens.texts[position][0].isupper() and not tokens.texts[position].isupper()
            best = (position, "person" if named else _singular(word), _singular(word), OTHER_NOUN)
            break
        elif best is not None and not (word.endswith("s") and tokens.texts[position].islower()):
            break
        position += 1
    if best is None:
        return None
    place, unit, noun, rule = best
    start, end = tokens.starts[index], tokens.ends[place]
    return Unit(unit, noun, index, place + 1, rule, start, end, text[start:end])


def _goes_on(tokens: Tokens, position: int) -> bool:
    """Whether the noun phrase goes on after a noun: ``refugee families``, ``exit visas``."""
    following = tokens.at(position + 1)
    if following in ("'", "-"):
        following = tokens.at(position + 2)
    if not following or following in STOP_WORDS or not following[0].isalpha():
        return False
    if (
        tokens.words[position].endswith("s")
        and tokens.words[position] != "sinhalese"
        and not (following in NOUNS and following.endswith("s"))
    ):
        return False
    return following in NOUNS or _is_plural(following) or is_person_noun(following)


def _continues(tokens: Tokens, position: int) -> bool:
    """Whether a singular noun is only the first half of a compound: ``family members``."""
    following = tokens.at(position + 1)
    return following in NOUNS and following not in STOP_WORDS and NOUNS[following][0] not in ("duration",)


def _is_plural(word: str) -> bool:
    return (
        len(word) > 3
        and word.endswith("s")
        and not word.endswith(("ss", "us", "is", "ous", "'s", "’s"))
        and word not in STOP_WORDS
    )


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("xes", "ches", "shes", "sses")) else word[:-1]


def unit_sign(tokens: Tokens, index: int, text: str) -> Unit | None:
    """Return the currency whose sign or code stands before the token ``index``."""
    sign = tokens.at(index - 1)
    if sign == "." and tokens.at(index - 2) == "rs":
        return Unit("rupee", "rupee", index - 2, index, SIGN, tokens.starts[index - 2], tokens.ends[index - 1])
    currency = _SIGNS.get(sign)
    if currency is None or (sign.isalpha() and tokens.texts[index - 1].islower()):
        return None
    first = index - 1
    if (
        sign == "$"
        and tokens.at(index - 2) in ("us", "u.s", "a", "c", "nz", "can", "au")
        and tokens.ends[index - 2] == tokens.starts[index - 1]
    ):
        first -= 1
    return Unit(currency, currency, first, index, SIGN, tokens.starts[first], tokens.ends[index - 1])


def unit_of_verb(tokens: Tokens, index: int, before: int) -> Unit | None:
    """Return persons where the word after a number is something that only people do."""
    word = tokens.at(index)
    rule = None
    last = index + 1
    if (
        before >= 2
        and tokens.words[before - 1] == "of"
        and tokens.words[before - 2]
        in ("family", "group", "party", "crew", "crowd", "household", "batch", "convoy", "team")
    ):
        return Unit("person", "person", index, index, GROUP_OF, tokens.starts[before - 2], tokens.ends[before - 1])
    if word in _PERSON_VERBS:
        rule = VERB
    elif word in _PERSON_PARTICIPLES:
        rule = WHO
    elif word in _AUXILIARIES:
        for ahead in range(index + 1, min(index + 4, len(tokens))):
            if tokens.words[ahead] in _PERSON_VERBS or tokens.words[ahead] in _PASSIVE_PERSON:
                rule, last = VERB, ahead + 1
                break
    elif word in ("of", "from", "in") and tokens.at(index + 1) in ("them", "whom"):
        rule = WHO
    if rule is None:
        return None
    return Unit("person", "person", index, index, rule, tokens.starts[index], tokens.ends[last - 1])


def unit_of_subject(tokens: Tokens, index: int, text: str) -> Unit | None:
    """Return the unit of the noun that is said to number, or to rise or fall to, a figure."""
    position = index - 1
    steps = 0
    verb = tokens.at(index - 1) == "at"
    best: Unit | None = None
    noun_before = tokens.at(index - 2)
    if tokens.at(index - 1) == "of" and noun_before in _SUBJECT_NOUNS:
        return Unit(
            _SUBJECT_NOUNS[noun_before],
            noun_before,
            index,
            index,
            SUBJECT,
            tokens.starts[index - 2],
            tokens.ends[index - 2],
        )
    while position >= 0 and steps < 14:
        word = tokens.words[position]
        verb = verb or word in _SUBJECT_VERBS
        if verb and word in _SUBJECT_NOUNS:
            unit = _SUBJECT_NOUNS[word]
            best = Unit(unit, word, index, index, SUBJECT, tokens.starts[position], tokens.ends[position])
            if not _follows_preposition(tokens, position):
                return best
            position -= 1
            continue
        if verb and (word in NOUNS or is_person_noun(word)) and word.endswith(("s", "n", "e", "y")):
            unit, noun = NOUNS.get(word, ("person", word))
            if unit != "duration" and noun not in (
                "head",
                "number",
                "group",
                "minor",
                "subject",
                "place",
                "issue",
                "case",
            ):
                found = Unit(
                    name_unit(unit, noun), noun, index, index, SUBJECT, tokens.starts[position], tokens.ends[position]
                )
                if not _follows_preposition(tokens, position):
                    return found
                best = best or found
        position -= 1
        steps += 1
    return best


def _follows_preposition(tokens: Tokens, position: int) -> bool:
    """Whether a noun hangs on a preposition, but for ``the number of``."""
    for step in range(1, 5):
        word = tokens.at(position - step)
        if word in ("the", "a", "its", "their", "these", "those", "all"):
            continue
        if word == "of" and tokens.at(position - step - 1) in (
            "number",
            "numbers",
            "total",
            "flow",
            "influx",
            "figure",
            "count",
            "population",
        ):
            return False
        if word in ("of", "to", "from", "in", "for", "by", "at", "on", "with", "among", "into"):
            return True
        if not word or not word[0].isalpha() or word in STOP_WORDS:
            return False
    return False


def unit_of_whole(tokens: Tokens, index: int, text: str) -> Unit | None:
    """Return the unit of the whole after ``of``: 20 of this group, thousands of refugees."""
    position = index + 1
    while (
        tokens.at(position)
        in ("the", "these", "those", "this", "that", "its", "their", "our", "his", "all", "some", "such")
        or tokens.at(position)[:1].isdigit()
    ):
        position += 1
    if tokens.at(position) in ("group", "party", "contingent", "number"):
        return Unit("person", "person", index, index, WHO, tokens.starts[position], tokens.ends[position])
    if tokens.at(position) in ("them", "whom", "these", "those"):
        return Unit("person", "person", index, index, WHO, tokens.starts[position], tokens.ends[position])
    return unit_after(tokens, position, text, True) if position < len(tokens) else None
