"""Words for what is counted.  To teach a noun, add its singular (or an odd plural) to a line."""

from __future__ import annotations

from counterstream.drafting.grammar.rule import word_set

PERSON_NOUNS = """
person people individual man woman child boy girl soul inhabitant resident citizen national subject migrant
immigrant emigrant emigre émigré in-migrant out-migrant refugee asylum-seeker seeker returnee repatriate
repatriant deportee exile expatriate evacuee expellee settler resettler colonist worker labourer laborer
guestworker student pupil arrival departure passenger newcomer foreigner alien displaced idp stateless
beneficiary applicant claimant petitioner dependant dependent relative spouse wife husband parent orphan minor
infant adult elder youth member victim prisoner detainee internee captive hostage soldier troop officer
conscript deserter fighter survivor peasant farmer miner servant maid nurse doctor physician engineer teacher
academic scientist scholar artist writer musician laureate senator deputy delegate activist dissident
demonstrator protester marcher participant visitor tourist traveller traveler pilgrim nomad slave convict
coolie indenture entrant leaver mover commuter voter taxpayer patient casualty fatality death baby newborn
believer adherent jew christian muslim hindu sikh catholic protestant orthodox baptist pentecostal mennonite
armenian greek pole german turk kurd arab palestinian israeli russian ukrainian georgian lithuanian latvian
estonian tatar chechen hungarian czech slovak croat serb bosniak albanian macedonian bulgarian romanian roma
gypsy irishman englishman scot italian spaniard portuguese frenchman algerian moroccan tunisian egyptian
syrian iraqi iranian afghan pakistani indian bengali bangladeshi tamil sinhalese burmese rohingya vietnamese
cambodian laotian hmong chinese japanese korean filipino indonesian javanese american canadian mexican cuban
haitian dominican jamaican salvadoran guatemalan honduran nicaraguan colombian venezuelan ecuadorian peruvian
bolivian chilean argentine brazilian african somali ethiopian eritrean sudanese rwandan burundian congolese
angolan mozambican zimbabwean nigerian liberian ghanaian australian briton swede finn dane norwegian dutchman
belgian austrian swiss cypriot cossack circassian hutu tutsi volunteer employee professional specialist
official staff leader orphan widow pensioner veteran occupant listener reader learner boater entry exit
admission deportation expulsion apprehension registration naturalisation naturalization resettlement arrest
escapee fugitive runaway returner border-crosser crosser trainee sailor fisherman tradesman craftsman artisan
shopkeeper merchant trader clerk intellectual cosmonaut defector redefector refusenik oralman ethnic folk
inmate camp-dweller dweller householder breadwinner servicemen serviceman policeman guard smuggler donor head
female male cadet recruit neighbour kinsman countryman compatriot townsman villager islander highlander
"""
FAMILY_NOUNS = "family couple"
HOUSEHOLD_NOUNS = "household homestead dwelling hearth"
APPLICATION_NOUNS = "application claim petition appeal"
REQUEST_NOUNS = "request inquiry enquiry"
VISA_NOUNS = "visa"
EVENT_NOUNS = """
conference meeting demonstration protest rally incident attack operation strike march flight sailing voyage
raid trial hearing convoy transport crossing journey trip interview visit riot pogrom clash event birth
marriage divorce
"""
PLACE_NOUNS = """
country state nation city town village settlement camp shelter centre center province district region county
parish commune municipality prefecture governorate republic island port colony barrack block site
"""
THING_NOUNS = """
permit passport document paper letter invitation affidavit certificate quota place bed room
apartment flat house home tent hut car automobile ship vessel boat train bus truck lorry aircraft plane wagon
carriage school hospital job post vacancy signature vote seat copy article issue newspaper
broadcast programme program project law decree clause case file record card ticket loan grant package ration
meal kit blanket kilo item unit group party tribe clan community organisation organization association agency
office company firm enterprise farm factory hectare acre kilometre kilometer mile metre meter ton tonne
kilogram kilogramme litre liter gallon bushel foot inch km kg ha sq quart pint ounce yard
shipload voucher contract panel stamp coupon cow horse sheep animal vehicle container sack bag crate book
question language
"""
DURATIONS = "second minute hour night day week fortnight month quarter year decade century generation season"
CURRENCIES = """
rouble ruble dollar pound mark franc lira lire shekel rupee peso euro yen yuan krone krona zloty forint koruna
crown dinar dirham riyal rial drachma guilder florin schilling escudo peseta cruzeiro real bolivar sol leu lev
hryvnia tenge lari dram manat taka baht ringgit rupiah won dong birr shilling rand naira cedi piastre kurus
guinea penny pence cent kopek kopeck centime pfennig sterling thaler ducat sovereign
"""

#: Endings of nouns that name people by what they do or where they are from.
PERSON_ENDINGS = tuple(
    word_set(
        """
        ers ors ists ees ants ians eers mates men women folk ites iles philes nauts children kin eans zens
        agogues ologists
        """
    )
)
#: Nouns with such endings that are no people.
NOT_PERSONS = word_set(
    """
    numbers others papers letters quarters borders orders matters centers chapters factors
    sectors motors doors floors computers newspapers posters offers powers towers waters rivers answers
    winters summers dollars corridors errors mirrors harbors harbours trailers containers trees degrees
    fees committees decrees plants grants restaurants warrants remnants variants
    covenants websites sites rites favorites miles files tiles missiles barriers orders
    layers counters carriers tankers steamers liners lorries trawlers covers transfers registers
    shelters headquarters meters kilometers centimeters liters hectoliters corners dinners ladders
    quarters boosters markers parameters specimen specimens hundreds oceans means beans jeans loans
    indicators vectors tractors reactors coffees guarantees degrees stickers drawers
    manners trousers bunkers lockers cylinders screens encounters disasters centuries
    """
)
#: Words that never belong to the noun after a number: a noun phrase ends before them.
STOP_WORDS = word_set(
    """
    the a an and or but nor of in on at to from into by with without for as than that which who whom
    whose where when while since until till before after during over under between among amongst against
    about per is are was were be been being has have had do does did will would can could may might
    shall should must not no if because although though so such this these those it its he she they we
    you i his her their our my there here then now also only just still already yet ever never again
    once out up down off away back left went came come gone go goes arrived arrive arrives departed
    returned return returning returns fled flee emigrated emigrate immigrated migrated moved move
    settled crossed entered sought applied received obtained registered remained remain stayed lived
    live living died killed sailed landed reached rose fell grew increased decreased declined dropped
    numbered totalled totaled counted reported said claimed estimated according compared including
    included excluding making made took taken gave given became become began begin were wished asked
    requested demanded awaiting waiting waited seeking fleeing leaving arriving travelled traveled
    escaped demonstrated gathered attended signed perished followed continued lost found held sent
    brought through via each every annually yearly monthly daily weekly them him us me what how more
    less fewer most however therefore thus because across along around within behind beyond near upon
    toward towards despite ago later earlier onwards onward altogether respectively alone together
    apiece either neither both was accounted accounts account constituted represent represented
    represents comprised comprise belonged belong speak spoke worked work works hold holds got get gets
    born enrolled admitted allowed permitted refused denied granted issued awarded approved rejected
    accepted resettled repatriated deported expelled evacuated naturalised naturalized
    recorded filed submitted pending naturalised came want wanted need needed plan planned intend
    intended hope hoped say says told tell tells ran run runs joined join joins put set show showed
    shows stand stood stands ended end ends started start starts passed passes pass led
    """
)
#: Nouns that count no things in the world: turns of an argument.
ABSTRACT_NOUNS = word_set(
    """
    reasons ways sides points things factors aspects kinds types sorts parts times areas issues steps
    questions problems waves campaigns stages phases categories forms terms periods elements examples
    objectives goals respects instances sets sections chapters levels hands cases trends facts matters
    features sources explanations hypotheses options scenarios observations conclusions lessons themes
    dimensions senses extremes directions ends fold causes conditions criteria dates figures numbers
    estimates series thirds quarters fifths halves worlds powers others classes words
    """
)


def build_singulars() -> dict[str, tuple[str, str]]:
    """Return ``noun: (unit, singular noun)`` for singulars and plurals of all nouns."""
    table: dict[str, tuple[str, str]] = {}
    groups = (
        ("", THING_NOUNS),
        ("", PLACE_NOUNS),
        ("event", EVENT_NOUNS),
        ("person", PERSON_NOUNS),
        ("family", FAMILY_NOUNS),
        ("household", HOUSEHOLD_NOUNS),
        ("application", APPLICATION_NOUNS),
        ("request", REQUEST_NOUNS),
        ("visa", VISA_NOUNS),
        ("duration", DURATIONS),
        ("currency", CURRENCIES),
    )
    for unit, nouns in groups:
        for noun in nouns.split():
            for form in (noun, *_plurals(noun)):
                table[form] = (unit or noun, noun)
    table.update(_ODD_FORMS)
    # "The one million mark" is no money.
    del table["mark"]
    return table


def _plurals(noun: str) -> tuple[str, ...]:
    """Return regular plurals of a noun."""
    if noun.endswith("man") and noun not in ("german", "roman", "norman", "ottoman", "human"):
        return (noun[:-3] + "men",)
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return (noun[:-1] + "ies",)
    if noun.endswith(("s", "x", "ch", "sh", "z")):
        return (noun + "es", noun)
    return (noun + "s",)


_ODD_FORMS: dict[str, tuple[str, str]] = {
    "men": ("person", "man"),
    "women": ("person", "woman"),
    "children": ("person", "child"),
    "persons": ("person", "person"),
    "wives": ("person", "wife"),
    "youths": ("person", "youth"),
    "euros": ("currency", "euro"),
    "rubles": ("currency", "rouble"),
    "ruble": ("currency", "rouble"),
    "lire": ("currency", "lira"),
    "pence": ("currency", "penny"),
    "km": ("kilometre", "kilometre"),
    "kilometers": ("kilometre", "kilometre"),
    "centuries": ("duration", "century"),
    "feet": ("foot", "foot"),
    "usd": ("currency", "dollar"),
    "eur": ("currency", "euro"),
    "gbp": ("currency", "pound"),
    "hrs": ("duration", "hour"),
    "min": ("duration", "minute"),
    "mins": ("duration", "minute"),
    "yrs": ("duration", "year"),
}
NOUNS = build_singulars()
