"""One form of `ETag` and `If-Match` for every resource that has a version."""

import httpx
import pytest
from fastapi import FastAPI, Response
from hypothesis import given
from hypothesis import strategies as st

from atd_servicekit.problems import Problem, install_problem_handlers
from atd_servicekit.versions import ExpectedVersion, check_version, etag_of, parse_if_match, set_etag


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_an_etag_is_read_back_as_its_version(version: int) -> None:
    assert parse_if_match(etag_of(version)) == version
    assert parse_if_match(f"W/{etag_of(version)}") == version


@pytest.mark.parametrize("value", ['"7"', 'W/"7"', ' "7" ', "7"])
def test_the_version_is_read_from_its_etag_or_as_answers_show_it(value: str) -> None:
    assert parse_if_match(value) == 7


@pytest.mark.parametrize("value", [None, "*", " * "])
def test_without_a_version_any_version_will_do(value: str | None) -> None:
    assert parse_if_match(value) is None


@pytest.mark.parametrize(
    "value", ["", "v1", "1 2", "x", '"x"', '"1', '"1", "2"', "\xb2", '"\xb2"', '"-1"', '"' + "9" * 5000 + '"', 'w/"1"']
)
def test_anything_but_one_etag_of_ours_is_refused(value: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_if_match(value)
    assert (caught.value.status, [error.field for error in caught.value.errors]) == (422, ["If-Match"])


def test_another_version_is_a_conflict_that_says_which_is_current() -> None:
    check_version(None, 3, "channel account")
    check_version(3, 3, "channel account")
    with pytest.raises(Problem) as caught:
        check_version(2, 3, "channel account")
    assert (caught.value.status, caught.value.code) == (409, "conflict")
    assert caught.value.detail == "The channel account is at version 3, not 2; read it again."


async def test_a_route_takes_the_version_and_answers_the_next() -> None:
    app = FastAPI()
    install_problem_handlers(app)

    @app.put("/thing")
    async def change(expected: ExpectedVersion, response: Response) -> None:
        check_version(expected, 3, "thing")
        set_etag(response, 4)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        changed = await client.put("/thing", headers={"If-Match": '"3"'})
        assert (changed.status_code, changed.headers["etag"]) == (200, '"4"')
        assert (await client.put("/thing")).status_code == 200
        assert (await client.put("/thing", headers={"If-Match": '"2"'})).status_code == 409
        assert (await client.put("/thing", headers={"If-Match": "two"})).status_code == 422
    parameters = app.openapi()["paths"]["/thing"]["put"]["parameters"]
    assert [(one["name"], one["in"], one["required"]) for one in parameters] == [("If-Match", "header", False)]
