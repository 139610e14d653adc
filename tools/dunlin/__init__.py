"""The ``dunlin`` command line: the admin API in a terminal, as tables or as JSON.

Run ``python -m tools.dunlin --help``. It asks the hub and adds nothing of its own: ``DUNLIN_URL``
is the API's address and ``DUNLIN_TOKEN`` a bearer token with the scopes of what is asked for. The
exit code is 0 when it was done, 1 when the hub refused it, 2 for a command that is none, and 3 when
the hub could not be reached or asks to try again.
"""

from __future__ import annotations

from tools.dunlin.calling import Away, Failed, api
from tools.dunlin.line import main

__all__ = ["Away", "Failed", "api", "main"]
