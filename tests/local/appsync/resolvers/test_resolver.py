"""UNIT and PIPELINE resolvers: what handlers see, and what becomes of what they do."""

import json
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
  selection: Person
  failing: Person
  appended: Person
  bug: Int
  early: String
  person: Person
  required: Person!
  pipeline(stop: String): AWSJSON
  skipped: AWSJSON
  unresolved: String
  wrong: Wrong
  missing: Int
}
type Person { id: ID! name: String age: Int friend: Person friends: [Person!] }
type Wrong { when: AWSDateTime count: Int }
"""


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    api = deploy(appsync, SDL)
    appsync.put_graphql_api_environment_variables(
        apiId=api.api_id, environmentVariables={"STAGE": "test"}
    )
    return api


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
    answer = api.run(
        "query ($text: String) { context(text: $text) }", api.headers | {"X-Trace": "t1"}, text="a"
    )
    context = json.loads(answer.data["context"])
    assert context["args"] == context["arguments"] == {"text": "a", "number": 7}
    assert context["identity"] is None
    assert context["source"] is None
    assert context["prev"] is None
    assert context["env"] == {"STAGE": "test"}
    assert context["request"]["headers"]["x-trace"] == "t1"
    assert context["info"] == {
        "fieldName": "context",
        "parentTypeName": "Query",
        "variables": {"text": "a"},
        "selectionSetList": [],
        "selectionSetGraphQL": "",
    }
    assert context["after"] == {"kept": 1}


def test_the_selection_set_is_by_path_and_alias_without_what_is_skipped(api: Api) -> None:
    api.resolver(
        "Query.selection",
        none("({ id: 1, name: ctx.info.selectionSetList.join(' '), friend: {} })"),
    )
    query = """query ($no: Boolean = false) {
      selection { id name ...more friend { called: name id @include(if: $no) } }
    }
    fragment more on Person { age @skip(if: true) ... on Person { friends { id } } }"""
    assert api.run(query).body["data"]["selection"]["name"] == (
        "id name friends friends/id friend friend/called"
    )


def test_util_error_fails_the_field_with_data_filtered_by_the_selection(api: Api) -> None:
    api.resolver(
        "Query.failing",
        unit(
            "util.error('No such person', 'NotFound',"
            " { id: 1, age: 5, friend: { id: 2, name: 'b' } }, { code: 7 });"
        ),
    )
    answer = api.run("{\n  failing { id friend { name } }\n}")
    assert answer.status == 200
    assert answer.body == {
        "data": {"failing": None},
        "errors": [
            {
                "path": ["failing"],
                "data": {"id": 1, "friend": {"name": "b"}},
                "errorType": "NotFound",
                "errorInfo": {"code": 7},
                "locations": [{"line": 2, "column": 3, "sourceName": None}],
                "message": "No such person",
            }
        ],
    }


def test_appended_errors_come_with_the_data(api: Api) -> None:
    api.resolver(
        "Query.appended",
        none("({ id: 1 })", "util.appendError('Careful'); return ctx.result;"),
    )
    answer = api.run("{ appended { id } }")
    assert answer.body["data"] == {"appended": {"id": "1"}}
    assert answer.error["message"] == "Careful"
    assert answer.error["errorType"] is None
    assert answer.error["path"] == ["appended"]


def test_a_fault_in_the_code_says_nothing_of_itself(api: Api) -> None:
    api.resolver("Query.bug", none("ctx.args.nothing.more"))
    error = api.run("{ bug }").error
    assert (error["errorType"], error["message"]) == ("Code", "Runtime Error")


def test_an_error_of_any_type_is_the_handlers_own(api: Api) -> None:
    api.resolver("Query.bug", none("(util.error('Try again.', 'InternalError'), {})"))
    error = api.run("{ bug }").error
    assert (error["errorType"], error["message"]) == ("InternalError", "Try again.")


def test_early_return_of_a_unit_resolver_skips_its_response_handler(api: Api) -> None:
    api.resolver("Query.early", unit("runtime.earlyReturn('early');", "return 'late';"))
    assert api.run("{ early }").data == {"early": "early"}


def test_nested_resolvers_get_their_parent_as_source(api: Api) -> None:
    api.resolver("Query.person", none("({ id: 1, name: 'ann', friends: [{ id: 2 }, { id: 3 }] })"))
    api.resolver(
        "Person.friend", none("({ id: ctx.source.id * 10, name: ctx.info.parentTypeName })")
    )
    data = api.run("{ person { name friend { id name } friends { id friend { id } } } }").data
    assert data["person"] == {
        "name": "ann",
        "friend": {"id": "10", "name": "Person"},
        "friends": [{"id": "2", "friend": {"id": "20"}}, {"id": "3", "friend": {"id": "30"}}],
    }


def test_null_for_a_required_field_reaches_the_nearest_nullable_parent(api: Api) -> None:
    api.resolver("Query.required", none("({ name: 'no id' })"))
    answer = api.run("{ required { id } }")
    assert answer.body == {
        "data": None,
        "errors": [
            {
                "path": ["required", "id"],
                "locations": None,
                "message": "Cannot return null for non-nullable type: 'ID' "
                "within parent 'Person' (/required/id)",
            }
        ],
    }


def test_a_field_without_resolver_is_null(api: Api) -> None:
    assert api.run("{ unresolved }").data == {"unresolved": None}


def test_a_value_that_its_type_cannot_hold_is_an_error_at_its_path(api: Api) -> None:
    api.resolver("Query.wrong", none("({ when: 'today', count: 1.5 })"))
    answer = api.run("{ wrong { when count } }")
    assert answer.body["data"] == {"wrong": {"when": None, "count": None}}
    messages = [error["message"] for error in answer.body["errors"]]
    assert messages[0] == (
        "Can't serialize value (/wrong/when) : "
        "Unable to serialize `today` as a valid DateTime Object."
    )
    assert messages[1].startswith("Can't serialize value (/wrong/count) : ")


def test_a_pipeline_shares_its_stash_and_hands_results_on(api: Api) -> None:
    first = api.function(
        "first",
        unit(
            "ctx.stash.seen.push('first');"
            " if (ctx.args.stop) { runtime.earlyReturn('stopped', { skipTo: ctx.args.stop }); }"
            " return { payload: ctx.prev.result.before + 1 };"
        ),
    )
    second = api.function(
        "second",
        unit(
            "ctx.stash.seen.push('second'); return { payload: ctx.prev.result };",
            "return [ctx.result, ctx.prev.result];",
        ),
    )
    api.pipeline(
        "Query.pipeline",
        unit(
            "ctx.stash.seen = []; return { before: 1 };",
            "return { seen: ctx.stash.seen, result: ctx.result, prev: ctx.prev.result };",
        ),
        [first, second],
    )

    def run(arguments: str) -> object:
        return json.loads(api.run(f"{{ pipeline{arguments} }}").data["pipeline"])

    assert run("") == {"seen": ["first", "second"], "result": [2, 2], "prev": [2, 2]}
    assert run('(stop: "NEXT")') == {
        "seen": ["first", "second"],
        "result": ["stopped", "stopped"],
        "prev": ["stopped", "stopped"],
    }
    assert run('(stop: "END")') == {"seen": ["first"], "result": "stopped", "prev": "stopped"}


def test_an_early_return_of_a_pipeline_s_own_request_handler_skips_all_functions(api: Api) -> None:
    never = api.function("never", unit("util.error('ran');"))
    api.pipeline(
        "Query.skipped",
        unit("runtime.earlyReturn({ a: 1 });", "return { after: ctx.result };"),
        [never],
    )
    assert json.loads(api.run("{ skipped }").data["skipped"]) == {"after": {"a": 1}}


def test_code_without_a_request_object_fails_its_field(api: Api) -> None:
    api.resolver("Query.missing", unit("return null;"))
    assert api.run("{ missing }").error["errorType"] == "MappingTemplate"
