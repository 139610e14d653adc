"""Staff: what whoever asked, answered or changed something is called on a page.

The trail and the events hold ids of principals. A page says "you", the name that the operator gave
the principal's row, or the role with the beginning of the id.
"""

from __future__ import annotations

from collections.abc import Iterable

from functions.pages.desk import Desk
from shared.cloud import hub_keys, table
from shared.cloud.keys import Key
from shared.domain import roles
from shared.errors import NotFound

# Roles that pages have a word for.
_ROLES = frozenset({*roles.CREDITOR_ROLES, "operator"})
# So much of an id tells two people of one creditor apart.
_BEGINNING = 8
_BETWEEN = "+"


def staff(desk: Desk, said: Iterable[str | None]) -> dict[str, str]:
    """What the people are called whom a page names, by the text that names them.

    A text is a principal's id, or those of two people (``asker+approver``). A name is told to the
    principal's own side alone; what no principal has for an id is left out: it stays as it is.
    """
    texts = {one for one in said if one}
    keys = {one: key for text in texts for one in text.split(_BETWEEN) if (key := _key(one))}
    rows = table.batch_get(list(keys.values()))
    own = (desk.principal.side, desk.principal.tenant_id)
    t, found = desk.words(), dict[str, str]()
    for one, key in keys.items():
        row = rows.get((key["pk"], key["sk"]), {"role": "", "tenant": ""})
        if one == desk.principal.client:
            found[one] = t("you")
        elif row.get("name") and (roles.side_of(row["role"]), row["tenant"]) == own:
            found[one] = row["name"]
        elif row["role"] in _ROLES:
            found[one] = " ".join((t.code("role", row["role"]), one[:_BEGINNING]))
    pairs = {text: text.split(_BETWEEN) for text in texts if _BETWEEN in text}
    return found | {
        text: f" {_BETWEEN} ".join(found.get(one, one) for one in both)
        for text, both in pairs.items()
    }


def _key(client: str) -> Key | None:
    """The key of a principal; None for a text that is nobody's id."""
    try:
        return hub_keys.principal(client)
    except NotFound:
        return None
