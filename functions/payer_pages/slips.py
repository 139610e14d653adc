"""Slips on a screen: what a payer copies or scans to pay one claim in the bank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from functions.pages.words import Words
from shared.domain.creditor import Creditor
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.notice import letter_account
from shared.domain.payer_claims import PayerClaim
from shared.domain.payment_slip import account_fields, slip
from shared.domain.scan_codes import code128_bars, qr_runs

# Blank modules around a QR code (ISO/IEC 18004) and beside a bar code (ISO/IEC 15417).
_QUIET_QR, _QUIET_BAR = 4, 10
_BAR_HEIGHT = 40


@dataclass(frozen=True, slots=True)
class Picture:
    """A code as an SVG picture: its view box, the ground, and the dark parts, as path data."""

    box: str
    ground: str
    path: str


@dataclass(frozen=True, slots=True)
class ShownSlip:
    """How one claim is paid in a bank: names of fields with what to type, and codes to scan."""

    claim: Id
    number: str
    amount: Money
    fields: tuple[tuple[str, str], ...]
    qr: Picture | None
    bar: Picture | None


def slips(
    claims: Iterable[PayerClaim], creditor: Creditor, currency: str, t: Words
) -> tuple[ShownSlip, ...]:
    """The slips of the claims that can be paid now, for the sums of today."""
    account = letter_account(creditor, currency)
    found = []
    for claim in claims:
        if claim.now is None:
            continue
        made = slip(
            account, claim.reference, payee=creditor.name, amount=claim.now, pay_by=None,
            message=t("invoice", number=claim.number),
        )  # fmt: skip
        fields = account_fields(account) if account.iban else ()
        found.append(
            ShownSlip(
                claim=claim.id, number=claim.number, amount=claim.now,
                fields=(*fields, *made.fields) if fields else (),
                qr=_qr(made.qr) if made.qr else None,
                bar=_bar(made.bar_code) if made.bar_code else None,
            )
        )  # fmt: skip
    return tuple(found)


def _qr(text: str) -> Picture:
    runs, side = qr_runs(text)
    whole = side + 2 * _QUIET_QR
    dark = (f"M{x + _QUIET_QR} {y + _QUIET_QR}h{length}v1h-{length}z" for y, x, length in runs)
    return Picture(f"0 0 {whole} {whole}", f"M0 0h{whole}v{whole}h-{whole}z", "".join(dark))


def _bar(digits: str) -> Picture:
    bars, across = code128_bars(digits)
    whole = across + 2 * _QUIET_BAR
    dark = (f"M{x + _QUIET_BAR} 0h{width}v{_BAR_HEIGHT}h-{width}z" for x, width in bars)
    ground = f"M0 0h{whole}v{_BAR_HEIGHT}h-{whole}z"
    return Picture(f"0 0 {whole} {_BAR_HEIGHT}", ground, "".join(dark))
