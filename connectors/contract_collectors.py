"""The contract of collection partners: what each is given, asked and told, and what it reports.

A collector connector returns a ``Collector`` from ``connect``; the
Protocols below it are optional powers, each named by a capability of its ``SPEC``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from connectors.contract import Delivery, Finding, HandOver, Hook, Receipt, RowError
from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money
from shared.domain.partner_message import PartnerMessage
from shared.domain.remittance import Remittance

if TYPE_CHECKING:
    from shared.domain.casefile_v1 import CaseFile


# What ``find`` says of a case that the partner has with other claims than those asked for.
OTHER_CLAIMS = "other_claims"


class CaseMessage(Record):
    """What happened at our side to a case that a partner has.

    ``data`` is thin: ids, amounts as plain decimal texts, codes and ISO dates, no personal data.
    ``partner_case`` is the partner's own number, when it gave one; ``at`` is when it happened.
    """

    type: Literal[
        "case.amended", "case.withdrawn", "case.held", "case.resumed", "payment.direct",
        "payment.reversed", "credit_note.applied", "plan.agreed",
        "question.answered", "settlement.confirmed",
    ]  # fmt: skip
    case_id: Id
    partner_case: str | None = None
    at: datetime
    data: dict[str, Any] = {}


class CaseReport(Record):
    """What a partner reports of one case, in the hub's own words.

    ``case_id`` is ours; ``message.id`` is the same for the same report, however often and in
    whatever way it is fetched.
    """

    case_id: Id
    message: PartnerMessage


class ReportPage(Record):
    """Reports and remittances that belong together, and the cursor once they are durable."""

    reports: tuple[CaseReport, ...] = ()
    remittances: tuple[Remittance, ...] = ()
    refused: tuple[RowError, ...] = ()
    cursor: str


class Quote(Record):
    """What a partner says of a case beforehand; an amount that it does not name is None.

    ``code`` is a rejection code of ``shared.domain.partner_message`` when it is not ``eligible``.
    ``price`` is what the hand-over costs the creditor, ``recall_price`` what taking it back costs.
    """

    eligible: bool
    code: str | None = None
    price: Money | None = None
    recall_price: Money | None = None


class Collector(Protocol):
    """A collection partner: it is given cases, and told what becomes of them at our side."""

    def test(self) -> Sequence[Finding]:
        """Look at endpoint and credentials without handing anything over."""

    def submit(self, case: HandOver, *, key: str, now: datetime, file: CaseFile) -> Receipt:
        """Hand a case over under ``key`` (at ``now``, wall time, for signatures).

        A partner that fetches the file itself is given ``case`` alone.
        """

    def tell(
        self, message: CaseMessage, *, key: str, now: datetime, file: CaseFile | None = None
    ) -> Receipt:
        """Say what happened to a case that the partner has; the same ``key`` says the same.

        ``file`` comes with ``case.amended``. A message that the partner's interface has no word
        for is answered ``rejected`` with the code ``not_supported``: a person tells it.
        """


class Finds(Protocol):
    """A partner that can be asked whether it has claims of a case (capability ``find``)."""

    def find(self, case: Id, *, claims: Sequence[Id], now: datetime) -> Receipt:
        """Whether the partner has ``claims`` of our ``case``: asked before they are sent again.

        accepted or received (``reference``: its own number), rejected with ``not_found`` when it
        has none of them, rejected with ``other_claims`` when it has the case and not all of them:
        a person finds out. retry or unknown when it did not answer. Without ``claims``, and at a
        partner that can be asked for cases alone, it is the case that is asked for.
        """


class Polled(Protocol):
    """A partner whose reports (``poll``) or remittances (``remittances``) are fetched."""

    def poll(self, cursor: str | None, *, now: datetime) -> Iterator[ReportPage]:
        """Reports since ``cursor``, oldest first; twice from one cursor gives the same.

        Raises ``Retry``, ``Reconnect`` or ``Unreadable``; what was yielded before stays good.
        """


class Notified(Protocol):
    """A partner that calls us with events (capability ``webhooks``)."""

    def verify(self, delivery: Delivery, *, now: datetime) -> Hook:
        """Check a delivery over its raw bytes (``now``: wall time), then read which event it is.

        Raises ``Refused`` (``bad_signature``) or ``Unreadable``.
        """

    def reports(self, what: str, *, now: datetime) -> Sequence[CaseReport]:
        """All reports about one object of ``Hook.fetch`` as the partner states them now."""


class Prices(Protocol):
    """A partner that says before the hand-over whether it takes a case (capability ``price``)."""

    def quote(self, case: HandOver, *, now: datetime, file: CaseFile) -> Quote:
        """Eligibility and prices of a case that has not been handed over; changes nothing."""
