"""Dated events: sentences that tell of a law, an agreement, a war, an opening on a date."""

from __future__ import annotations

from counterstream.drafting.grammar.rule import Example, PhraseBook, Phrases, Rule


def _event(
    name: str, instrument: str, meaning: str, phrases: tuple[str, ...], *examples: Example, never: tuple[str, ...] = ()
) -> Phrases:
    return Phrases(Rule(f"event.{name}", meaning, examples, never), phrases, instrument)


EVENTS = (
    _event(
        "law",
        "law",
        "A law, decree, order or the like.",
        (
            "(law|decree|act|ordinance|edict|ukase|statute|legislation|regulations|constitution)",
            "(became|become|was made) law",
            "the order of",
        ),
        Example("On August 3, 1972 the decree was signed.", "decree", "law"),
    ),
    _event(
        "agreement",
        "agreement",
        "A treaty or an agreement.",
        ("(treaty|agreement|accord|accords|pact|convention|protocol|armistice|ceasefire|truce|amendment)",),
        Example("In July 1951 the convention was signed.", "convention", "agreement"),
    ),
    _event(
        "restriction",
        "restriction",
        "A ban, tax, quota or closed border.",
        (
            "(ban|banned|tax|quota|quotas|restriction|restrictions|embargo|curfew)",
            "(closed|closing|sealed) (the|its|their) (border|borders|frontier|frontiers|port|ports)",
            "(revoked|suspended|forbade|prohibited)",
        ),
        Example("In May 1938 the state closed its borders.", "closed its borders", "restriction"),
    ),
    _event(
        "opening",
        "opening",
        "A border opened, a restriction lifted.",
        (
            "(opened|opening) (the|its|their) (border|borders|frontier|frontiers|gates|port)",
            "(lifted|abolished|repealed|legalised|legalized|relaxed)",
        ),
        Example("In May 1989 the state opened its borders.", "opened its borders", "opening"),
    ),
    _event(
        "conflict",
        "conflict",
        "A war, coup, uprising or disaster.",
        (
            (
                "(war|invasion|invaded|coup|revolution|uprising|revolt|offensive|massacre|pogrom|pogroms|"
                "earthquake|famine|flood|partition|annexed|annexation|occupied)"
            ),
            "(broke|breaking) out",
        ),
        Example("In April 1975 the war ended.", "war", "conflict"),
    ),
    _event(
        "amnesty",
        "return campaign",
        "An amnesty or a campaign for return.",
        ("(amnesty|repatriation|pardon)", "(campaign|appeal) (for|to) return"),
        Example("In September 1955 an amnesty was proclaimed.", "amnesty", "return campaign"),
    ),
    _event(
        "protest",
        "protest",
        "A protest, strike or conference.",
        ("(demonstration|demonstrations|rally|symposium|conference|protest|protests)", "hunger (strike|strikes)"),
        Example("In December 1976 a symposium met in the city.", "symposium", "protest"),
    ),
    _event(
        "announcement",
        "announcement",
        "A decision that is made known.",
        ("(announced|proclaimed|declared|decreed|ordered|decided|ruled)",),
        Example("On 23 February 1987 the ministry announced a change.", "announced", "announcement"),
    ),
)
RULES = tuple(entry.rule for entry in EVENTS)
BOOK = PhraseBook(EVENTS)
