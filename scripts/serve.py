"""The serving process: one process, one port, ended by SIGTERM or Ctrl-C within ten seconds.

`make run` becomes this program when everything is in place.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from launcher import port
from launcher.progress import Stop

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ioverse_app import migrations  # noqa: E402
from ioverse_app.api.request_log import request_id  # noqa: E402
from ioverse_app.config import Settings  # noqa: E402
from ioverse_app.startup import NotReady, checked_settings  # noqa: E402

# Requests in progress get the first of these to end by themselves. The app's own end takes the
# rest at most: then the process is gone, whatever it waits for.
SECONDS_FOR_REQUESTS = 3
SECONDS_IN_ALL = 9

# Looking through all objects took 75 to 100 ms every other second while 100 answers were written,
# and everybody waited. Almost nothing here is garbage in circles: look 100 times less often.
GARBAGE = (10_000, 20, 100)


def main() -> int:
    """Serve until told to stop; 2 with one sentence if it cannot begin."""
    os.chdir(ROOT)
    _end_with_make()
    try:
        settings = checked_settings()
        # Taken before anything is loaded: what connects meanwhile waits, and is answered.
        listener = port.listen(settings.host, settings.port)
        asyncio.run(migrations.ensure_current())
    except (NotReady, Stop) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    _write_logs(settings)
    _tell_reflex()
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn raises the signal again when it has ended well, which is no reason to fail.
        signal.signal(number, _ended_well)
    server = _Server(
        uvicorn.Config(
            "ioverse_app.ioverse_app:app",
            factory=True,
            loop="uvloop" if sys.platform != "win32" else "asyncio",
            lifespan="on",
            http="httptools",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=SECONDS_FOR_REQUESTS,
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
        ),
        settings.address,
    )
    server.run(sockets=[listener])
    return 0 if server.started else 1


class _Server(uvicorn.Server):
    """A uvicorn that says where it is, and never waits for ever to end."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self.address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the app, then name the address."""
        await super().startup(sockets)
        if self.started:
            gc.collect()
            gc.freeze()
            gc.set_threshold(*GARBAGE)
            sys.stdout.write(f"IOverse is running at {self.address}\n")
            sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, at the latest by the signal that nothing can hold up."""
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(SECONDS_IN_ALL)
        await super().shutdown(sockets)


def _ended_well(*_: object) -> None: ...


def _tell_reflex() -> None:
    """Serve the pages that were built, from this process."""
    from reflex_base.constants import Env
    from reflex_base.environment import environment

    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(True)


def _write_logs(settings: Settings) -> None:
    handler = logging.StreamHandler()
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(_JsonLines() if settings.log_json else plain)
    logging.basicConfig(level=settings.log_level, handlers=[handler])
    for chatty in ("uvicorn", "httpx", "httpx2", "httpcore"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.root.level))
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    # It warns of every piece that a page no longer takes when it has just been closed.
    logging.getLogger("asyncio").setLevel(logging.ERROR)


def _is_news(record: logging.LogRecord) -> bool:
    """Not what uvicorn says of each request that it cancelled because we are ending."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


class _JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record, with its traceback if it has one."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id(),
        }
        if facts := getattr(record, "facts", None):
            line = {**line, "message": "request", **facts}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _end_with_make() -> None:
    """Under make on Linux, end when make is killed: nobody else would end us and free the port."""
    parent = Path(f"/proc/{os.getppid()}/comm")
    if parent.is_file() and parent.read_text().strip() in ("make", "gmake"):
        import ctypes

        parent_death_signal = 1
        ctypes.CDLL(None).prctl(parent_death_signal, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
