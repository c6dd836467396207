"""Runs name their writer, so that only one process stores what a run finds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("writer", sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("runs", "writer")
