"""Tables of the first schema that schedules and workers need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

TABLES = ("suspects", "schedules")
_MOMENT = sa.DateTime(timezone=True)


def create_schedules() -> None:
    """Creates the tables `schedules` and `suspects`."""
    op.create_table(
        "schedules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("cron", sa.String(length=200), nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("portals", sa.Text(), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("fired", _MOMENT, nullable=True),
        sa.CheckConstraint("months > 0", name=op.f("ck_schedules_months")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_schedules_cycle_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
    )
    op.create_index(op.f("ix_schedules_cycle_id"), "schedules", ["cycle_id"], unique=False)
    op.create_table(
        "suspects",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("portal_id", sa.Integer(), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_suspects_cycle_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["portal_id"], ["portals.id"], name=op.f("fk_suspects_portal_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("cycle_id", "portal_id", name=op.f("pk_suspects")),
    )
