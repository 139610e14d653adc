"""What no wording may hold: a way to pay of its own, a foreign link, or a debt told in the open.

A text is judged as it reads: compatibility forms are folded first (Unicode NFKC), and marks that
nobody sees are left out, so full-width digits, ideographic stops and soft hyphens hide nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from shared.domain.iban import holds_iban

# Whoever sees the subject line or a short message on a screen must not learn of a debt: no amount,
# and no such word: debt, payment, collection, enforcement, court, a plan of
# instalments, and the record of who paid badly.
_DEBT = re.compile(
    r"[0-9€$£]|\b(?:eur|euro(?:a|n|s|lla|jen|ja)?|sek|nok|dkk|kr|kron(?:a|an|er|or)|kruunu\w*)\b"
    # fi
    r"|perin|velk|velal|velat|saatav|eräänty|myöhäs|karhu|maksam|maksumuist|maksuhäiri|maksukehot"
    r"|maksusuunn|maksuerä|lyhennyser"
    r"|luottotieto|luottohäiri|ulosot|ulosmit|oikeuteen|oikeudes|oikeustoim|oikeusten|oikeuskäs"
    r"|käräj|haaste|tuomio|viimeinen varoit"
    # sv
    r"|inkass|indriv|skuld|fordran|förfall|obetal|försen|betalningsp|betalningsan|betalningsför"
    r"|kreditupplys|kronofog|utmät|rättegång|rättslig|domstol|tingsrätt|stämning|delgivning"
    r"|sista varning|avbetaln|delbetaln"
    # nb, da
    r"|gjeld|gæld|purr|rykk|forfald|forfalt|ubetal|restanc|misligh|inndriv|inddriv|betalingsanm"
    r"|betalingspå|namsmann|namsfog|fogedret|fogden|utlegg|udlæg|tvangs|rettss|retssag|rettslig"
    r"|retslig|stevning|stævning|forliksr|kredittoppl|kreditoplys|skyldner|skyldig|siste varsel"
    r"|sidste varsel|\bavdrag|afdrag|nedbetal|betalingsplan|betalingsaftale"
    # de
    r"|mahn|schuld|fällig|verzug|forderung|unbezahlt|offene|zahlung|pfänd|vollstreck|schufa"
    r"|gericht|klage|eintreib|beitreib|betreibung|anwalt|letzte warnung|\braten\b"
    # en
    r"|debt|collect|overdue|unpaid|\bow(?:e|ed|es|ing)\b|arrear|past due|\blate\b|\bcourts?\b"
    r"|enforce|bailiff|lawsuit|legal (?:action|proceed|step)|\bsue[ds]?\b|judge?ment|solicitor"
    r"|lawyer|default(?:ed|s)?\b|credit (?:record|rating|report|score|file|bureau)"
    r"|payment remark|final (?:warning|notice|demand)|instal?lment|payment plan|repay",
    re.IGNORECASE,
)
# A link in a reminder teaches people to fall for the next forged one: ours have none, and a
# creditor's own texts only those to hosts of its list.
_LINK = re.compile(
    r"://|\bwww\.|\b(?:mailto|javascript|data|tel):|@"
    # A name of two letters or more, or what a placeholder says, before a domain.
    r"|(?:\b[\w-]{2,}|\})\.[^\W\d_]{2,}\b|\bxn--"
    # One letter before a domain is an abbreviation, unless a path or a well-known domain follows.
    r"|\b\w\.(?:[^\W\d_]{2,}/|(?:com|org|net|me|io|co)\b)"
    # Addresses of the internet protocol, versions 4 and 6.
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])|\[[0-9a-f]*:[0-9a-f:]*\]",
    re.IGNORECASE,
)
_OWN_LINK = re.compile(
    r"(?<![^\s(])https://([a-z0-9.-]+?)(?:/[A-Za-z0-9/_-]*)?(?=[.,;:!?)]*(?:\s|$))"
)
# Stops that the standard of international names reads as a dot (RFC 3490, 3.1); NFKC folds the
# full-width and half-width ones alone.
_STOPS = str.maketrans({"\u3002": ".", "\uff61": "."})

# An account, a giro or a mobile number: seven digits or more, whatever stands between them.
_LONG_NUMBER = re.compile(r"\d(?:[\W_]{0,3}\d){6,}")
# What may be long and is no account: a day, from and until when somebody answers, a statute.
_HARMLESS = re.compile(
    r"(?<![\d.-])(?:(?:0?[1-9]|[12]\d|3[01])\. ?(?:0?[1-9]|1[0-2])\. ?20\d\d"
    r"|20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"|(?:[01]?\d|2[0-3])[.:][0-5]\d ?[-\u2013] ?(?:[01]?\d|2[0-3])[.:][0-5]\d"
    r"|\d{1,4}/(?:19|20)\d\d)(?![\d-])"
)
# Ways to pay whose numbers are short.
_SHORT_NUMBER = re.compile(
    r"\b(?:bankgiro|plusgiro|postgiro|bg|pg|swish\w*|vipps\w*|mobile ?pay)\b[^\w{]{0,5}\d",
    re.IGNORECASE,
)
# The account of a currency without a bank: letters and digits in one long run.
_WALLET = re.compile(r"\b(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{25,}\b", re.IGNORECASE)
_SEPARATORS = re.compile(r"[.\-\u2010-\u2015_/]")


def as_read(text: str) -> str:
    """``text`` as a reader takes it: compatibility forms folded, what is invisible left out."""
    folded = unicodedata.normalize("NFKC", text).translate(_STOPS)
    return "".join(one for one in folded if unicodedata.category(one) != "Cf")


def tells_of_debt(literal: str) -> bool:
    """Whether a text that anybody may see holds an amount or a word of debt."""
    return _DEBT.search(as_read(literal)) is not None


def has_foreign_link(literal: str, hosts: Collection[str]) -> bool:
    """Whether a text holds an address or a link other than plain https links to ``hosts``."""
    return _LINK.search(_without_links_to(as_read(literal), hosts)) is not None


def names_an_account(literal: str, hosts: Collection[str]) -> bool:
    """Whether a text holds an IBAN, or what could be an account, a mobile payee or a wallet."""
    text = _without_links_to(as_read(literal), hosts)
    rest = _HARMLESS.sub(" | ", text)
    if holds_iban(text) or holds_iban(_SEPARATORS.sub("", rest)):
        return True
    numbers = (_LONG_NUMBER, _SHORT_NUMBER, _WALLET)
    return any(one.search(rest) is not None for one in numbers)


def _without_links_to(literal: str, hosts: Collection[str]) -> str:
    """The text without its plain https links to one of the hosts; what is odd about one stays."""
    return _OWN_LINK.sub(lambda link: "" if link[1] in hosts else link[0], literal)
