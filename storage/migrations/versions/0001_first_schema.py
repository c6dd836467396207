"""The first schema: portals, cycles, runs, captures, observations, findings, answers, people, sheets, reviews."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import schedule_tables
from storage.migrations.review_tables import TABLES, create_people, create_replies, create_sheets

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

SQLITE_TRIGGER = """
CREATE TRIGGER reviews_{verb} BEFORE {verb} ON reviews
BEGIN SELECT RAISE(ABORT, 'reviews are only ever added'); END
"""
POSTGRESQL_FUNCTION = """
CREATE FUNCTION reviews_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'reviews are only ever added'; END $$
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER reviews_append_only BEFORE UPDATE OR DELETE ON reviews
FOR EACH ROW EXECUTE FUNCTION reviews_append_only()
"""


def upgrade() -> None:
    _cycles()
    _portals()
    _runs()
    _cycle_portals()
    schedule_tables.create_schedules()
    _answers()
    _captures()
    _findings()
    _observations()
    create_people()
    create_sheets()
    create_replies()
    _reviews()
    _chain_head()
    _keep_reviews()
    _claims()


def downgrade() -> None:
    op.drop_table("claims")
    op.drop_table("chain_head")
    op.drop_table("reviews")
    for table in TABLES:
        op.drop_table(table)
    op.drop_table("observations")
    op.drop_table("findings")
    op.drop_table("captures")
    op.drop_table("answers")
    for table in schedule_tables.TABLES:
        op.drop_table(table)
    op.drop_table("cycle_portals")
    op.drop_table("runs")
    op.drop_table("portals")
    op.drop_table("cycles")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION reviews_append_only()")


def _keep_reviews() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL_FUNCTION)
        op.execute(POSTGRESQL_TRIGGER)
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(SQLITE_TRIGGER.format(verb=verb))


def _cycles() -> None:
    op.create_table(
        "cycles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("closes", MOMENT, nullable=True),
        sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("pulse", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles")),
        sa.UniqueConstraint("name", name=op.f("uq_cycles_name")),
    )


def _portals() -> None:
    op.create_table(
        "portals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=3), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("edition", sa.String(length=40), nullable=True),
        sa.Column("trust", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("verified", MOMENT, nullable=True),
        sa.CheckConstraint("kind IN ('city', 'national')", name=op.f("ck_portals_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portals")),
        sa.UniqueConstraint("url", "kind", name=op.f("uq_portals_url_kind")),
    )
    op.create_index(op.f("ix_portals_country_kind"), "portals", ["country", "kind"], unique=False)


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portal_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("started", MOMENT, nullable=False),
        sa.Column("finished", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("cause", sa.String(length=100), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("archive", sa.Text(), nullable=True),
        sa.Column("software", sa.String(length=100), nullable=True),
        sa.Column("certificate", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('live', 'replay', 'rerun', 'proof')", name=op.f("ck_runs_kind")),
        sa.CheckConstraint(
            "outcome IN ('ok', 'partial', 'blocked', 'unreachable', 'no_portal')",
            name=op.f("ck_runs_outcome"),
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_runs_cycle_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["portal_id"], ["portals.id"], name=op.f("fk_runs_portal_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_cycle_id_outcome"), "runs", ["cycle_id", "outcome"], unique=False)
    op.create_index(op.f("ix_runs_portal_id_started"), "runs", ["portal_id", "started"], unique=False)


def _cycle_portals() -> None:
    op.create_table(
        "cycle_portals",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("portal_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("counted_id", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(length=100), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'running', 'waiting', 'confirming', 'done', 'failed')",
            name=op.f("ck_cycle_portals_state"),
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles.id"], name=op.f("fk_cycle_portals_cycle_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["portal_id"], ["portals.id"], name=op.f("fk_cycle_portals_portal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_cycle_portals_run_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["counted_id"], ["runs.id"], name=op.f("fk_cycle_portals_counted_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("cycle_id", "portal_id", name=op.f("pk_cycle_portals")),
    )
    op.create_index(op.f("ix_cycle_portals_cycle_id_state"), "cycle_portals", ["cycle_id", "state"], unique=False)
    op.create_index(op.f("ix_cycle_portals_run_id"), "cycle_portals", ["run_id"], unique=False)


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("id", BIG, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("portal_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("evidence_url", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('present', 'absent', 'unknown', 'manual', 'not_applicable')",
            name=op.f("ck_answers_state"),
        ),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_answers_confidence")),
        sa.ForeignKeyConstraint(["portal_id"], ["portals.id"], name=op.f("fk_answers_portal_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_answers_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index(
        op.f("ix_answers_portal_id_edition_code"), "answers", ["portal_id", "edition", "code"], unique=False
    )
    op.create_index(op.f("ix_answers_run_id_edition_code"), "answers", ["run_id", "edition", "code"], unique=True)


def _captures() -> None:
    op.create_table(
        "captures",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("url_key", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("truncated", sa.String(length=20), nullable=True),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("record_length", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "kind IN ('response', 'redirect', 'robots', 'sitemap', 'document', 'probe', 'embedded')",
            name=op.f("ck_captures_kind"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_captures_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "seq", name=op.f("pk_captures")),
    )
    op.create_index(op.f("ix_captures_run_id_url_key"), "captures", ["run_id", "url_key"], unique=False)


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", BIG, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("feature", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("searched", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("against", sa.JSON(), nullable=False),
        sa.Column("detectors", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('present', 'absent', 'unknown', 'manual', 'not_applicable')",
            name=op.f("ck_findings_state"),
        ),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_findings_confidence")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_findings_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index(op.f("ix_findings_feature_state"), "findings", ["feature", "state"], unique=False)
    op.create_index(op.f("ix_findings_run_id_feature"), "findings", ["run_id", "feature"], unique=True)


def _observations() -> None:
    op.create_table(
        "observations",
        sa.Column("id", BIG, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("capture_seq", sa.Integer(), nullable=True),
        sa.Column("feature", sa.String(length=100), nullable=False),
        sa.Column("detector", sa.String(length=100), nullable=False),
        sa.Column("detector_version", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("strength", sa.Double(), nullable=False),
        sa.Column("polarity", sa.String(length=20), nullable=False),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("selector", sa.Text(), nullable=True),
        sa.Column("start_offset", sa.Integer(), nullable=True),
        sa.Column("end_offset", sa.Integer(), nullable=True),
        sa.Column("href", sa.Text(), nullable=True),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('link', 'content', 'portal')", name=op.f("ck_observations_kind")),
        sa.CheckConstraint("polarity IN ('for', 'against')", name=op.f("ck_observations_polarity")),
        sa.CheckConstraint("strength BETWEEN 0 AND 1", name=op.f("ck_observations_strength")),
        sa.ForeignKeyConstraint(
            ["run_id", "capture_seq"],
            ["captures.run_id", "captures.seq"],
            name=op.f("fk_observations_run_id_capture_seq"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_observations_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observations")),
    )
    op.create_index(op.f("ix_observations_run_id_capture_seq"), "observations", ["run_id", "capture_seq"], unique=False)
    op.create_index(op.f("ix_observations_run_id_feature"), "observations", ["run_id", "feature"], unique=False)


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("answer_id", BIG, nullable=False),
        sa.Column("card_id", BIG, nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("shown", sa.Boolean(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("proof", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=True),
        sa.CheckConstraint("act IN ('decision', 'undo', 'adjudication')", name=op.f("ck_reviews_act")),
        sa.CheckConstraint("verdict IN ('yes', 'no', 'unsure', 'skip')", name=op.f("ck_reviews_verdict")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_reviews_account_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_reviews_card_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_reviews_answer_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_reviews_account_id_key")),
        sa.UniqueConstraint("number", name=op.f("uq_reviews_number")),
    )
    op.create_index(op.f("ix_reviews_account_id"), "reviews", ["account_id"], unique=False)
    op.create_index(op.f("ix_reviews_card_id"), "reviews", ["card_id"], unique=False)
    op.create_index(op.f("ix_reviews_answer_id"), "reviews", ["answer_id"], unique=False)
    op.create_index(op.f("ix_reviews_at"), "reviews", ["at"], unique=False)


def _chain_head() -> None:
    head = op.create_table(
        "chain_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_chain_head_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_head")),
    )
    op.bulk_insert(head, [{"id": 1, "number": 0, "hash": "0" * 64}])


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", BIG, nullable=False),
        sa.Column("portal_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("says", sa.String(length=20), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("given", sa.Text(), nullable=True),
        sa.Column("imported", MOMENT, nullable=False),
        sa.CheckConstraint("says IN ('yes', 'no')", name=op.f("ck_claims_says")),
        sa.ForeignKeyConstraint(["portal_id"], ["portals.id"], name=op.f("fk_claims_portal_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint(
            "portal_id",
            "edition",
            "round",
            "code",
            "source",
            name=op.f("uq_claims_portal_id_edition_round_code_source"),
        ),
    )
    op.create_index(op.f("ix_claims_round_portal_id"), "claims", ["round", "portal_id"], unique=False)
