"""How Alembic reaches the database: through the settings of the app, with no model of its own."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import AutoString, SQLModel

import ioverse_app.tables  # noqa: F401  (fills SQLModel.metadata)
from alembic import context
from ioverse_app import migrations
from ioverse_app.tables.row import UtcDateTime
from ioverse_app.tables.search_entry import is_ours


def main() -> None:
    """Run the migrations that are asked for, each in a transaction that SQLite keeps as well."""
    engine = sa.create_engine(migrations.sync_url(), poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _leave_transactions_to_us)
        sa.event.listen(engine, "begin", _begin)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=True,
            render_item=_plainly,
            include_name=is_ours,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()


def _leave_transactions_to_us(connection: Any, _record: object) -> None:
    # Foreign keys stay off: batch mode drops the old table, which must not cascade.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA busy_timeout=30000")


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _plainly(kind: str, item: object, _context: object) -> str | bool:
    """Write our own types as SQLAlchemy's, so that old migrations never import the app."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.impl.length})"
    return False


main()
