"""The one port that everything is served on."""

from __future__ import annotations

import socket

from launcher.progress import Stop


def listen(host: str, port: int) -> socket.socket:
    """Take the port. Stop says why it cannot be taken."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (while")[0]
        raise Stop(
            f"Port {port} of {host} cannot be used ({reason}): stop what uses it, or choose"
            " another with PORT."
        ) from None
