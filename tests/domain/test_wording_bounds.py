"""Bounds of wording: no way to pay of its own, no foreign link, no debt told in the open."""

from __future__ import annotations

import pytest

from shared.domain.wording import faults


def codes(key, text, hosts=()):
    return [one.code for one in faults({key: text}, hosts)]


@pytest.mark.parametrize(
    "text",
    [
        "FI58 1017 1000 0001 22", "FI58-1017-1000-0001-22", "FI58.1017.1000.0001.22",
        "NO 8601.11.17947", "GB29 NWBK 6016 1331 9268 19", "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "MT84-MALT-0110-0001-2345-MTLC-AST0-01S",
        "".join(chr(0xFEE0 + ord(one)) for one in "FI5810171000000122"),
        "FI58\u00ad1017\u200b1000\u00ad0001 22",
        "bankgiro 991-2346", "plusgiro 4 12 34 56-7", "konto 1234.56.78903",
        "+71<000000000000000+12345678<", "Swish 123 456 78 90", "Swish 12345", "MobilePay: 12345",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
        "0xde0B295669a9FD93d5F28D9Ec85E40f4cb697BAe",
        "12{issued}34{issued}567", "24.12.2026-24.12.2026-1", "1017 1000 {due} 0001 22 33",
    ],
)  # fmt: skip
def test_no_number_that_could_be_an_account_stands_in_a_sentence(text):
    assert "account" in codes("paid", f"Pay to {text}")


@pytest.mark.parametrize(
    "text",
    [
        "evil\u3002com", "evil\uff0ecom/pay", "evil\uff61com", "e\u00advil.com", "10.0.0.1/pay",
        "[2001:db8::1]", "müller.example", "xn--80ak6aa92e", "{creditor_name}.com",
        "t.me/kuikka", "x.com", "t\u2024me/kuikka",
    ],
)  # fmt: skip
def test_no_address_hides_behind_other_letters(text):
    assert codes("paid", f"See {text}", ("help.kuikka.example",)) == ["link"]


@pytest.mark.parametrize(
    "text",
    [
        "We answer 9.00-16.00 and 9.00\u201316.00, not on 24.12.2026 and 2026-12-25.",
        "Korkolaki (633/1982) 4 §, 2 mom.",
        "Gemäß § 288 BGB, z.B. so, t.ex. nu, f.eks. nu, bl.a. det, d.h. jetzt, o.ä., z.Hd. Kuikka",
        "Donaudampfschifffahrtsgesellschaftskapitän, §288Absatz5",
        "See https://help.kuikka.example/1234567/8.",
    ],
)  # fmt: skip
def test_what_a_letter_says_of_days_hours_and_statutes_may_stand(text):
    assert codes("paid", text, ("help.kuikka.example",)) == []


@pytest.mark.parametrize(
    "words",
    [
        # fi
        "velka", "perintä", "ulosotto", "maksuhäiriö", "oikeustoimet", "haastehakemus",
        "luottotietomerkintä", "sata kruunua", "maksusuunnitelma", "maksuerä",
        # sv
        "tusen kronor", "Kronofogden väntar", "betalningsanmärkning", "rättegång",
        "sista varning", "delgivning", "stämning", "utmätning", "inkasso", "avbetalning",
        # nb
        "tusen kroner", "namsmannen", "betalingsanmerkning", "rettslig inndrivelse",
        "forliksrådet", "tvangsfullbyrdelse", "utlegg", "avdraget",
        # da
        "inddrivelse", "fogedretten", "retssag", "udlæg", "skyldner", "stævning",
        "betalingsaftalen", "afdrag",
        # de
        "Gerichtsvollzieher", "Vollstreckung", "Schufa", "Klage", "Pfändung", "hundert Euro",
        "Ihre Raten",
        # en
        "court", "enforcement", "bailiff", "lawsuit", "legal action", "credit record", "default",
        "final notice", "instalment", "payment plan",
        "vel\u00adka", "\uff56\uff45\uff4c\uff4b\uff41",
    ],
)  # fmt: skip
def test_no_word_of_debt_court_or_record_stands_in_the_open(words):
    assert codes("subject_one", f"{{creditor_name}}: {words}") == ["too_open"]
    assert codes("sms_one", f"{{creditor_name}}, {{contact}}: {words}") == ["too_open"]
