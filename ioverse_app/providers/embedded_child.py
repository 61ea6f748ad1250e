"""The program of the child process that runs a model on this computer.

It is run by its path with the interpreter's `-I`, reads one JSON line (`Start`), answers with one
JSON line (`Started`, or `{"problem": ...}`) and serves until its standard input closes, so that it
ends with its parent whatever happens to that. Nothing of the application is imported here.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any, NotRequired, TypedDict


class Start(TypedDict):
    """What to run: the file, the key to ask for, the tokens kept, and the answers at once."""

    model: str
    name: str
    key: str
    context: int
    slots: int


class Started(TypedDict):
    """Where it listens; or what went wrong, as `library`, `package` or `model`."""

    address: NotRequired[str]
    problem: NotRequired[str]


def main() -> None:
    """Start, say where, and wait for the end of standard input."""
    told: Start = json.loads(sys.stdin.readline())
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # llama.cpp may print; only our one line goes to the parent
    server, answer = serve(told)
    print(json.dumps(answer), file=out, flush=True)
    if server is not None:
        sys.stdin.read()
    os._exit(0)


def serve(told: Start) -> tuple[object, Started]:
    """The running server and its address, or None and the problem."""
    try:
        xllamacpp = importlib.import_module("xllamacpp")
    except ImportError as missing:
        return None, {"problem": "library" if "libgomp" in str(missing) else "package"}
    try:
        server: Any = xllamacpp.Server(_parameters(xllamacpp, told))
        return server, {"address": server.listening_address}
    except Exception:
        return None, {"problem": "model"}


def _parameters(xllamacpp: Any, told: Start) -> Any:
    cores = os.cpu_count() or 1
    chosen = xllamacpp.CommonParams()
    chosen.model.path = told["model"]
    chosen.model_alias = {told["name"]}
    chosen.hostnames = ["127.0.0.1"]
    chosen.port = 0
    chosen.api_keys = [told["key"]]
    chosen.cors_origins = ""
    chosen.endpoint_slots = False
    chosen.ui = False
    chosen.n_ctx = told["context"]
    chosen.n_parallel = told["slots"]
    chosen.kv_unified = True
    chosen.n_batch = chosen.n_ubatch = 256
    chosen.cache_ram_mib = 256
    chosen.cpuparams.n_threads = max(1, cores - 1)
    chosen.cpuparams_batch.n_threads = cores
    return chosen


if __name__ == "__main__":
    main()
