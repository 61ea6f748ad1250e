"""A chat as the first page of a tutorial would write it: the whole list, again, for each chunk."""

import json
import os

import httpx
import reflex as rx

UPSTREAM = os.environ.get("OPENAI_BASE_URL", "")


class Chat(rx.State):
    """Everything, text included."""

    model: str = "25x80"
    status: str = "complete"
    messages: list[dict[str, str]] = []

    @rx.event
    def choose(self, model: str):
        """Another pace."""
        self.model = model.removeprefix("compatible/")

    @rx.event
    async def send(self, form: dict[str, str]):
        """Append each chunk to the message, and send the list."""
        self.messages.append({"role": "user", "content": form["message"]})
        self.messages.append({"role": "assistant", "content": ""})
        self.status = "streaming"
        yield
        body = {"model": self.model, "stream": True, "messages": [{"role": "user", "content": "x"}]}
        async with (
            httpx.AsyncClient(timeout=None) as client,
            client.stream("POST", f"{UPSTREAM}/chat/completions", json=body) as answer,
        ):
            async for line in answer.aiter_lines():
                if line.startswith("data: {"):
                    choices = json.loads(line[6:])["choices"]
                    if choices and (text := choices[0]["delta"].get("content")):
                        self.messages[-1]["content"] += text
                        yield
        self.status = "complete"


def message(item: rx.Var) -> rx.Component:
    """A turn."""
    return rx.el.article(
        rx.markdown(item["content"].to(str)),
        custom_attrs={"data-role": item["role"].to(str), "data-status": Chat.status},
    )


def index() -> rx.Component:
    """The page, with the names that the measurement looks for."""
    return rx.box(
        rx.foreach(Chat.messages, message),
        rx.form(
            rx.text_area(name="message", aria_label="Message"),
            rx.el.select(
                *[rx.el.option(name, value=f"compatible/{name}") for name in ("25x80", "0x80")],
                aria_label="Model",
                on_change=Chat.choose,
            ),
            rx.button("Send", aria_label="Send", type="submit"),
            on_submit=Chat.send,
        ),
    )


app = rx.App()
app.add_page(index, route="/chat")
