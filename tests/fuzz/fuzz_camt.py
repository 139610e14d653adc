"""A bank's file, damaged in any way: it counts whole, or it is put aside, and never half.

What is damaged is a good file; what comes out is either its movements, summing up to what their
entries say, or a refusal without a value of the file in it.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connectors.banks.camt.message import Refusal
from connectors.banks.camt.reader import read_message
from connectors.banks.camt.settings import Config
from tests.connectors.banks.camt_writer import FI, VERSIONS, Entry, Message, Statement, Tx

NOW = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
CONFIGS = {
    kind: Config.model_validate(
        {
            "bucket": "books",
            "prefix": "",
            "accounts": [{"account": FI, "country": "FI", "details": kind}],
        }
    )
    for kind in ("camt.053", "camt.054")
}
_GOOD = [
    Message(
        kind=kind,
        version=version,
        statements=(
            Statement(
                (
                    Entry("10.00", (Tx("4.00", ref="A1"), Tx("6.00", ref="A2")), count=2),
                    Entry("5.00", (Tx("5.00", ref="A3", text=("Canary",)),)),
                    Entry("1.00", credit=False, ref="E9"),
                    Entry("2.00", (Tx("2.00", returned="AC04"),), credit=False, ref="E10"),
                ),
                number=7,
            ),
            Statement((), id="S-2", number=8, opening="12.00"),
        ),
    ).xml()
    for kind in CONFIGS
    for version in ("02", "08", "13")
]
_SNIPPETS = [
    b"<", b">", b"</Ntry>", b"<Ntry>", b"<!-- -->", b"<?x y?>", b"<!DOCTYPE a>", b"&#48;", b"&x;",
    b"0", b"9", b"-", b",", b".", b"e3", b"\xef\xbc\x91", b" ", b"\x00", b"CRDT", b"DBIT", b"true",
    b"<RvslInd>true</RvslInd>", b'<Amt Ccy="EUR">1.00</Amt>', b'<Amt Ccy="SEK">1.00</Amt>',
    b"<TxDtls></TxDtls>", b"<NtryDtls>", b"<Sts>PDNG</Sts>", b"<RtrInf></RtrInf>",
]  # fmt: skip

cents = st.integers(1, 9_999_999).map(lambda n: f"{n // 100}.{n % 100:02d}")


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good file with some pieces cut out, doubled, moved or put in."""
    body = draw(st.sampled_from(_GOOD))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        until = min(len(body), at + draw(st.integers(0, 120)))
        piece = draw(st.sampled_from([b"", body[at:until] * 2, *_SNIPPETS]))
        body = body[:at] + piece + body[until:]
    return body


@st.composite
def messages(draw: st.DrawFn) -> tuple[Message, Decimal]:
    """A good file of any version and shape, and the sum of the receipts that it holds."""
    kind, version = draw(st.sampled_from(sorted(CONFIGS))), draw(st.sampled_from(VERSIONS))
    entries, receipts = [], Decimal(0)
    for n in range(draw(st.integers(0, 5))):
        amounts = draw(st.lists(cents, min_size=1, max_size=4))
        whole = sum(map(Decimal, amounts), Decimal(0))
        txs = tuple(Tx(amount, ref=f"A{n}-{i}") for i, amount in enumerate(amounts))
        credit, reversal = draw(st.booleans()), draw(st.booleans())
        entries.append(
            Entry(str(whole), txs, ref=f"E{n}", credit=credit, reversal=reversal, count=len(txs))
        )
        receipts += whole if credit and not reversal else 0
    return Message(kind, version, statements=(Statement(tuple(entries)),)), receipts


@given(mutated())
def fuzz_damaged_file(body: bytes) -> None:
    for config in CONFIGS.values():
        judged(body, config)


@given(st.binary(max_size=200), st.sampled_from(sorted(CONFIGS)))
def fuzz_any_file(body: bytes, kind: str) -> None:
    judged(body, CONFIGS[kind])


@given(messages())
def fuzz_good_file(given_: tuple[Message, Decimal]) -> None:
    message, receipts = given_
    found = judged(message.xml(), CONFIGS[message.kind])
    assert found is not None
    assert found == receipts


def judged(body: bytes, config: Config) -> Decimal | None:
    """The sum of the receipts of a file that is taken, None for one that is put aside."""
    found = []
    try:
        message = read_message(io.BytesIO(body), "c1", config, NOW, found.append)
        said = ""
    except Refusal as refusal:
        said = f"{refusal} {refusal.place} {refusal.path}"
    if said:
        assert "Canary" not in said
        return None
    assert len({one.id for one in found}) == len(found) == len(message.movements)
    assert all(one.amount.amount > 0 for one in found)
    receipts = sum((one.amount.amount for one in found if one.kind == "receipt"), Decimal(0))
    if message.kind == config.accounts[0].details and all(one.settled for one in found):
        credits_ = sum((sum(one.credits.values()) for one in message.proven), Decimal(0))
        assert receipts <= credits_
    return receipts
