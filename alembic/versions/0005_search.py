"""Search."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OF = {"conversation": "title", "message": "message", "attachment": "attachment"}

SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5(words, content='search_entry',"
    " content_rowid='number', tokenize='ascii', prefix='3', columnsize=0)",
    "CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN"
    " INSERT INTO search_index(rowid, words) VALUES (new.number, new.words); END",
    "CREATE TRIGGER search_entry_gone AFTER DELETE ON search_entry BEGIN"
    " INSERT INTO search_index(search_index, rowid, words)"
    " VALUES ('delete', old.number, old.words); END",
    "CREATE TRIGGER search_entry_changed AFTER UPDATE OF words ON search_entry BEGIN"
    " INSERT INTO search_index(search_index, rowid, words)"
    " VALUES ('delete', old.number, old.words);"
    " INSERT INTO search_index(rowid, words) VALUES (new.number, new.words); END",
)
SQLITE_EACH = (
    "CREATE TRIGGER {table}_not_found AFTER DELETE ON {table} BEGIN"
    " DELETE FROM search_entry WHERE object_id = old.id; END"
)
POSTGRESQL = (
    "CREATE FUNCTION search_entry_drop() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN DELETE FROM search_entry WHERE object_id = OLD.id; RETURN NULL; END'",
)
POSTGRESQL_EACH = (
    "CREATE TRIGGER {table}_not_found AFTER DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION search_entry_drop()"
)


def upgrade() -> None:
    op.create_table(
        "search_backlog",
        sa.Column("object_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("object_id"),
    )
    op.create_table(
        "search_entry",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True
        ),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("object_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("object_id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_search_entry_words", "search_entry", ["words"], postgresql_using="gin")
        statements, each = POSTGRESQL, POSTGRESQL_EACH
    else:
        statements, each = SQLITE, SQLITE_EACH
    for statement in statements:
        op.execute(statement)
    for table, kind in OF.items():
        op.execute(each.format(table=table))
        # The app fills the index from this once it runs, the newest first.
        op.execute(
            f"INSERT INTO search_backlog (object_id, kind) SELECT id, '{kind}' FROM {table}"  # noqa: S608
        )


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in OF:
        op.execute(f"DROP TRIGGER {table}_not_found" + (f" ON {table}" if on_postgresql else ""))
    if on_postgresql:
        op.execute("DROP FUNCTION search_entry_drop()")
    else:
        op.execute("DROP TABLE search_index")
    op.drop_table("search_entry")
    op.drop_table("search_backlog")
