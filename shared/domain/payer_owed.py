"""What some claims come to on a day that a payer names, in parts: a promise is about all of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from shared.domain.explain import Record
from shared.domain.model import Id
from shared.domain.money import Money, total
from shared.domain.payer_view import PayerView


class Owed(Record):
    """The sum of claims on the day ``on`` and its parts; all of one currency, none negative.

    ``unknown_from`` is the day from which no rate is known yet (None: all are).
    """

    on: date
    principal: Money
    interest: Money
    fees: Money
    compensation: Money
    total: Money
    unknown_from: date | None = None

    @property
    def beside(self) -> Money:
        """What is owed beside the principal."""
        return self.interest + self.fees + self.compensation


def owed(view: PayerView, names: Collection[Id]) -> Owed:
    """What is owed of the named claims on the day that a view shows."""
    mine = [one for one in view.claims if one.id in names]
    unknown = [one.unknown_from for one in mine if one.unknown_from is not None]
    late = [one.compensation for one in mine if one.compensation is not None]
    return Owed(
        on=view.on,
        principal=total([one.asked for one in mine], view.currency),
        interest=total([one.interest for one in mine], view.currency),
        fees=total([one.fees for one in mine], view.currency),
        compensation=total(late, view.currency),
        total=total([one.total for one in mine], view.currency),
        unknown_from=min(unknown, default=None),
    )
