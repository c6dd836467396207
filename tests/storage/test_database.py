"""Opening, migrating, and every way in which a database can be out of reach."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, inspect, text
from sqlalchemy.orm import Session

from storage.database import Database, alembic_config, database_url, dump_json, revisions, where
from storage.errors import StorageError
from storage.models import Answer, Base, Card, Cycle, Portal, Run
from survey.questionnaire_file import LONGEST_CRITERION
from tests.storage.conftest import _create
from tests.unprivileged import bound

ROOT = Path(__file__).parents[2]

_PORTAL = "(id, url, name, kind) VALUES (5, 'https://x.org/', 'X', 'city')"
_RUN = """(id, portal_id, edition, kind, started, pages, requests, bytes, seconds, languages, settings, certificate)
VALUES (7, 5, 'losi-2024', 'live', '2026-01-01 00:00:00+00:00', 1, 1, 1, 1, '[]', '{}', '{}')"""
"""Rows of the first schema, in which every database that was ever made can be."""


def differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def upgrade(database: Database, revision: str) -> None:
    config = alembic_config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def schema(database: Database) -> dict[str, object]:
    """What a program that uses the database can tell of its schema, in an order that does not hang on who made it."""
    seen, found = inspect(database.engine), dict[str, object]()
    for table in sorted(seen.get_table_names()):
        columns = {str(column["name"]): {**column, "type": str(column["type"])} for column in seen.get_columns(table)}
        checks = [(check["name"], check["sqltext"]) for check in seen.get_check_constraints(table)]
        keys = [(key["name"], key["constrained_columns"], key["options"]) for key in seen.get_foreign_keys(table)]
        uniques = [(unique["name"], unique["column_names"]) for unique in seen.get_unique_constraints(table)]
        indexes = [(index["name"], index["column_names"], index["unique"]) for index in seen.get_indexes(table)]
        found[table] = (
            columns,
            seen.get_pk_constraint(table),
            *(sorted(map(str, each)) for each in (checks, keys, uniques, indexes)),
        )
    guards = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        "postgresql": "SELECT t.tgname, pg_get_triggerdef(t.oid), p.prosrc FROM pg_trigger t "
        "JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal ORDER BY 1",
    }[database.engine.dialect.name]
    with database.engine.connect() as connection:
        for query in (guards, "SELECT * FROM chain_head", "SELECT * FROM alembic_version"):
            found[query] = [tuple(row) for row in connection.execute(text(query))]
    return found


def test_migrations_make_what_the_models_say(empty_database: Database) -> None:
    assert differences(empty_database)
    upgrade(empty_database, "head")
    assert differences(empty_database) == []


def test_a_new_database_is_as_the_migrations_make_it(empty_database: Database) -> None:
    empty_database.migrate()
    at_once = schema(empty_database)
    downgrade(empty_database, "base")
    upgrade(empty_database, "head")
    assert at_once == schema(empty_database)
    assert set(Base.metadata.tables) < set(at_once)


def test_a_database_of_the_first_schema_is_brought_up_to_date(empty_database: Database) -> None:
    upgrade(empty_database, "0001")
    with empty_database.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO portals {_PORTAL}"))
        connection.execute(text(f"INSERT INTO runs {_RUN}"))
    empty_database.migrate()
    assert differences(empty_database) == []
    with empty_database.reader() as session:
        assert [(run.id, run.edition, run.writer) for run in session.query(Run)] == [(7, "losi-2024", None)]


def test_a_database_that_is_taken_back_to_the_first_schema_keeps_its_rows(database: Database, run_id: int) -> None:
    with database.session() as session:
        session.add(Answer(run_id=run_id, portal_id=1, edition="losi-2024", code="1", state="manual"))
    downgrade(database, "0001")
    with database.engine.connect() as connection:
        counts = [connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in ("portals", "runs", "answers")]
    assert counts == [1, 1, 1]
    database.migrate()
    assert differences(database) == []


def test_the_revisions_are_those_that_alembic_knows() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    assert revisions() == [script.revision for script in scripts.walk_revisions()][::-1]
    assert scripts.get_heads() == revisions()[-1:]


@pytest.mark.parametrize("name", ["losi.db", "new.db"])
def test_a_database_that_is_new_or_up_to_date_is_opened_without_alembic(sqlite: Database, name: str) -> None:
    place = str(Path(str(sqlite.url.database)).with_name(name))
    code = (
        "import sys; from storage.database import Database; "
        f"Database({place!r}).migrate(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_migrate_twice_changes_nothing(database: Database) -> None:
    with database.session() as session:
        session.add(Cycle(name="2026", edition="losi-2024", created=datetime.now(UTC)))
    database.migrate()
    with database.reader() as session:
        assert session.query(Cycle).count() == 1


def downgrade(database: Database, revision: str) -> None:
    config = alembic_config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_downgrade_leaves_nothing(database: Database) -> None:
    downgrade(database, "base")
    assert set(inspect(database.engine).get_table_names()) == {"alembic_version"}


def test_many_may_migrate_at_once(empty_database: Database) -> None:
    others = [Database(empty_database.url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Database.migrate, others))
    for other in others:
        other.close()
    assert differences(empty_database) == []


def test_a_failed_migration_leaves_no_half_schema(tmp_path: Path) -> None:
    path = tmp_path / "losi.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE reviews (id INTEGER)")
    with Database(path) as database:
        with pytest.raises(StorageError):
            database.migrate()
        assert inspect(database.engine).get_table_names() == ["reviews"]


def test_a_newer_database_is_refused(database: Database) -> None:
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))
    with pytest.raises(StorageError, match=r"newer version of this program \(revision ffff\); install"):
        database.migrate()


def test_sqlite_is_set_up_for_many_readers_and_one_writer(sqlite: Database) -> None:
    with sqlite.reader() as session:
        settings = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30000}


def test_moments_come_back_in_utc(database: Database) -> None:
    there = datetime(2026, 3, 1, 23, 30, 0, 5, tzinfo=timezone(timedelta(hours=-5)))
    with database.session() as session:
        session.add(Cycle(name="c", edition="e", created=there))
    with database.reader() as session:
        created = session.query(Cycle).one().created
    assert created == there
    assert created.utcoffset() == timedelta(0)


def test_a_moment_without_zone_is_refused(database: Database) -> None:
    naive = datetime.now(UTC).replace(tzinfo=None)
    with pytest.raises(StorageError, match="no time zone"), database.session() as session:
        session.add(Cycle(name="c", edition="e", created=naive))


def test_text_of_any_page_can_be_kept(database: Database) -> None:
    with database.session() as session:
        session.add(Portal(url="https://x.org/", name="a\x00b\ud800c ünï", kind="city"))
    with database.reader() as session:
        assert session.query(Portal).one().name == "a\ufffdb\ufffdc ünï"


def test_words_are_checked_by_the_database(database: Database) -> None:
    statement = text("INSERT INTO portals (url, name, kind) VALUES ('u', 'n', 'village')")
    with pytest.raises(StorageError, match=r"(?i)check"), database.session() as session:
        session.execute(statement)


def test_a_reader_keeps_nothing_and_an_error_rolls_back(database: Database) -> None:
    with database.reader() as session:
        session.add(Portal(url="https://x.org/", name="x", kind="city"))
        session.flush()
    with pytest.raises(ZeroDivisionError), database.session() as session:
        _fail_after_adding(session)
    with database.reader() as session:
        assert session.query(Portal).count() == 0


def test_the_queries_of_a_reader_see_one_moment(database: Database, at: datetime) -> None:
    with database.reader() as session:
        assert session.query(Cycle).count() == 0
        with database.session() as other:
            other.add(Cycle(name="c", edition="e", created=at))
        assert session.query(Cycle).count() == 0
    with database.reader() as session:
        assert session.query(Cycle).count() == 1


def test_json_has_no_numbers_that_postgresql_refuses() -> None:
    assert dump_json({"a": float("nan"), "b": [1.5, float("inf")], "c": Path("x")}) == (
        '{"a": null, "b": [1.5, null], "c": "x"}'
    )


def test_a_corrupt_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "losi.db"
    path.write_bytes(b"this is not a database at all" * 200)
    with (
        Database(path) as database,
        pytest.raises(StorageError, match=r"losi\.db is damaged or is not a database"),
    ):
        database.migrate()


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StorageError, match="cannot make the folder"):
        Database(tmp_path / "data" / "losi.db")


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with (
        Database(tmp_path) as database,
        pytest.raises(StorageError, match=r"cannot open the database .*--data"),
    ):
        database.migrate()


def test_a_locked_file_is_reported(sqlite: Database) -> None:
    with Database(sqlite.url, busy_seconds=0.05) as other:
        other.migrate()
        with sqlite.session() as session:
            session.add(Portal(url="https://x.org/", name="x", kind="city"))
            session.flush()
            with (
                pytest.raises(StorageError, match="locked by another process; wait"),
                other.session() as waiting,
            ):
                waiting.query(Portal).count()
            with other.reader() as reading:
                assert reading.query(Portal).count() == 0


def test_what_is_up_to_date_is_opened_while_another_writes(sqlite: Database, at: datetime) -> None:
    with sqlite.session() as session, Database(sqlite.url, busy_seconds=0.1) as other:
        session.add(Cycle(name="c", edition="e", created=at))
        session.flush()
        other.migrate()
        with other.reader() as reading:
            assert reading.query(Cycle).count() == 0


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o555)
    folder.chmod(0o555)
    for part in (tmp_path, *tmp_path.parents[:3]):
        part.chmod(part.stat().st_mode | 0o055) if part.owner() == _me() else None
    code = f"""
import os
from storage.database import Database
from storage.archive import ArchiveWriter
from storage.errors import StorageError
import storage.archive.recovery, alembic.command
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
for attempt in (lambda: Database({str(folder / "losi.db")!r}).migrate(),
                lambda: Database({str(folder / "new" / "losi.db")!r}),
                lambda: ArchiveWriter({str(folder)!r}, "run")):
    try:
        attempt()
    except StorageError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert all("--data" in line for line in lines), lines


LOOK = """
import sys
from storage.database import Database
from storage.errors import StorageError
from storage.models import Portal
with Database(sys.argv[1]) as database:
    print(database.read_only)
    try:
        database.prepare_to_read()
        with database.reader() as session:
            print(*[portal.name for portal in session.query(Portal).order_by(Portal.id)])
        with database.session() as session:
            session.add(Portal(url="https://z.org/", name="Z", kind="city"))
    except StorageError as error:
        print(error)
"""


def looked(path: Path) -> list[str]:
    """What a process sees that may read a file and its folder, but not write them."""
    parts = (path.parent, *path.parent.iterdir())
    for part in parts:
        part.chmod(part.stat().st_mode & ~0o222)
    words = [*bound(), sys.executable, "-c", LOOK, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    for part in parts:
        part.chmod(part.stat().st_mode | 0o200)
    return done.stdout.splitlines()


@pytest.mark.parametrize("open_elsewhere", [False, True])
def test_a_file_that_may_not_be_written_is_read(tmp_path: Path, open_elsewhere: bool) -> None:
    folder = tmp_path / "a folder #1?"
    database = Database(folder / "losi.db")
    database.migrate()
    with database.session() as session:
        session.add(Portal(url="https://x.org/", name="X", kind="city"))
    if not open_elsewhere:
        database.close()
    assert (folder / "losi.db-wal").exists() is open_elsewhere
    told = looked(folder / "losi.db")
    database.close()
    assert told[:2] == ["True", "X"]
    assert "may not be written; change the permissions" in told[2]


def test_an_older_file_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    with Database(tmp_path / "data" / "losi.db") as database:
        database.migrate()
        with database.session() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    told = looked(tmp_path / "data" / "losi.db")
    assert told[0] == "True"
    assert "of an earlier version of this program and may not be written; copy its folder" in told[1]


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    for query in ({"host": str(tmp_path)}, {"host": "127.0.0.1", "port": "1"}):
        url = URL.create("postgresql", "someone", "secret", database="losi", query=query)
        with Database(url) as database, pytest.raises(StorageError, match="cannot be reached") as caught:
            database.migrate()
        assert "secret" not in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_database_that_the_server_lacks(postgresql: URL) -> None:
    with (
        Database(postgresql.set(database="nothing")) as database,
        pytest.raises(StorageError, match="createdb"),
    ):
        database.migrate()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_keep_every_script(postgresql: URL, encoding: str) -> None:
    name = f"narrow_{encoding.lower()}"
    _create(postgresql, f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0")
    with Database(postgresql.set(database=name)) as database:
        for _ in range(2):
            with pytest.raises(StorageError, match=f"{name}.* has the encoding {encoding}, not UTF8; .* UTF8"):
                database.migrate()


@pytest.mark.parametrize("location", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_postgresql_goes_through_psycopg(location: str) -> None:
    assert database_url(location).drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    "location",
    ["postgresql://u:secret@h/d", "postgresql://h/d?user=u&password=secret", "postgresql://h/d?sslpassword=secret"],
)
def test_no_message_names_a_password(location: str) -> None:
    assert "secret" not in where(database_url(location))


@pytest.mark.parametrize("location", ["://", "oracle+none://x/y", "nonsense://x"])
def test_what_is_no_database_url(location: str) -> None:
    with pytest.raises(StorageError):
        Database(location)


def test_tables_that_are_missing(sqlite: Database, tmp_path: Path) -> None:
    with (
        Database(tmp_path / "bare.db") as bare,
        pytest.raises(StorageError, match="lacks a table"),
        bare.reader() as session,
    ):
        session.query(Portal).all()


def _fail_after_adding(session: Session) -> None:
    session.add(Portal(url="https://y.org/", name="y", kind="city"))
    session.flush()
    raise ZeroDivisionError


def _me() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def test_a_criterion_of_an_older_schema_becomes_as_long_as_a_questionnaire_may_have_it(
    empty_postgresql: URL,
) -> None:
    with Database(empty_postgresql) as database:
        upgrade(database, "0003")
        with database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE cards ALTER COLUMN criterion TYPE varchar(40)"))
        database.migrate()
        assert differences(database) == []
    assert Card.__table__.c.criterion.type.length == LONGEST_CRITERION  # type: ignore[attr-defined]
