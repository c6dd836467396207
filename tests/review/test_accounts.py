"""Names of accounts, and the second factor: what tells accounts apart, and what only their owner may change."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier

import pyotp
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from review.access import from_form
from review.errors import Conflict, Forbidden, NotFound, TooMany
from review.service import sessions
from review.service.accounts import (
    Login,
    authenticate,
    change_account,
    confirm_totp,
    count_own_password,
    create_account,
    password_right,
)
from review.workbook.gathering import person
from storage.models import Account, Attempt
from tests.review.conftest import PASSWORD, World

NAME = "Zoë Öztürk"
SAME = (NAME, "ZOË ÖZTÜRK", "  zoë   öztürk ", "Zoe\u0308 O\u0308ztu\u0308rk")
"""The same name in capitals, with blanks, and as some keyboards write accents."""


def _log_in(world: World, name: str, password: str = PASSWORD) -> str | None:
    login, now = Login(name, password, address="192.0.2.1"), world.clock()
    with world.database.reader() as session:
        right = password_right(session, login, world.settings, now)
    with world.database.session() as session:
        found = authenticate(session, login, world.settings, now, right=right)
        return found.name if found is not None else None


@pytest.mark.parametrize("typed", SAME)
def test_capitals_of_every_script_blanks_and_accents_make_no_difference(typed: str, world: World) -> None:
    world.person(NAME)
    assert _log_in(world, typed) == NAME
    with world.database.session() as session:
        assert person(session, typed).name == NAME
        with pytest.raises(Conflict):
            create_account(session, typed, "assessor", world.clock(), password=PASSWORD)


def test_wrong_passwords_count_however_the_name_is_written(small: World) -> None:
    small.person(NAME)
    for number in range(small.settings.login_tries):
        assert _log_in(small, SAME[number % len(SAME)] + " " * number, "not the password") is None
    for typed in SAME:
        with pytest.raises(TooMany):
            _log_in(small, typed.replace(" ", "   "))


def _wrong_login(world: World, session: Session, _account: int) -> None:
    login = Login(NAME, "not the password", address="192.0.2.1")
    assert authenticate(session, login, world.settings, world.clock(), right=False) is None


def _wrong_own_password(world: World, session: Session, account: int) -> None:
    count_own_password(session, account, world.settings, world.clock(), right=False)


@pytest.mark.parametrize("guess", [_wrong_login, _wrong_own_password])
def test_guesses_at_the_same_moment_all_count(guess: Callable[[World, Session, int], None], world: World) -> None:
    account, burst = world.person(NAME), 5 * world.settings.login_tries
    gate = Barrier(burst)

    def one(_: int) -> bool:
        gate.wait(60)
        try:
            with world.database.session() as session:
                guess(world, session, account)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(burst) as pool:
        assert sum(pool.map(one, range(burst))) == world.settings.login_tries


@pytest.mark.parametrize("guess", [_wrong_login, _wrong_own_password])
def test_a_guess_waits_for_those_that_are_being_counted(
    guess: Callable[[World, Session, int], None], world: World
) -> None:
    account = world.person(NAME)

    def late() -> None:
        with world.database.session() as session:
            guess(world, session, account)

    with ThreadPoolExecutor(1) as pool:
        with world.database.session() as session:
            for _ in range(world.settings.login_tries):
                guess(world, session, account)
            last = pool.submit(late)
            wait([last], timeout=2)
        with pytest.raises(TooMany):
            last.result()


def test_tries_under_names_that_nobody_has_are_forgotten(small: World) -> None:
    for number in range(20):
        assert _log_in(small, f"nobody {number}", "guess") is None
    small.clock.pass_(days=3)
    assert _log_in(small, "nobody", "guess") is None
    with small.database.reader() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 2


def test_two_admins_who_demote_each_other_at_once_leave_one(world: World) -> None:
    ada, bea = world.person("Ada", "admin"), world.person("Bea", "admin")

    def demote(account: int) -> None:
        with world.database.session() as session:
            change_account(session, account, role="assessor")

    with ThreadPoolExecutor(1) as pool:
        with world.database.session() as session:
            change_account(session, bea, role="assessor")
            second = pool.submit(demote, ada)
            wait([second], timeout=2)
        with pytest.raises(Conflict, match="last admin"):
            second.result()
    assert (world.account("Ada").role, world.account("Bea").role) == ("admin", "assessor")


def test_a_second_factor_is_not_replaced_without_the_password(small: World) -> None:
    number, now = small.person(NAME), small.clock()
    first, second = pyotp.random_base32(), pyotp.random_base32()
    with small.database.session() as session:
        confirm_totp(session, number, first, pyotp.TOTP(first).at(now), now)
    with small.database.session() as session, pytest.raises(Conflict):
        confirm_totp(session, number, second, pyotp.TOTP(second).at(now), now)
    assert small.account(NAME).totp_secret == first


def test_nobody_takes_back_another_s_token(world: World) -> None:
    ana, ben = world.person("Ana"), world.person("Ben")
    with world.database.session() as session:
        token = sessions.make_token(session, ana, "notebook", world.settings, world.clock())
        (made,) = sessions.tokens_of(session, ana)
        with pytest.raises(NotFound):
            sessions.revoke_token(session, ben, made.id)
        assert sessions.account_of_token(session, token, world.clock()) is not None


def test_a_token_and_a_session_open_nothing_once_their_account_is_closed(world: World) -> None:
    ana, now = world.person("Ana"), world.clock()
    with world.database.session() as session:
        account = session.get_one(Account, ana)
        token = sessions.make_token(session, ana, "notebook", world.settings, now)
        cookie = sessions.start_session(session, account, world.settings, now)
        session.flush()
        assert sessions.session_of(session, cookie, world.settings, now) is not None
        account.active = False
        session.flush()
        assert sessions.account_of_token(session, token, now) is None
        assert sessions.session_of(session, cookie, world.settings, now) is None


def test_a_program_s_token_sends_no_forms() -> None:
    """It has no session whose token a form could carry."""
    with pytest.raises(Forbidden):
        from_form(sessions.Viewer(1, "Ana", "admin", "en"), "")
