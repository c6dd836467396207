"""The schema of a new database, made at once from the models; one that has tables is brought up to date by migrations.

Both ways lead to the same schema, which a test holds them to. Alembic, needed for the second alone, takes longer to
load than the tables take to make, and 13 MB.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, MetaData, String, Table, insert

from storage.models import Base, ChainHead
from storage.models.decision import GENESIS

_APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER reviews_UPDATE BEFORE UPDATE ON reviews\n"
        "BEGIN SELECT RAISE(ABORT, 'reviews are only ever added'); END",
        "CREATE TRIGGER reviews_DELETE BEFORE DELETE ON reviews\n"
        "BEGIN SELECT RAISE(ABORT, 'reviews are only ever added'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION reviews_append_only() RETURNS trigger LANGUAGE plpgsql AS\n"
        "$$ BEGIN RAISE EXCEPTION 'reviews are only ever added'; END $$",
        "CREATE TRIGGER reviews_append_only BEFORE UPDATE OR DELETE ON reviews\n"
        "FOR EACH ROW EXECUTE FUNCTION reviews_append_only()",
    ),
}
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
_VERSION.primary_key.name = "alembic_version_pkc"


KINDS = frozenset(_APPEND_ONLY)
"""The databases whose schema can be made at once."""


def create_schema(connection: Connection, revision: str) -> None:
    """Makes all tables, what guards them, and the mark that they are of `revision`, in the connection's transaction."""
    Base.metadata.create_all(connection, checkfirst=False)
    for statement in _APPEND_ONLY[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    connection.execute(insert(ChainHead).values(id=1, number=0, hash=GENESIS))
    _VERSION.create(connection)
    connection.execute(insert(_VERSION).values(version_num=revision))
