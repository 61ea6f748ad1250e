"""The yardstick's configuration."""

import os
import sys
from pathlib import Path

os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
os.environ["REFLEX_USE_NPM"] = "true"
os.environ["REFLEX_CHECK_LATEST_VERSION"] = "false"

import reflex as rx

port = int(os.environ.get("PORT", "3005"))
config = rx.Config(
    app_name="naive",
    frontend_port=port,
    backend_port=port,
    api_url=f"http://localhost:{port}",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[rx.plugins.RadixThemesPlugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
