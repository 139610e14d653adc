"""Serves the double of Stripe's API until its standard input is closed.

python -m infra.local.stripe     # reads its configuration as JSON from the first line
"""

from __future__ import annotations

import json
import sys
import threading

from infra.local.stripe.server import Config, StripeServer


def main() -> None:
    """Print the port, then serve."""
    server = StripeServer(Config(**json.loads(sys.stdin.readline())))

    def leash() -> None:
        sys.stdin.read()
        server.shutdown()

    threading.Thread(target=leash, daemon=True).start()
    print(server.server_address[1], flush=True)
    try:
        server.serve_forever(poll_interval=0.05)
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
