"""Traps: numbers that count nothing, such as ages, numbers of pages and documents, clock times and names."""

from __future__ import annotations

import re

from counterstream.drafting.grammar.pattern import DIGIT, Example, Pattern, Rule, leads, reads_nothing

_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|"
    r"nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
)
_NUMBER = rf"(?:\d{{1,3}}|{_NUMBER_WORD}(?:-{_NUMBER_WORD})?)"
_WORD_LEADS = " ".join(_NUMBER_WORD[3:-1].split("|"))


def _trap(
    name: str,
    meaning: str,
    lead: str,
    expression: str,
    *examples: Example,
    never: tuple[str, ...] = (),
    behind: str = "",
) -> Pattern:
    return Pattern(
        Rule(f"trap.{name}", meaning, examples, never),
        leads(lead),
        re.compile(expression, re.IGNORECASE),
        reads_nothing,
        re.compile(behind, re.IGNORECASE) if behind else None,
    )


PATTERNS = (
    _trap(
        "age",
        "The age of a person.",
        f"{DIGIT} {_WORD_LEADS}",
        rf"{_NUMBER}(?:\s?(?:-|–|to)\s?{_NUMBER})?[- ](?:year|month|week)s?(?:[- ]olds?\b| of age\b)",
        Example("A seven year old girl left.", "seven year old"),
        Example("A 17-year-old and others left.", "17-year-old"),
        Example("He was 43 years old.", "43 years old"),
        Example("Persons of 16 years of age left.", "16 years of age"),
        never=("They waited seven years.",),
    ),
    _trap(
        "aged",
        "An age after the word for it.",
        "aged age ages",
        (
            rf"(?:aged|ages?(?: of| from| between| group)?)(?: over| under| about| between| at least)? "
            rf"{_NUMBER}(?:\s?(?:-|–|to|and|or)\s?{_NUMBER})?(?: and (?:over|above|under|older|younger))?(?:[- "
            rf"]years?)?(?:\+)?\b"
        ),
        Example("Men aged 18 to 60 could not leave.", "aged 18 to 60"),
        Example("They were over the age of 65.", "age of 65"),
        never=("The age of reform brought 300 emigrants.",),
    ),
    _trap(
        "under-age",
        "Children under an age, adults over one.",
        "under over below above",
        (
            rf"(?:under|over|below|above)(?: the age of)? {_NUMBER}s?(?: years? (?:of age|old))?(?= (?:and|"
            rf"were|was|who|in|are|years)\b|[,.;)])(?! (?:and|were|are) \d)"
        ),
        Example("Children under five were fed first.", "under five"),
        Example("Half are children under 18, many alone.", "under 18"),
        behind=(
            r"(?:children|child|adults|persons|people|men|women|girls|boys|youths?|those|everyone|anyone|aged|"
            r"minors|population) (?:aged )?$"
        ),
    ),
    _trap(
        "under-age-short",
        "An age after a plural noun, at the end of a clause.",
        "under over",
        r"(?:under|over) \d\d(?=[.,;)])(?!,\d)(?!\.\d)",
        Example("Some are students under 25.", "under 25"),
        Example("Half of the refugees are under 18.", "under 18"),
        never=("The number fell to under 25.",),
        behind=(
            r"(?:\b[a-z]{3,}(?:nts|ers|ees|ors|ists|ians|ants)|"
            r"\b(?:men|women|children|people|are|is|those|half|third|aged)) (?:aged )?$"
        ),
    ),
    _trap(
        "age-of",
        "A boy of 14, a woman of sixty.",
        "boy girl man woman child youth lad widow mother father son daughter person",
        (
            rf"(?:boy|girl|man|woman|child|youth|lad|widow|mother|father|son|daughter|person) of (?:about |"
            rf"some |only )?(?:\d{{1,2}}|{_NUMBER_WORD}(?:-{_NUMBER_WORD})?)(?!-| (?:years|months|children|"
            rf"people|per|of))\b"
        ),
        Example("A boy of 14 came alone.", "boy of 14"),
        never=("A man of 300 words came.",),
    ),
    _trap(
        "age-apposition",
        "A number between commas after a name.",
        DIGIT,
        r"\d{2}(?=,)",
        Example("Ivan Petrov, 43, left in May.", "43"),
        never=("In Boston, 43, mostly Jews, returned.",),
        behind=(
            r"(?:\b(?!In |At |From |To |By |Of |The )(?-i:[A-Z][a-z]+) (?:[A-Z]\. )?(?-i:[A-Z][a-z]+), |, "
            r"then |, now )$"
        ),
    ),
    _trap(
        "age-apposition-words",
        "An age in words between commas after a name.",
        _WORD_LEADS,
        (
            rf"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|eighteen|nineteen|sixteen|"
            rf"seventeen)(?:-{_NUMBER_WORD})?(?=,)"
        ),
        Example("Her girl, Inna, thirty-one, teaches.", "thirty-one"),
        never=("In May, thirty families left.",),
        behind=r"(?-i:[A-Z][a-z]+), $",
    ),
    _trap(
        "document-part",
        "The number of a page, note, chapter, table, article or the like.",
        (
            "page pages p pp note notes footnote chapter chap ch section sections sect para paragraph "
            "paragraphs article articles art table tables figure fig figures "
            "annex appendix vol volume volumes part line lines col column columns protocol resolution res "
            "regulation directive convention act law decree order cmd cmnd "
            "document doc file fond opis delo ll folio item clause rule § box map plate ref copy copies "
            "serial series edition tome issue "
            "book bulletin circular schedule lot folder reel frame instruction bill executive clause title ch"
        ),
        (
            r"(?:pages?|pp?\.?|(?:foot)?notes?|chap(?:ter|\.)?|ch\.|sections?|sect\.|para(?:graph)?s?\.?|"
            r"articles?|art\.|tables?|fig(?:ure)?s?\.?|annex|appendix|vol(?:ume)?s?\.?|part|lines?|"
            r"col(?:umns?)?\.?|(?:security council |general assembly )?resolution|res\.|regulation|directive|"
            r"protocol|convention|act|law|decree|order|cmn?d\.?|document|doc\.?|file|fond|opis|delo|ll\.|"
            r"folio|"
            r"item|clause|rule|§|box|map|plate|ref\.?|copy|copies|serial|series|edition|tome|issue|book|"
            r"bulletin|circular|schedule|lot|folder|reel|frame|instruction|bill|executive order|title)"
            r"(?: \(?(?:EC|EU|EEC|No|Nos|number)\)?\.?)*[ .:]{1,3}(?:no\. ?|nos\. ?|№ "
            r"?)?(?:[A-Z]{1,3}[-/])?\d+(?:[./-]\d+)*(?:\([^)\s]{1,4}\))?[a-z]?(?:(?: and |, ?|-|–| to "
            r")\d+(?:[./-]\d+)*)?(?!\w|,\d{3})(?! (?:Vict|Geo|Will|Edw)\b)(?! (?:people|persons|families|"
            r"refugees|per cent|percent|visas|000))"
        ),
        Example("See page 12 for the rest.", "page 12"),
        Example("It is told on pp. 12-14 of the report.", "pp. 12-14"),
        Example("Article 13 grants the right to leave.", "Article 13"),
        Example("Under Resolution 194 they may return.", "Resolution 194"),
        Example("See Table 3.", "Table 3"),
        Example("Decree No. 847 was annulled.", "Decree No. 847"),
        never=("In part 300 families left.", "By law 300 people left."),
    ),
    _trap(
        "document-part-words",
        "A section, class or the like with its number in words.",
        "section chapter article part class grade room platform form book act number volume schedule",
        (
            r"(?:section|chapter|article|part|class|grade|room|platform|form|book|act|number|volume|schedule) "
            rf"{_NUMBER_WORD}\b"
        ),
        Example("They issued 1,862 section six certificates.", "section six"),
        never=("They formed part. Six families left.",),
    ),
    _trap(
        "number-sign",
        "A number after No. or #.",
        "no nos № #",
        r"(?:Nos?\. ?|(?-i:Nos? )|№ ?|# ?)\d+(?:[/-]\d+)*",
        Example("Camp No. 5 was closed.", "No. 5"),
        never=("There were no 300 families.",),
        behind=r"(?:^|[^a-z] |[A-Za-z]{3,} )$",
    ),
    _trap(
        "coded-name",
        "Letters and digits that name a document, a road, an aircraft or a form.",
        (
            "sov sova e m a b c f t i r u g k mig boeing tu il airbus flight route highway room gate form "
            "class type line covid apollo camp block zone sector house unit building barrack "
            "psalm zech gen exod lev num deut isa jer ezek matt mark luke john acts rom cor radio channel "
            "interstate h group"
        ),
        (
            r"(?-i:[A-Z]{1,5}-?\d{1,5}(?:-\d+)*[A-Z]?\b|[A-Z]{2,6}[- ]\d{2,6}-\d[\w-]*|(?:Boeing|Tu|Il|Airbus|"
            r"MiG|Flight|Route|Highway|Room|Gate|Form|Class|Type|Line|Channel|Interstate|Covid|Apollo|Camp|"
            r"Block|Zone|Sector|House|Unit|Building|Barrack|Radio)[ -]\d{1,4}[A-Z]?\b(?![,.]\d)"
            r"|(?:[1-3] )?(?:Psalm|Zech|Gen|Exod|Lev|Num|Deut|Isa|Jer|Ezek|Matt|Mark|Luke|John|Acts|Rom|"
            r"Cor)\.? \d{1,3}:\d{1,3}(?:-\d+)?)"
        ),
        Example("Flight 601 brought 90 emigrants.", "Flight 601"),
        Example("See SOV 87-10015X for more.", "SOV 87-10015X"),
        Example("It says so (Zech 2:6) clearly.", "Zech 2:6"),
        Example("Holders of form I-94 may stay.", "I-94"),
        never=("A camp 300 people strong.",),
    ),
    _trap(
        "telephone-digits",
        "Digits grouped as a telephone number is.",
        DIGIT,
        r"\d{3}-\d{3}-\d{4}\b|\d{3}-\d{4}\b|0\d{2,4}[ -/]\d{5,}\b",
        Example("Ask 202-555-0147 for more.", "202-555-0147"),
        never=("In 1975-1976 they left.",),
    ),
    _trap(
        "document-number",
        "Groups of digits and letters joined by hyphens or slashes.",
        DIGIT,
        r"\d{2,}(?:-\d{3,}){1,}-\d+\w*|\d+(?:/\d+){2,}(?:/[A-Z]+)|\d{1,4}/[A-Z]{1,4}\b|\d{1,3}-\d{5,}\w?|\d{2}X\d\b",
        Example("It bears the number 425-0438-87 on its cover.", "425-0438-87"),
        never=("In 1975-76 they left.",),
    ),
    _trap(
        "verse",
        "Two numbers parted by a colon: a clock time, a verse or a ratio of a vote.",
        DIGIT,
        r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?)?(?: (?:hours|GMT|UTC))?",
        Example("The train left at 14:30 with 200 emigrants.", "14:30"),
    ),
    _trap(
        "clock",
        "A time of the day.",
        f"{DIGIT} {_WORD_LEADS}",
        rf"(?:{_NUMBER} minutes (?:past|to) )?{_NUMBER}(?:[.:]\d\d)? ?(?:[ap]\.?m\b\.?|o'clock|hours (?:GMT|UTC)\b)",
        Example("The train left at 10.30 a.m. with 200 emigrants.", "10.30 a.m."),
        Example("They met at six o'clock.", "six o'clock"),
        never=("They met 10 ambassadors.",),
    ),
    _trap(
        "opening-hours",
        "From one time of the day to another.",
        DIGIT,
        r"\d{1,2}[.:]\d\d ?(?:-|–|to) ?\d{1,2}[.:]\d\d(?!\d)(?! ?%)",
        Example("The office is open 10.00-12.30 on weekdays.", "10.00-12.30"),
    ),
    _trap(
        "regnal-act",
        "An act by the years of a reign and its chapter.",
        DIGIT,
        (
            r"\d{1,2}(?: ?(?:and|&) ?\d{1,2})? (?:Vict|Geo|Will|Wm|Edw|Eliz|Car|Jac)\.?(?: [IVX]+\.?)?,? "
            r"?(?:c(?:ap|h)?\.? ?\d+)?"
        ),
        Example("It is 15 and 16 Vict. c. 44 that requires it.", "15 and 16 Vict. c. 44"),
    ),
    _trap(
        "ordinal",
        "An ordinal number, a century or a wave.",
        DIGIT,
        (
            r"\d{1,4}(?:st|nd|rd|th)\b(?:[ -](?:century|centuries|congress|session|wave|anniversary|parallel|"
            r"meridian|street|avenue))?"
        ),
        Example("The miracle of the 20th century came.", "20th century"),
        Example("The 27th Congress met.", "27th Congress"),
        never=("They left on 24th February 1987.",),
    ),
    _trap(
        "ordinal-words",
        "An ordinal in words before a wave, a century or the like.",
        (
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
            "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty"
        ),
        (
            r"(?:twenty-)?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|"
            r"twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth)"
            r"[ -](?:wave|world|century|centuries|generation|republic|reich|congress|session|class|time|party|"
            r"country|countries|person|place|stage|phase|round|draft|reading|anniversary|echelon)s?\b"
        ),
        Example("The third wave was the largest.", "third wave"),
        never=("A third of them left.", "The second quarter of 1990 was quiet."),
    ),
    _trap(
        "name",
        "A number within a name.",
        f"world war group g big catch yom six {_WORD_LEADS} {DIGIT} area article forty",
        (
            r"(?:World War (?:One|Two|I{1,3}|1|2)\b|(?:Six|Seven|Thirty|Hundred|Eighty|Hundred|Twelve|Ten|"
            r"Nine)[ -](?:Day|Days'|Years?'?|Day's)[ -]War|(?-i:Group of (?:\d+|Seven|Eight|Twenty))|Big "
            r"(?:Three|Four|Five)|"
            r"(?:One|Two|Three|Four|Five|Seven|Ten)[ -](?:Year|Point|Power|Child) (?:Plan|Programme|Program|"
            r"Agreement|Policy|Pact)|Four Powers|Three Mile|Forty-?Eighters|\d+[ -](?:Year|Point) (?:Plan|"
            r"Programme|Program))"
        ),
        Example("The Six-Day War changed much.", "Six-Day War"),
        Example("After World War II 300 families left.", "World War II"),
        never=("The war lasted six days.",),
    ),
    _trap(
        "attributive",
        "A number that belongs to a compound adjective: three-room flats, a two-thirds majority.",
        f"{DIGIT} {_WORD_LEADS}",
        (
            rf"{_NUMBER}-(?:,? (?:and|or|to) {_NUMBER}-)?(?:room(?:ed)?|met(?:er|re)|storey|story|bed(?:room)?|"
            rf"sided|party|man|men|member|person|power|page|point|star|ton|tonne|mile|km|kilometre|acre|"
            rf"hectare|fold|way|lane|car|volume|part|stage|tier|nation|state|seat|inch|foot|dollar|pound|door|"
            rf"wheel|engined|volume|child|parent|generation|term|figure|digit|time|pronged|dimensional|"
            rf"kopeck)\b|{_NUMBER}- and {_NUMBER}-\w+"
        ),
        Example("They bought two- and three-room flats.", "two- and three-room"),
        Example("The 12-member commission met.", "12-member"),
        Example("That is a one-sided view.", "one-sided"),
        never=("A twenty-five member group.", "Twenty-five families left."),
    ),
    _trap(
        "telephone",
        "A telephone number or a post code.",
        "tel telephone phone fax call + (",
        r"(?:tel(?:ephone)?|phone|fax|call)\.?:? ?\(?\+?\d[\d ()./-]{5,}\d|\+\d[\d ()./-]{6,}\d|\(\d{3}\) \d{3}-\d{4}",
        Example("Ask tel. 202-555-0147 for more.", "tel. 202-555-0147"),
    ),
    _trap(
        "score",
        "The score of a game or a vote.",
        DIGIT,
        r"\d{1,3}(?:-|–| to )\d{1,3}(?= (?:in favou?r|against|vote|victory|win|defeat|majority)\b)",
        Example("The motion was carried 52-48 against the government.", "52-48"),
        behind=r"(?:voted|by|carried|passed|won|lost|beat|defeated|adopted|approved|rejected) $",
    ),
    _trap(
        "address",
        "A number of a house or a post code.",
        DIGIT,
        (
            r"\d{1,5}[a-z]?,? (?:[A-Z][a-z]+ ){1,3}(?:Street|St\.|Road|Rd\.|Avenue|Ave\.|Lane|Square|"
            r"Boulevard|Drive|Place|Terrace|Prospekt|Ulitsa)\b"
        ),
        Example("They met at 12 Main Street at night.", "12 Main Street"),
        never=("Some 12 Main families met.",),
    ),
    _trap(
        "coordinate",
        "Degrees: of latitude, of temperature.",
        DIGIT,
        (
            r"\d{1,3}(?:\.\d+)? ?(?:°|degrees? (?:north|south|east|west|celsius|fahrenheit|below|above|C\b|"
            r"F\b))(?:\s?\d{1,2}['′])?(?: ?[NSEWCF]\b)?"
        ),
        Example("It lies at 55° N.", "55° N"),
    ),
    _trap(
        "decimal-heading",
        "The number of a heading or an item of a list at the beginning of a line.",
        DIGIT,
        (
            r"\d{1,2}(?:\.\d{1,2})*[.)](?= ?[A-Z\"])|\d{1,2}(?:\.\d{1,2}){1,3}(?= [A-Z])|\d{1,2}(?= "
            r"[A-Z][a-z]+ (?:and|of|in|the|on|to|from)\b)"
        ),
        Example("3.2 Arrivals by sea\nSome 300 came.", "3.2"),
        Example("2. The emigrants left.", "2."),
        never=("In 1951 3.2 per cent left.",),
        behind=r"(?:^|\n)[\s(]*$",
    ),
    _trap(
        "citation-year",
        "Year and pages of a cited work.",
        DIGIT,
        (
            r"\d{4}[a-z]?(?:: ?(?:pp?\. ?)?\d{1,4}(?:[-–]\d{1,4})?(?=[);\].,]|$)|, ?(?:pp?\. "
            r"?)?\d{1,4}(?:[-–]\d{1,4})?(?=[);\]]))"
        ),
        Example("This was so (Heitman 1987: 12-14) for years.", "1987: 12-14"),
        never=("In 1987, 12 families left.",),
        behind=r"[A-Z][\w.]+,? $",
    ),
    _trap(
        "compact-date",
        "Six or eight digits without separators, as in registers.",
        DIGIT,
        r"(?:19|20)?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\b(?! (?:people|persons|refugees|emigrants|migrants))",
        Example("It was sent on 870303 to all.", "870303"),
        never=("In all 870303 persons were sent.",),
        behind=r"(?:date|dated|on|of)[: ]+$",
    ),
    _trap(
        "article-of-war",
        "The dimension or calibre of a thing.",
        DIGIT,
        r"\d+(?:\.\d+)? ?(?:mm|cm|volts?|watts?|MHz|kHz|FM|mph)\b",
        Example("A 35 mm film was made.", "35 mm"),
    ),
)
RULES = tuple(pattern.rule for pattern in PATTERNS)
