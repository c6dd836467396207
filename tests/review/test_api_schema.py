"""The JSON API as its OpenAPI document says: random requests, valid and not, never make the server fail."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis.core.result import Ok

from review.service.sessions import make_token
from tests.review.conftest import Client, World

EXAMPLES = 12


@pytest.fixture
def program(small: World, client: Client) -> httpx.Client:
    """A program with an admin's token, on a world with a sheet, a dispute and a contest to play with."""
    small.run(said={"budget.published": "present"})
    sheets = small.open()
    ada = small.person("Ada", "admin")
    small.assign(ada, *sheets)
    with small.database.session() as session:
        key = make_token(session, ada, "fuzz", small.settings, small.clock())
    program = client(small)
    program.headers["Authorization"] = f"Bearer {key}"
    return program


def test_the_api_says_what_it_is(program: httpx.Client) -> None:
    document = program.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert "/api/v1/cards/{task}/decision" in document["paths"]
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    described = [op.get("description") for path in document["paths"].values() for op in path.values()]
    assert all(described)
    for page in ("/docs", "/redoc"):
        assert program.get(page).status_code == 404


def test_no_request_makes_the_server_fail(program: httpx.Client) -> None:
    schema = schemathesis.openapi.from_dict(program.get("/api/v1/openapi.json").json())
    answers: Counter[int] = Counter()
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        _try(program, result.ok().as_strategy(), answers)
    assert answers[200] > 20
    assert answers[404] + answers[422] > 20
    assert program.get("/api/v1/audit").json()["broken"] is None


def _try(program: httpx.Client, cases: SearchStrategy[schemathesis.Case[Any]], answers: Counter[int]) -> None:
    """Sends what is drawn, as drawn."""

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=cases)
    def one(case: schemathesis.Case[Any]) -> None:
        headers = {"Authorization": program.headers["Authorization"]}
        answer = case.call(base_url=str(program.base_url).rstrip("/"), headers=headers, timeout=120)
        answers[answer.status_code] += 1
        assert answer.status_code < 500, case.as_curl_command()

    one()
