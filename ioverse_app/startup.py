"""What must hold before anything is served: readable settings, and a folder for the data."""

from __future__ import annotations

import tempfile
from typing import Any

from pydantic import ValidationError

from ioverse_app.config import Settings, settings
from ioverse_app.errors import AppError


class NotReady(AppError):
    """The app cannot start as it is set up; the sentence is for whoever starts it."""

    status = 503
    code = "not_ready"


def checked_settings() -> Settings:
    """The settings. NotReady names the first one that cannot be used."""
    try:
        return settings()
    except ValidationError as error:
        raise NotReady(_sentence(error.errors(include_url=False)[0])) from None


def make_data_folder() -> None:
    """Make the data folder, for its owner only. NotReady if nothing can be written there."""
    folder = checked_settings().data_dir.resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise NotReady(
            f"The data folder {folder} cannot be written ({error.strerror}):"
            " set DATA_DIR to a folder that can."
        ) from None


def _sentence(error: Any) -> str:
    name = "_".join(str(part) for part in error["loc"]).upper()
    wanted = error["msg"].removeprefix("Input should be ").partition(", unable")[0]
    return f'{name} is "{error["input"]}", but it should be {wanted}.'
