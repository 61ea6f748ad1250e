"""What is known of a model is found by its name, the nearest pattern first."""

import pytest

from ioverse_app.providers.catalogue import profile


def test_an_exact_name_wins_over_a_pattern_and_a_long_pattern_over_a_short_one():
    assert profile("openai/gpt-4.1").label == "GPT-4.1"
    assert profile("openai/gpt-4.1-mini-2025-04-14").input_price == 400_000
    assert profile("openai/gpt-6-luna").input_price == 100_000
    assert profile("openai/gpt-6-whatever").input_price is None


def test_a_maker_before_the_name_does_not_hide_the_model():
    assert profile("compatible/meta-llama/Llama-3.3-70B-Instruct").context_window == 131_072
    assert profile("compatible/openai/gpt-5.1").reasoning_efforts


def test_an_unknown_model_gets_what_every_server_takes():
    unknown = profile("compatible/never-heard-of")
    assert unknown.chat
    assert unknown.label == "never-heard-of"
    assert "temperature" in unknown.parameters
    assert "repetition_penalty" not in unknown.parameters
    assert unknown.input_price is None


@pytest.mark.parametrize(
    "ref",
    [
        "openai/text-embedding-3-small",
        "openai/gpt-4o-mini-tts",
        "openai/gpt-image-2",
        "openai/gpt-4o-transcribe",
        "openai/omni-moderation-latest",
        "openai/gpt-realtime",
        "compatible/nomic-embed-text",
        "compatible/BAAI/bge-m3",
        "compatible/whisper-large-v3",
        "compatible/typhoon-ocr",
    ],
)
def test_what_does_not_chat_is_known_not_to(ref):
    assert not profile(ref).chat


def test_only_what_a_model_takes_is_sent_over_its_defaults():
    typhoon = profile("compatible/typhoon-v2.5-30b-a3b-instruct")
    assert typhoon.taken({}) == {"max_output_tokens": 2048}
    assert typhoon.taken({"max_output_tokens": 99, "seed": 1, "temperature": None}) == {
        "max_output_tokens": 99
    }


def test_models_that_reason_take_no_temperature():
    for ref in ("openai/gpt-6.1-sol", "openai/gpt-5.1", "openai/o3", "compatible/gpt-6-sol"):
        assert "temperature" not in profile(ref).parameters
        assert "reasoning_effort" in profile(ref).parameters


@pytest.mark.parametrize(
    ("model", "sees"),
    [("qwen2.5vl:7b", True), ("Qwen/Qwen3-VL-8B", True), ("llava:13b", True), ("qwen3-8b", False)],
)
def test_models_that_see_are_known_on_any_server(model, sees):
    assert profile(f"compatible/{model}").vision is sees
