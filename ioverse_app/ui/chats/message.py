"""One message: its words, how it stands, and what may be done with it."""

from __future__ import annotations

import reflex as rx

from ioverse_app.tables import MessageStatus, VoteValue
from ioverse_app.ui.attachments import attached, kept
from ioverse_app.ui.chats.context import context_mark
from ioverse_app.ui.chats.context_state import ContextState
from ioverse_app.ui.chats.fork_state import ForkState
from ioverse_app.ui.chats.items import MessageItem
from ioverse_app.ui.chats.message_actions import action, thumb, versions
from ioverse_app.ui.chats.model_picker import WithModel
from ioverse_app.ui.chats.state import ChatState
from ioverse_app.ui.chats.translated import as_sent, shown_id, translated
from ioverse_app.ui.transcript import copy_button, edit_field, message_text, speak_button


def message(item: rx.Var[MessageItem]) -> rx.Component:
    """A turn of the conversation."""
    return rx.el.article(
        rx.cond(item.role == "user", _question(item), _answer(item)),
        key=item.id,
        aria_label=rx.cond(item.role == "user", "You", item.author),
        custom_attrs={
            "data-message-id": item.id,
            "data-role": item.role,
            "data-status": item.status,
        },
    )


def _question(item: rx.Var[MessageItem]) -> rx.Component:
    return rx.cond(
        ChatState.editing_id == item.id,
        _edit_form(item),
        rx.fragment(
            attached(item.attachments),
            rx.cond(
                (item.characters > 0) | (item.attachments.length() == 0),
                rx.el.div(message_text(message_id=item.id, role="user"), class_name="words"),
            ),
            rx.cond(item.translated, as_sent(item)),
            rx.el.div(
                rx.el.div(
                    copy_button(message_id=item.id),
                    action("Edit", "pencil", ChatState.ask_text(item.id)),
                    class_name="actions",
                ),
                versions(item),
                context_mark(item),
                class_name="footer",
            ),
        ),
    )


def _edit_form(item: rx.Var[MessageItem]) -> rx.Component:
    return rx.el.form(
        kept(item.attachments),
        edit_field(message_id=item.id),
        rx.el.div(
            rx.el.button(
                "Cancel", type="button", class_name="button small", on_click=ChatState.keep_text
            ),
            rx.el.button("Save and send", type="submit", class_name="button small primary"),
            class_name="edit-actions",
        ),
        on_submit=ChatState.edit,
        class_name="edit-form",
    )


def _answer(item: rx.Var[MessageItem]) -> rx.Component:
    return rx.fragment(
        rx.el.div(item.author, class_name="author"),
        rx.cond(item.reasoned, _reasoning(item)),
        rx.cond(
            item.translated,
            translated(item),
            message_text(
                message_id=item.id,
                role="assistant",
                streaming=item.status == MessageStatus.STREAMING,
                length=item.characters,
            ),
        ),
        rx.cond(item.problem != "", _problem(item)),
        rx.el.div(
            rx.el.div(
                copy_button(message_id=shown_id(item)),
                action("Regenerate", "refresh-cw", ChatState.retry(item.id)),
                WithModel.create(
                    label="Answer with another model",
                    groups=ChatState.groups,
                    recent=ChatState.recent_models,
                    on_choose=lambda ref: ChatState.retry_with(item.id, ref),
                ),
                thumb("Good response", "thumbs-up", item, VoteValue.UP),
                thumb("Bad response", "thumbs-down", item, VoteValue.DOWN),
                speak_button(message_id=shown_id(item)),
                action("Fork from here", "git-fork", ForkState.fork(item.id)),
                action("What was sent", "scan-search", ContextState.inspect(item.id)),
                class_name="actions",
            ),
            versions(item),
            rx.cond(
                item.stats != "",
                rx.el.span(
                    item.stats, class_name="stats", custom_attrs={"data-testid": "message-stats"}
                ),
            ),
            context_mark(item),
            rx.cond(
                item.left_out > 0,
                rx.el.span(item.left_out, " earlier messages were not sent", class_name="stats"),
            ),
            rx.cond(
                item.can_continue & (item.problem == ""),
                rx.el.button(
                    "Continue",
                    type="button",
                    class_name="button quiet small",
                    on_click=ChatState.go_on(item.id),
                ),
            ),
            class_name="footer",
        ),
        rx.cond(ChatState.commenting_id == item.id, _comment_form()),
    )


def _comment_form() -> rx.Component:
    return rx.el.form(
        rx.el.input(
            name="comment",
            aria_label="Comment (optional)",
            placeholder="What was good or bad about it? (optional)",
            max_length=2000,
            class_name="field",
        ),
        rx.el.button(
            "Skip", type="button", class_name="button small quiet", on_click=ChatState.skip_comment
        ),
        rx.el.button("Send comment", type="submit", class_name="button small"),
        on_submit=ChatState.comment,
        class_name="comment-form",
    )


def _problem(item: rx.Var[MessageItem]) -> rx.Component:
    """What went wrong, what was kept, and the next step."""
    return rx.el.div(
        rx.el.span(item.problem, class_name="sentence"),
        rx.cond(
            item.can_continue,
            rx.el.button(
                "Continue",
                type="button",
                class_name="button small",
                on_click=ChatState.go_on(item.id),
            ),
        ),
        rx.cond(
            item.can_retry,
            rx.el.button(
                "Try again",
                type="button",
                class_name="button small",
                on_click=ChatState.retry(item.id),
            ),
        ),
        role="group",
        aria_label="Problem",
        class_name=rx.cond(item.status == MessageStatus.ERROR, "problem", "problem waiting"),
    )


def _reasoning(item: rx.Var[MessageItem]) -> rx.Component:
    return rx.el.details(
        rx.el.summary("Reasoning"),
        rx.el.div(message_text(message_id=item.id + "/r", role="assistant")),
        class_name="reasoning",
    )
