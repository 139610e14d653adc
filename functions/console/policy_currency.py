"""Policy currency: a draft's sums are in the currency of its law, also once that is another one."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.lawpack import COUNTRIES, load

# What a new policy leaves alone, and does not hand over: small sums of the currency, to be changed.
_SMALL = {"EUR": ("5.00", "20.00")}
_SMALL_CROWNS = ("50.00", "200.00")
_SUMS = ("tolerance", "minimum")


def small(currency: str) -> tuple[str, str]:
    """What a new policy leaves alone, and what it does not hand over, in major units."""
    return _SMALL.get(currency, _SMALL_CROWNS)


def followed(form: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """A form in the currency of the law that was chosen in it, and whether it was another before.

    ``law_was`` is the law that the form was drawn with. A currency that was not that law's own
    stays as somebody chose it, and so does every sum but those that a new policy begins with.
    """
    said = dict(form)
    was, law = said.get("law_was", ""), said.get("law", "")
    if was == law or not {was, law} <= set(COUNTRIES):
        return said, False
    old, new = load(was).currency, load(law).currency
    if old == new or said.get("currency") != old:
        return said, False
    usual = zip(_SUMS, small(old), small(new), strict=True)
    sums = {name: there for name, here, there in usual if said.get(name) == here}
    return said | sums | {"currency": new}, True
