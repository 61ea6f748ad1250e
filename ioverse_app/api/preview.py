"""Frames for what came from elsewhere: code to be tried, and an image that a reader asked for.

Each is a page with a sandbox of its own: an origin that is nobody's, so that nothing in it reaches
the app, its cookies or its storage. What it shows comes from the page around it by a message.
"""

from __future__ import annotations

import base64
import hashlib

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter(prefix="/preview", include_in_schema=False)

# Scripts may run, and have nobody to talk to.
_CODE_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)

_CODE = """<!doctype html><meta charset="utf-8"><title>Preview</title>
<script>
addEventListener("message", ({ source, data }) => {
  if (source !== parent || typeof data?.code !== "string") return;
  document.open();
  document.write(data.code);
  document.close();
}, { once: true });
</script>"""

_SCRIPT = """
addEventListener("message", ({ source, data }) => {
  if (source !== parent || typeof data?.image !== "string") return;
  const image = new Image();
  image.alt = String(data.alt ?? "");
  const tell = (size) => parent.postMessage(size, "*");
  image.onload = () => tell({ width: image.naturalWidth, height: image.naturalHeight });
  image.onerror = () => tell({ failed: true });
  image.src = data.image;
  document.body.replaceChildren(image);
}, { once: true });
"""
_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
# Images may come from anywhere, and the only script is the one above.
_IMAGE_POLICY = (
    f"sandbox allow-scripts; default-src 'none'; script-src 'sha256-{_HASH}'; "
    "style-src 'unsafe-inline'; img-src http: https:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
_IMAGE = f"""<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<title>Image</title>
<style>
html, body {{ margin: 0; overflow: hidden; }} img {{ display: block; width: 100%; }}
</style>
<script>{_SCRIPT}</script><body></body>"""


@router.get("")
async def code() -> HTMLResponse:
    """An empty frame that becomes the HTML that it is sent."""
    return _frame(_CODE, _CODE_POLICY)


@router.get("/image")
async def image() -> HTMLResponse:
    """An empty frame that shows the one image that it is sent the address of."""
    return _frame(_IMAGE, _IMAGE_POLICY)


def _frame(page: str, policy: str) -> HTMLResponse:
    return HTMLResponse(
        page, headers={"content-security-policy": policy, "cache-control": "max-age=3600"}
    )
