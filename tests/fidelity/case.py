"""One request, and AWS's documented answer to it."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.appsync.deployment import Answer, Api, deploy

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

# Where graphql-java, which AppSync is made of, says what its own words are.
GRAPHQL_JAVA = "https://github.com/graphql-java/graphql-java/blob/v12.0/src/main/java/graphql"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A GraphQL request that is answered with status 200.

    Attributes:
        name: what is tried, as a test's id.
        source: the address of the page that says what is answered.
        returns: what the resolver returns: the API's SDL has it as the argument `value: AWSJSON`
            of the field, given by the variable `returns`.
        data: the answer's, whole.
        errors: the answer's, in any order; of each, the members that the source tells of.
    """

    name: str
    source: str
    query: str
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    returns: Any = None
    data: Any = None
    errors: tuple[dict[str, Any], ...] = ()

    def check(self, api: Api) -> None:
        """Send it and compare."""
        variables = self.variables
        if "$returns" in self.query:
            variables = variables | {"returns": json.dumps(self.returns)}
        answer = api.run(self.query, None, **variables)
        assert answer.status == 200, answer.body
        assert_answer(answer, self.data, self.errors)


def assert_answer(answer: Answer, data: Any, errors: tuple[dict[str, Any], ...]) -> None:
    """`data` is the answer's, and so are `errors`, in any order, as far as their members go."""
    assert answer.body.get("data") == data, answer.body
    found: list[dict[str, Any]] = list(answer.body.get("errors", []))
    for expected in errors:
        alike = [
            error
            for error in found
            if all(name in error and error[name] == value for name, value in expected.items())
        ]
        assert alike, f"expected {expected}\namong {found}"
        found.remove(alike[0])
    assert not found, f"unexpected {found}"


def deployed(appsync: "AppSyncClient", sdl: str, resolvers: dict[str, str], **settings: Any) -> Api:
    """An API of a subject.

    Args:
        resolvers: JavaScript by `Type.field`, for the NONE data source.
    """
    api = deploy(appsync, sdl, **settings)
    for path, code in resolvers.items():
        api.resolver(path, code)
    return api


def each(cases: list[Any]) -> pytest.MarkDecorator:
    """Parametrizes a test by `case`."""
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)
