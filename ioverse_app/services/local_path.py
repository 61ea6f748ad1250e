"""Where to go next: a path on this site, and never anywhere else."""

from __future__ import annotations

HOME = "/chat"
_DOORS = ("/login", "/register", "/forgot-password", "/reset-password", "/confirm-email", "/auth/")


def local_path(wanted: str | None) -> str:
    """The wanted path if it is one of this site's pages, else the home page.

    Browsers read `//host`, `/\\host` and `/<tab>/host` as another site's address.
    """
    if not wanted or len(wanted) > 2000 or not wanted.isprintable():
        return HOME
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return HOME
    return HOME if wanted.startswith(_DOORS) else wanted
