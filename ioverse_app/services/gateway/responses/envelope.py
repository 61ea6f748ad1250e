"""A response as it is told: what was asked for, and what has come so far."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

Response = dict[str, Any]


def begun(response_id: str, body: Mapping[str, Any], status: str = "in_progress") -> Response:
    """A response of which nothing has come yet."""
    text = body.get("text") or {}
    reasoning = body.get("reasoning") or {}
    return {
        "id": response_id,
        "object": "response",
        "created_at": int(time.time()),
        "completed_at": None,
        "status": status,
        "background": bool(body.get("background")),
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "max_tool_calls": body.get("max_tool_calls"),
        "model": body["model"],
        "output": [],
        "parallel_tool_calls": _or(body.get("parallel_tool_calls"), True),
        "presence_penalty": 0,
        "frequency_penalty": 0,
        "previous_response_id": body.get("previous_response_id"),
        "prompt_cache_key": body.get("prompt_cache_key"),
        "reasoning": {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")},
        "safety_identifier": body.get("safety_identifier"),
        "service_tier": "default",
        "store": _or(body.get("store"), True),
        "temperature": _or(body.get("temperature"), 1),
        "text": {**text, "format": text.get("format") or {"type": "text"}},
        "tool_choice": _or(body.get("tool_choice"), "auto"),
        "tools": [_tool(tool) for tool in body.get("tools") or ()],
        "top_logprobs": _or(body.get("top_logprobs"), 0),
        "top_p": _or(body.get("top_p"), 1),
        "truncation": body.get("truncation") or "disabled",
        "usage": None,
        "user": body.get("user"),
        "metadata": body.get("metadata") or {},
    }


def ended(response: Response, status: str, told: Mapping[str, Any]) -> None:
    """Take over how it ended from what the provider told."""
    response["status"] = status
    for name in ("incomplete_details", "usage", "service_tier"):
        if told.get(name) is not None:
            response[name] = told[name]
    if status == "completed":
        response["completed_at"] = int(time.time())
    if not response["output"] and isinstance(told.get("output"), list):
        response["output"] = told["output"]


def failed(response: Response, code: str, message: str) -> None:
    """It failed, and why; OpenAI knows few codes here."""
    response["status"] = "failed"
    known = "rate_limit_exceeded" if code == "rate_limit_exceeded" else "server_error"
    response["error"] = {"code": known, "message": message}


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": None, "parameters": None, "strict": None, **tool}


def _or(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value
