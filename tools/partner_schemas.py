"""Writes the schemas of the partner API (JSON, XML) from the models that the hub itself uses.

python -m tools.partner_schemas
"""

from __future__ import annotations

import json
from pathlib import Path

from shared.domain import casefile, casefile_xml, partner_message
from tools import partner_openapi

FOLDER = Path(__file__).parents[1] / "docs" / "partner"
SCHEMAS = {
    "casefile.v1.schema.json": casefile.schema,
    "message.v1.schema.json": partner_message.message_schema,
    "openapi.json": partner_openapi.document,
}


def main() -> None:
    """Write each schema anew; a test fails while one differs from its model."""
    for name, schema in SCHEMAS.items():
        text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(name)
    (FOLDER / "casefile.v1.xsd").write_text(casefile_xml.xsd(), encoding="utf-8")
    print("casefile.v1.xsd")


if __name__ == "__main__":
    main()
