"""Countries by their codes, so that a place can be drawn where it is."""

from __future__ import annotations

_PRESENT = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""

#: Codes of ISO 3166-1 (alpha-2) that are assigned.
PRESENT = tuple(_PRESENT.split())

#: Former states by the codes that ISO 3166 gave them, each with the countries that now lie where they lay.
FORMER: dict[str, tuple[str, ...]] = {
    "SU": ("RU", "UA", "BY", "MD", "EE", "LV", "LT", "GE", "AM", "AZ", "KZ", "UZ", "TM", "KG", "TJ"),
    "YU": ("SI", "HR", "BA", "RS", "ME", "MK"),
    "CS": ("CZ", "SK"),
}


def present_countries(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the countries of today that lie where the named ones do or did, each once."""
    return tuple(dict.fromkeys(code for named in codes for code in FORMER.get(named, (named,))))
