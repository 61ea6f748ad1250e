"""Whether the app can serve."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import text

from ioverse_app import __version__, db
from ioverse_app.engine import engine

router = APIRouter(tags=["health"])


@router.get("/health")
async def health() -> JSONResponse:
    """200 once questions can be answered and answers stored; 503 with the reason otherwise."""
    try:
        trouble = engine.current().writer.trouble
        async with db.reading() as session:
            await session.connection()
            await session.exec(text("SELECT 1"))  # pyright: ignore[reportCallIssue, reportArgumentType]
    except Exception as error:
        trouble = str(error) or type(error).__name__
    if trouble:
        return JSONResponse({"status": "trouble", "message": trouble[:300]}, status_code=503)
    return JSONResponse({"status": "ok", "version": __version__})
