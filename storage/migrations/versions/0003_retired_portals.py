"""Portals can be retired: new cycles leave them out, and their history stays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("portals", sa.Column("retired", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("portals", "retired")
