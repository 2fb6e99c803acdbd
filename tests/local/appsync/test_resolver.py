"""UNIT and PIPELINE resolvers: what handlers see, and what becomes of what they do."""

from typing import TYPE_CHECKING

import pytest

from tests.local.appsync.deployment import Api, deploy, none, unit

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = """
type Query {
  unit(text: String): String
  context(text: String, number: Int = 7): AWSJSON
  person(id: ID): Person
  required: Person!
  pipeline(skip: String): AWSJSON
  unresolved: String
  list: [String]
}
type Mutation { first: Int second: Int }
type Person { id: ID! name: String friend: Person friends: [Person!] when: AWSDateTime age: Int }
"""


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    return deploy(appsync, SDL)


def test_unit_resolver_answers_with_what_its_response_handler_returns(api: Api) -> None:
    api.resolver("Query.unit", none("ctx.args.text", "return ctx.result + '!';"))
    assert api.run('{ unit(text: "hi") }').data == {"unit": "hi!"}


def test_handlers_see_the_documented_context(api: Api) -> None:
    api.resolver(
        "Query.context",
        unit(
            "ctx.stash.kept = 1; return { payload: ctx };",
            "return { ...ctx.result, after: ctx.stash };",
        ),
    )
    import json

    answer = api.run(
        "query ($text: String) { context(text: $text) }", api.headers | {"X-Trace": "t1"}, text="a"
    )
    context = json.loads(answer.data["context"])
    assert context["args"] == context["arguments"] == {"text": "a", "number": 7}
    assert context["identity"] is None
    assert context["source"] is None
    assert context["request"]["headers"]["x-trace"] == "t1"
    assert context["info"]["fieldName"] == "context"
    assert context["info"]["parentTypeName"] == "Query"
    assert context["info"]["variables"] == {"text": "a"}
    assert context["after"] == {"kept": 1}
