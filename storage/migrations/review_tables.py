"""The tables of the first schema that the review app needs: people, sheets of cards, right of reply."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TABLES = (
    "contests",
    "reply_links",
    "proof_fetches",
    "notes",
    "tasks",
    "assignments",
    "cards",
    "sheets",
    "memberships",
    "api_tokens",
    "login_sessions",
    "attempts",
    "accounts",
)
"""In the order in which they can be dropped."""


def create_people() -> None:
    """Accounts and what belongs to them."""
    _accounts()
    _attempts()
    _login_sessions()
    _api_tokens()
    _memberships()


def create_sheets() -> None:
    """Sheets, their cards, and who decides them; needs runs, answers and accounts."""
    _sheets()
    _cards()
    _assignments()
    _tasks()
    _notes()


def create_replies() -> None:
    """Pages named by people, and the right of reply; needs sheets."""
    _proof_fetches()
    _reply_links()
    _contests()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=True),
        sa.Column("issuer", sa.String(length=500), nullable=True),
        sa.Column("subject", sa.String(length=500), nullable=True),
        sa.Column("totp_secret", sa.String(length=64), nullable=True),
        sa.Column("totp_step", BIG, nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.CheckConstraint("role IN ('admin', 'supervisor', 'assessor', 'owner')", name=op.f("ck_accounts_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_accounts_issuer_subject")),
        sa.UniqueConstraint("name", name=op.f("uq_accounts_name")),
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_at"), "attempts", ["at"], unique=False)
    op.create_index(op.f("ix_attempts_key_at"), "attempts", ["key", "at"], unique=False)


def _login_sessions() -> None:
    op.create_table(
        "login_sessions",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_login_sessions_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_sessions")),
    )
    op.create_index(op.f("ix_login_sessions_account_id"), "login_sessions", ["account_id"], unique=False)
    op.create_index(op.f("ix_login_sessions_expires"), "login_sessions", ["expires"], unique=False)


def _api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.Column("used", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_api_tokens_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("key", name=op.f("uq_api_tokens_key")),
    )
    op.create_index(op.f("ix_api_tokens_account_id"), "api_tokens", ["account_id"], unique=False)


def _memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("portal_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_memberships_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["portal_id"], ["portals.id"], name=op.f("fk_memberships_portal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "portal_id", name=op.f("pk_memberships")),
    )


def _sheets() -> None:
    op.create_table(
        "sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portal_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("assessors", sa.Integer(), nullable=False),
        sa.Column("opened", MOMENT, nullable=False),
        sa.CheckConstraint("assessors BETWEEN 1 AND 2", name=op.f("ck_sheets_assessors")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_sheets_cycle_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["portal_id"], ["portals.id"], name=op.f("fk_sheets_portal_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_sheets_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheets")),
        sa.UniqueConstraint("portal_id", "edition", "round", name=op.f("uq_sheets_portal_id_edition_round")),
    )
    op.create_index(op.f("ix_sheets_round_portal_id"), "sheets", ["round", "portal_id"], unique=False)
    op.create_index(op.f("ix_sheets_run_id"), "sheets", ["run_id"], unique=False)


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("answer_id", BIG, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("criterion", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("evidence_url", sa.Text(), nullable=True),
        sa.Column("proof_key", sa.String(length=32), nullable=True),
        sa.Column("change", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("settled", MOMENT, nullable=True),
        sa.CheckConstraint("change IN ('new', 'same', 'state', 'proof')", name=op.f("ck_cards_change")),
        sa.CheckConstraint(
            "state IN ('present', 'absent', 'unknown', 'manual', 'not_applicable')", name=op.f("ck_cards_state")
        ),
        sa.CheckConstraint("status IN ('open', 'agreed', 'disputed', 'adjudicated')", name=op.f("ck_cards_status")),
        sa.CheckConstraint("verdict IN ('yes', 'no', 'unsure', 'skip')", name=op.f("ck_cards_verdict")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_cards_confidence")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_cards_run_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_cards_answer_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_cards_sheet_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cards")),
        sa.UniqueConstraint("sheet_id", "code", name=op.f("uq_cards_sheet_id_code")),
    )
    op.create_index(op.f("ix_cards_answer_id"), "cards", ["answer_id"], unique=False)
    op.create_index(op.f("ix_cards_sheet_id_position"), "cards", ["sheet_id", "position"], unique=False)
    op.create_index(op.f("ix_cards_sheet_id_proof_key"), "cards", ["sheet_id", "proof_key"], unique=False)
    op.create_index(
        op.f("ix_cards_status_sheet_id_position"), "cards", ["status", "sheet_id", "position"], unique=False
    )
    op.create_index(op.f("ix_cards_run_id"), "cards", ["run_id"], unique=False)


def _assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("made", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_assignments_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_assignments_sheet_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("account_id", "sheet_id", name=op.f("uq_assignments_account_id_sheet_id")),
    )
    op.create_index(
        op.f("ix_assignments_account_id_due_sheet_id"), "assignments", ["account_id", "due", "sheet_id"], unique=False
    )
    op.create_index(op.f("ix_assignments_sheet_id"), "assignments", ["sheet_id"], unique=False)


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("suggested", sa.String(length=20), nullable=True),
        sa.Column("decided", MOMENT, nullable=True),
        sa.Column("revealed", MOMENT, nullable=True),
        sa.CheckConstraint("suggested IN ('yes', 'no', 'unsure', 'skip')", name=op.f("ck_tasks_suggested")),
        sa.CheckConstraint("verdict IN ('yes', 'no', 'unsure', 'skip')", name=op.f("ck_tasks_verdict")),
        sa.CheckConstraint("stage BETWEEN 0 AND 2", name=op.f("ck_tasks_stage")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_tasks_account_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_tasks_card_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_tasks_sheet_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("card_id", "account_id", name=op.f("uq_tasks_card_id_account_id")),
    )
    op.create_index(
        op.f("ix_tasks_account_id_sheet_id_position"), "tasks", ["account_id", "sheet_id", "position"], unique=False
    )
    op.create_index(
        op.f("ix_tasks_account_id_stage_sheet_id_position"),
        "tasks",
        ["account_id", "stage", "sheet_id", "position"],
        unique=False,
    )
    op.create_index(op.f("ix_tasks_sheet_id"), "tasks", ["sheet_id"], unique=False)


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("closed", MOMENT, nullable=True),
        sa.Column("closed_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint("kind IN ('proof_changed', 'contested')", name=op.f("ck_notes_kind")),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_notes_card_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_card_id"), "notes", ["card_id"], unique=False)
    op.create_index(op.f("ix_notes_closed_id"), "notes", ["closed", "id"], unique=False)


def _proof_fetches() -> None:
    op.create_table(
        "proof_fetches",
        sa.Column("id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("asked", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("started", MOMENT, nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("capture_seq", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_proof_fetches_state")),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_proof_fetches_card_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_proof_fetches_run_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proof_fetches")),
    )
    op.create_index(op.f("ix_proof_fetches_card_id"), "proof_fetches", ["card_id"], unique=False)
    op.create_index(op.f("ix_proof_fetches_run_id"), "proof_fetches", ["run_id"], unique=False)
    op.create_index(op.f("ix_proof_fetches_state_id"), "proof_fetches", ["state", "id"], unique=False)


def _reply_links() -> None:
    op.create_table(
        "reply_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.Column("revoked", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheets.id"], name=op.f("fk_reply_links_sheet_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_links")),
    )
    op.create_index(op.f("ix_reply_links_sheet_id"), "reply_links", ["sheet_id"], unique=False)


def _contests() -> None:
    op.create_table(
        "contests",
        sa.Column("id", BIG, nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("card_id", BIG, nullable=False),
        sa.Column("fetch_id", BIG, nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("made", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("closed", MOMENT, nullable=True),
        sa.Column("closed_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "state IN ('received', 'checked', 'failed', 'accepted', 'rejected')", name=op.f("ck_contests_state")
        ),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_contests_card_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["fetch_id"], ["proof_fetches.id"], name=op.f("fk_contests_fetch_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["link_id"], ["reply_links.id"], name=op.f("fk_contests_link_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests")),
    )
    op.create_index(op.f("ix_contests_card_id"), "contests", ["card_id"], unique=False)
    op.create_index(op.f("ix_contests_fetch_id"), "contests", ["fetch_id"], unique=False)
    op.create_index(op.f("ix_contests_link_id"), "contests", ["link_id"], unique=False)
    op.create_index(op.f("ix_contests_state_id"), "contests", ["state", "id"], unique=False)
