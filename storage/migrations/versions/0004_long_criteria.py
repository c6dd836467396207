"""Criteria of questionnaires of one's own have long names.

SQLite holds texts of any length whatever its schema says: there nothing is rewritten, as making the table anew would
take the tasks of its cards along.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name != "sqlite":
        op.alter_column(
            "cards", "criterion", type_=sa.String(200), existing_type=sa.String(40), existing_nullable=False
        )


def downgrade() -> None:
    """The column stays as it is: it may hold long names by now."""
