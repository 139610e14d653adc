"""Certificates among secrets: the last day on which one may be used."""

from __future__ import annotations

import re
from datetime import date

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def last_day(text: str) -> date | None:
    """The day (UTC) of ``notAfter`` (RFC 5280 section 4.1.2.5) of a text's first certificate (PEM).

    None where there is none that can be read.
    """
    found = _PEM.search(text)
    if found is None:
        return None
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(found[0].encode()).not_valid_after_utc.date()
    except ValueError:
        return None
