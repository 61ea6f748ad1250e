"""What a provider's own list tells of a model, in the words of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

_WINDOWS = ("max_input_tokens", "context_length", "context_window", "max_model_len")
_OUTPUTS = ("max_tokens", "max_completion_tokens", "max_output_tokens")
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_MILLION = 1_000_000


def facts(row: Mapping[str, Any]) -> dict[str, Any]:
    """Its limits, abilities and prices: Anthropic's, OpenRouter's, Groq's and vLLM's words."""
    return dict(_facts(row))


def _facts(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if window := _first(row, _WINDOWS):
        yield "context_window", window
    top = _inside(row, "top_provider")
    if limit := _first(row, _OUTPUTS) or _first(top, _OUTPUTS):
        yield "output_limit", limit
    able = _inside(row, "capabilities")
    if able:
        if (sees := _supported(able, "image_input")) is not None:
            yield "vision", sees
        if efforts := tuple(_efforts(able)):
            yield "reasoning_efforts", efforts
    if inputs := _inside(row, "architecture").get("input_modalities"):
        yield "vision", "image" in inputs
    if ends_on := _shutdown_date(row):
        yield "shutdown_date", ends_on.isoformat()
    prices = _inside(row, "pricing")
    for name, told in (("input_price", "prompt"), ("output_price", "completion")):
        if (price := _price(prices.get(told))) is not None:
            yield name, price


def _efforts(able: Mapping[str, Any]) -> Iterator[str]:
    """The efforts that can be asked for, of a model that decides by itself how long it thinks."""
    types = _inside(_inside(able, "thinking"), "types")
    if not _supported(types, "adaptive"):
        return
    if _supported(types, "disabled"):
        yield "none"
    effort = _inside(able, "effort")
    yield from (level for level in _EFFORTS if _supported(effort, level))


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    values = (row.get(name) for name in names)
    return next(
        (v for v in values if isinstance(v, int) and not isinstance(v, bool) and v > 0), None
    )


def _supported(able: Mapping[str, Any], name: str) -> bool | None:
    told = _inside(able, name).get("supported")
    return told if isinstance(told, bool) else None


def _inside(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inside = row.get(name)
    return cast("dict[str, Any]", inside) if isinstance(inside, dict) else {}


def _price(told: object) -> int | None:
    """Dollars for one token, as text, in micro-dollars for a million."""
    try:
        price = Decimal(str(told)) if told is not None else None
    except InvalidOperation:
        return None
    if price is None or not price.is_finite() or price < 0:
        return None
    return int(price * _MILLION * _MILLION)


def _shutdown_date(row: Mapping[str, Any]) -> date | None:
    """OpenAI tells when it will shut a model down, as a date or as a Unix time."""
    told = row.get("shutdown_date")
    try:
        if isinstance(told, int | float):
            return datetime.fromtimestamp(told, UTC).date()
        return date.fromisoformat(told[:10]) if isinstance(told, str) else None
    except (ValueError, OverflowError, OSError):
        return None
