"""What can be asked for: run, dev, test, check, bench, doctor, clean."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from launcher import checks, first_look, packages, pages, system
from launcher.places import PYTHON, ROOT, VENV, WEB
from launcher.progress import Failed, Stop, run_step, say, warn, with_tools

# Side by side: one process for each core, and one more where they mostly wait for the browser. What
# drives a browser comes by itself, since Playwright keeps a loop running in its process.
_CORES = min(os.cpu_count() or 1, 4)
TEST_RUNS = (
    ("-m", "not browser", f"--numprocesses={_CORES}", "--dist=worksteal"),
    ("-m", "browser", f"--numprocesses={_CORES + 1}", "--dist=worksteal"),
)


def run() -> None:
    """Prepare everything that is not prepared, then become the server."""
    first_look.look()
    with _alone():
        packages.install()
        if first_look.settings().get("EMBEDDED_MODEL") != "off":
            packages.install_models()
        pages.build()
    _become([PYTHON, ROOT / "scripts" / "serve.py"])


def dev() -> None:
    """Serve what is in the editor: pages and server reload when a file is saved."""
    first_look.look()
    with _alone():
        packages.install("requirements-dev.txt")
        run_step("Looking at the database", [PYTHON, "-m", "ioverse_app.migrations"])
    _become([PYTHON, "-m", "reflex", "run"])


def check() -> None:
    """Format, lint, types, layers, packages."""
    with _alone():
        packages.install("requirements-dev.txt")
    if failures := checks.run_all():
        for failed in failures:
            _show(failed)
        raise Stop(f"{len(failures)} of {len(checks.CHECKS)} checks failed.", 1)


def test(arguments: Sequence[str]) -> None:
    """Install what the tests need, build the pages, check, and run every test."""
    with _alone():
        packages.install("requirements-dev.txt")
        packages.install_models()
        chromium = system.install_for_tests()
        packages.install_npm(ROOT / "tests")
        pages.build()
    failures = checks.run_all()
    for failed in failures:
        _show(failed)
    environment = with_tools({"CHROMIUM": chromium})
    codes = [_pytest(run, environment) for run in ([arguments] if arguments else TEST_RUNS)]
    raise SystemExit(max(codes) or bool(failures))


def _pytest(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    command = [str(PYTHON), "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603


def bench(arguments: Sequence[str]) -> None:
    """Measure the built app in a browser, beside a naive one."""
    with _alone():
        packages.install("requirements-dev.txt")
        chromium = system.install_for_tests()
        pages.build()
    _become([PYTHON, ROOT / "tests" / "bench" / "run.py", *arguments], {"CHROMIUM": chromium})


def doctor() -> None:
    """Say what there is and what is missing."""
    say(f"Python {sys.version.partition(' ')[0]} at {sys.executable}")
    say(f"Virtual environment: {'there' if PYTHON.exists() else 'not made yet'}")
    say(f"Pages: {'built' if pages.is_built() else 'not built, or from other sources'}")
    say(f"Browser for the tests: {system.find_chromium() or 'none'}")
    code = 0
    if PYTHON.exists():
        command = [str(PYTHON), "-m", "ioverse_app.doctor"]
        code = subprocess.run(command, cwd=ROOT, env=with_tools(), check=False).returncode  # noqa: S603
    first_look.look()
    say("The port is free and the data folder can be written.")
    if code:
        raise Stop("Something is wrong: see above.", code)


def clean() -> None:
    """Remove what was built from the sources. The data and the packages stay."""
    for built in (WEB, ROOT / "assets" / "external"):
        shutil.rmtree(built, ignore_errors=True)
    for name in (".pytest_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache", ".states"):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for folder in ("ioverse_app", "scripts", "tests", "alembic"):
        for cache in list((ROOT / folder).rglob("__pycache__")):
            shutil.rmtree(cache, ignore_errors=True)
    say(f"Removed what was built. To install again as well, remove {VENV}.")


def main(arguments: Sequence[str]) -> int:
    """Do what the first argument names. 2 means that something must be changed before a start."""
    name, *rest = arguments or ["run"]
    simple = {
        "run": run,
        "dev": dev,
        "check": check,
        "doctor": doctor,
        "clean": clean,
    }
    # Ended in the middle of a step, take the step along.
    signal.signal(signal.SIGTERM, _stop_at_once)
    try:
        if name in simple:
            simple[name]()
        elif name == "test":
            test(rest)
        elif name == "bench":
            bench(rest)
        else:
            raise Stop(f"There is no {name}: choose from {', '.join([*simple, 'test', 'bench'])}.")
    except Failed as failed:
        _show(failed)
        return failed.code
    except Stop as stop:
        warn(stop.sentence)
        return stop.code
    except KeyboardInterrupt:
        return 130
    return 0


def _stop_at_once(*_: object) -> None:
    sys.exit(143)


def _show(failed: Failed) -> None:
    for line in failed.said:
        warn(f"  {line}")
    warn(failed.sentence.strip())


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one launcher at a time install and build in this folder."""
    if os.name == "nt":
        yield
        return
    import fcntl

    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Waiting for another start in this folder to get ready.")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _become(command: Sequence[str | Path], extra: Mapping[str, str] | None = None) -> None:
    """Go on as another program, with the same process id and nothing left of this one."""
    # Threads would take an arena each; two are enough for one process that mostly waits.
    environment = {"MALLOC_ARENA_MAX": "2", **with_tools(extra)}
    program, *arguments = map(str, command)
    os.chdir(ROOT)
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.execve(program, [program, *arguments], environment)  # noqa: S606
