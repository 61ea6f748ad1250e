"""What the picker says of each model, and in which order it shows them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from node import run_in_node

from ioverse_app.providers.provider import Model
from ioverse_app.providers.registry import Available
from ioverse_app.ui.chats.models import model_groups, short_count

HERE = Path(__file__).parent


def test_models_stand_with_their_providers_and_say_what_they_can_do():
    luna = Model("openai/gpt-6-luna", "GPT-6 Luna", "openai", "OpenAI")
    four = Model("openai/gpt-4o-mini", "GPT-4o mini", "openai", "OpenAI", date(2999, 1, 14))
    old = Model("openai/gpt-4", "GPT-4", "openai", "OpenAI", date(2020, 10, 23))
    demo = Model("embedded/smollm2-135m", "Demo model", "embedded", "This computer")
    unknown = Model("compatible/x", "x", "compatible", "Ollama")
    groups = model_groups(Available(models=(luna, four, demo, unknown), ended=(old,)))
    assert [group.label for group in groups] == ["OpenAI", "This computer", "Ollama"]
    assert [(m.about, m.ends, m.ended) for group in groups for m in group.models] == [
        ("Sees pictures · Reasons · 1M context · $0.10 in, $0.50 out per million", "", False),
        (
            "Sees pictures · 128K context · $0.15 in, $0.60 out per million",
            "Ends 14 January 2999",
            False,
        ),
        ("8K context", "Ended 23 October 2020: its provider has shut it down", True),
        ("On this computer · 4K context", "", False),
        ("", "", False),
    ]


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        (4096, "4K"),
        (8192, "8K"),
        (128_000, "128K"),
        (131_072, "128K"),
        (200_000, "200K"),
        (1_047_576, "1M"),
        (1_050_000, "1M"),
        (2_000_000, "2M"),
    ],
)
def test_a_window_is_said_in_a_word(tokens, said):
    assert short_count(tokens) == said


def test_the_picker_finds_and_orders():
    run_in_node(HERE / "chats" / "model_choices.test.mjs")
