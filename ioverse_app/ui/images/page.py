"""The page of images: made from words, kept, and found again."""

from __future__ import annotations

import reflex as rx
from reflex.event import passthrough_event_spec

from ioverse_app.ui.browser_files import browser_file
from ioverse_app.ui.chats.frame import chats_frame
from ioverse_app.ui.images.state import ImagesState
from ioverse_app.ui.shell import header


class ImagesPage(rx.Component):
    """The form, the results, the gallery and one image in full, see `images_page.jsx`."""

    library = browser_file("images/images_page.jsx")
    tag = "ImagesPage"

    on_load: rx.EventHandler[rx.event.no_args_event_spec]
    on_check: rx.EventHandler[passthrough_event_spec(dict)]
    on_generate: rx.EventHandler[passthrough_event_spec(dict)]
    on_again: rx.EventHandler[passthrough_event_spec(str)]
    on_cancel: rx.EventHandler[passthrough_event_spec(str)]
    on_reword: rx.EventHandler[passthrough_event_spec(str)]
    on_save: rx.EventHandler[passthrough_event_spec(list)]
    on_delete: rx.EventHandler[passthrough_event_spec(list, str)]
    on_vary: rx.EventHandler[passthrough_event_spec(str)]
    on_reuse: rx.EventHandler[passthrough_event_spec(str)]
    on_show: rx.EventHandler[passthrough_event_spec(str)]
    on_share: rx.EventHandler[passthrough_event_spec(str, float)]
    on_find: rx.EventHandler[passthrough_event_spec(dict, str, str)]


def images_page() -> rx.Component:
    """What is made, and what was kept."""
    return chats_frame(
        header("Images"),
        ImagesPage.create(
            on_load=ImagesState.load,
            on_check=ImagesState.check,
            on_generate=ImagesState.generate,
            on_again=ImagesState.again,
            on_cancel=ImagesState.cancel,
            on_reword=ImagesState.reword,
            on_save=ImagesState.save,
            on_delete=ImagesState.delete,
            on_vary=ImagesState.vary,
            on_reuse=ImagesState.reuse,
            on_show=ImagesState.show,
            on_share=ImagesState.share,
            on_find=ImagesState.find,
        ),
        undo=ImagesState.undo,
    )
