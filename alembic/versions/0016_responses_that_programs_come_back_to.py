"""Responses that programs come back to."""

import sqlalchemy as sa

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_response",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("chain_id", sa.String(length=32), nullable=False),
        sa.Column("previous_id", sa.String(length=32), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("input", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("stored_response", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_response_chain_id"), ["chain_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_response_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("stored_response", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_response_user_id"))
        batch_op.drop_index(batch_op.f("ix_stored_response_chain_id"))

    op.drop_table("stored_response")
