"""Writes docs/recipients.md: who gets debtors' data through the hub, from the connectors' SPECs.

``python -m tools.connector_pages`` writes it too; a test compares. Which of them a creditor uses
says ``GET /v1/recipients``.
"""

from __future__ import annotations

from pathlib import Path

import connectors
from connectors.contract import Spec

PAGE = Path(__file__).parents[1] / "docs" / "recipients.md"
_INTRO = """# Recipients of debtors' data

Written by `python -m tools.recipients` from what each connector says of itself. Nothing goes to
any of them before the creditor made and enabled the connection; `GET /v1/recipients` lists those
that it uses. *Regions* are countries (ISO 3166-1), `*` one that is not known beforehand; a creditor
whose profile names `allowed_regions` cannot enable a connection that processes data elsewhere.
Where there is none, the creditor itself chose where the counterpart stands.
"""
_ROLES = {
    "banks": "Banks", "channels": "Channels to debtors", "collectors": "Collection partners",
    "erp": "ERPs", "payments": "Payment providers",
}  # fmt: skip


def page() -> str:
    """The whole page."""
    specs = [connectors.spec(name) for name in connectors.names()]
    families = sorted({spec.name.partition(".")[0] for spec in specs})
    tables = [_family(one, [s for s in specs if s.name.startswith(f"{one}.")]) for one in families]
    return "\n".join([_INTRO, *tables])


def _family(family: str, specs: list[Spec]) -> str:
    lines = [
        f"## {_ROLES[family]}",
        "",
        "| connection to | what passes | processed in | regions |",
        "| --- | --- | --- | --- |",
        *(_line(spec) for spec in specs),
        "",
    ]
    return "\n".join(lines)


def _line(spec: Spec) -> str:
    regions = ", ".join(f"`{one}`" for one in spec.regions)
    title = f"[{spec.title}](connectors/{spec.name}.md)"
    return f"| {title} | {', '.join(spec.data)} | {spec.processing} | {regions} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
