"""The built app as a process of its own, with a fresh folder for its data."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """A server process: started, waited for, measured, ended by its id."""

    def __init__(self, command: list[str], url: str, folder: Path, **environment: str) -> None:
        self.url = url
        self._command = command
        self._folder = folder
        self._environment = {**os.environ, **environment}
        self._environment.pop("PYTEST_CURRENT_TEST", None)
        self.started_in = 0.0

    def start(self, ready: str = "/health", seconds: float = 60) -> Process:
        """Start it and wait until it answers."""
        begun = time.monotonic()
        with (self._folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self._environment.get("BENCH_CWD", ROOT),
            )
        while time.monotonic() - begun < seconds:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(self.url + ready, timeout=2).close()
                self.started_in = time.monotonic() - begun
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(
            f"It did not start:\n{(self._folder / 'server.log').read_text()[-2000:]}"
        )

    def kill(self) -> None:
        """End it as the power does: every process of it, with no word of warning."""
        self._send(signal.SIGKILL)

    def stop(self) -> float:
        """End it in good order; the answer is how many seconds that took."""
        begun = time.monotonic()
        self._send(signal.SIGTERM)
        return time.monotonic() - begun

    def _send(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
            return
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def cpu_seconds(self) -> float:
        """Processor time of all its processes so far, in user and system mode."""
        total = 0
        for pid in self._pids():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def memory_mb(self) -> float:
        """What all its processes hold: proportional set size, in MB."""
        total = 0
        for pid in self._pids():
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
        return total / 1024

    def _pids(self) -> list[int]:
        group = self.process.pid
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if os.getpgid(int(entry.name)) == group:
                        found.append(int(entry.name))
        return found


def app(folder: Path, port: int, **settings: str) -> Process:
    """IOverse on this port, its data in this folder. The pages must have been built."""
    environment = {
        "PORT": str(port),
        "DATA_DIR": str(folder / "data"),
        "RATE_LIMITS": "off",
        "RUNS_PER_USER": "300",
        "RUNS_IN_ALL": "300",
        "LOG_LEVEL": "WARNING",
        "EMBEDDED_MODEL": "off",
        **settings,
    }
    command = [sys.executable, str(ROOT / "scripts" / "serve.py")]
    return Process(command, f"http://localhost:{port}", folder, **environment)


def upstream(folder: Path, port: int) -> Process:
    """The deterministic provider."""
    script = ROOT / "tests" / "bench" / "upstream.py"
    return Process([sys.executable, str(script), str(port)], f"http://127.0.0.1:{port}", folder)


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
