"""The picker of models, for the chat and for one answer."""

from __future__ import annotations

import reflex as rx
from reflex.event import passthrough_event_spec

from ioverse_app.ui.browser_files import browser_file
from ioverse_app.ui.chats.items import ModelGroup

_SCRIPT = browser_file("chats/model_picker.jsx")


class ModelPicker(rx.Component):
    """The combobox `Model`, see `model_picker.jsx`."""

    library = _SCRIPT
    tag = "ModelPicker"

    groups: rx.Var[list[ModelGroup]]
    recent: rx.Var[list[str]]
    value: rx.Var[str]
    on_choose: rx.EventHandler[passthrough_event_spec(str)]


class WithModel(rx.Component):
    """A button that opens the same list, and does something with what is chosen in it."""

    library = _SCRIPT
    tag = "WithModel"

    groups: rx.Var[list[ModelGroup]]
    recent: rx.Var[list[str]]
    label: rx.Var[str]
    on_choose: rx.EventHandler[passthrough_event_spec(str)]
