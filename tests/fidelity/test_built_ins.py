"""What the built-ins of APPSYNC_JS answer."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.fidelity.case import deployed, each
from tests.local.appsync.deployment import JS, Api, none

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

GUIDE = "https://docs.aws.amazon.com/appsync/latest/devguide"
BUILT_IN = f"{GUIDE}/built-in-util-js.html"
TIME = f"{GUIDE}/time-helpers-in-util-time.html"
PATTERNS = "https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html"
TYPED = f"{GUIDE}/dynamodb-helpers-in-util-dynamodb-js.html"
TRANSFORM = f"{GUIDE}/transformation-helpers-in-utils-transform-js.html"
HTTP = f"{GUIDE}/http-helpers-in-utils-http-js.html"
STRINGS = f"{GUIDE}/str-helpers-in-util-str-js.html"
MODULE = f"{GUIDE}/built-in-modules-js.html"
FEATURES = f"{GUIDE}/supported-features.html"
# What EvaluateCode of AWS's service answered.
RECORDED = (
    "https://github.com/localstack/appsync-utils/blob/8f8ef7f/"
    "__tests__/__snapshots__/index.test.js.snap"
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """An expression of JavaScript, in which `ddb` is the module of DynamoDB's requests."""

    name: str
    source: str
    code: str
    value: Any


def update(changes: str, expression: str, values: dict[str, Any], *names: str) -> dict[str, Any]:
    """A case of `ddb.update`, of which AWS's answers number their placeholders."""
    return {
        "code": f"ddb.update({{ key: {{ id: 'test' }}, update: {changes} }})",
        "value": {
            "operation": "UpdateItem",
            "key": {"id": {"S": "test"}},
            "update": {
                "expression": expression,
                "expressionNames": {
                    f"#expName_{index}": name for index, name in enumerate(names, 1)
                },
            }
            | ({"expressionValues": values} if values else {}),
        },
    }


LIST = {"L": [{"N": 1}, {"N": 2}, {"N": 3}]}
AT = "1517943695750"
FILTER = """{ percentageUp: { lte: 50, gte: 20 },
  and: [{ title: { ne: 'Book1' } }, { downvotes: { gt: 20 } }],
  or: [{ author: { eq: 'Admin' } }, { isPublished: { eq: false } }] }"""


def filters(*filters: str) -> dict[str, Any]:
    """Filters such as `title ne "Book1"`."""
    return {
        "filters": [
            {"fieldName": name, "operator": operator, "value": json.loads(value)}
            for name, operator, value in (each.split(" ") for each in filters)
        ]
    }


CASES = [
    Case(name="get", source=RECORDED, code="ddb.get({ key: { id: 'id' } })",
         value={"operation": "GetItem", "key": {"id": {"S": "id"}}}),
    Case(name="put", source=RECORDED, code="ddb.put({ key: { id: 'abc' }, item: { value: 10 } })",
         value={"operation": "PutItem", "key": {"id": {"S": "abc"}},
                "attributeValues": {"value": {"N": 10}}}),
    Case(name="remove", source=RECORDED, code="ddb.remove({ key: { id: 'test' } })",
         value={"operation": "DeleteItem", "key": {"id": {"S": "test"}}}),
    Case(name="scan", source=RECORDED, code="ddb.scan({ limit: 10, nextToken: 'abc' })",
         value={"operation": "Scan", "limit": 10, "nextToken": "abc"}),
    Case(name="update by add", source=RECORDED,
         **update("{ age: ddb.operations.add(10) }", "SET #expName_1 = :expValue_1",
                  {":expValue_1": {"N": 10}}, "age")),
    Case(name="update by append", source=RECORDED,
         **update("{ values: ddb.operations.append([1, 2, 3]) }",
                  "SET #expName_1 = list_append(#expName_1, :expValue_1)",
                  {":expValue_1": LIST}, "values")),
    Case(name="update by prepend", source=RECORDED,
         **update("{ values: ddb.operations.prepend([1, 2, 3]) }",
                  "SET #expName_1 = list_append(:expValue_1, #expName_1)",
                  {":expValue_1": LIST}, "values")),
    Case(name="update by increment", source=RECORDED,
         **update("{ age: ddb.operations.increment(10) }",
                  "SET #expName_1 = #expName_1 + :expValue_1",
                  {":expValue_1": {"N": 10}}, "age")),
    Case(name="update by decrement", source=RECORDED,
         **update("{ age: ddb.operations.decrement(10) }",
                  "SET #expName_1 = #expName_1 - :expValue_1",
                  {":expValue_1": {"N": 10}}, "age")),
    Case(name="update by replace", source=RECORDED,
         **update("{ values: ddb.operations.replace({ a: 10 }) }", "SET #expName_1 = :expValue_1",
                  {":expValue_1": {"M": {"a": {"N": 10}}}}, "values")),
    Case(name="update by remove", source=MODULE,
         **update("{ gone: ddb.operations.remove() }", "REMOVE #expName_1", {}, "gone")),
    Case(name="update of items of a list", source=MODULE,
         **update("{ friends: [ddb.operations.updateListItem('102', 1)] }",
                  "SET #expName_1[1] = :expValue_1", {":expValue_1": {"S": "102"}}, "friends")),
    Case(name="update of a member of an object", source=MODULE,
         **update("{ address: { city: 'Rome' } }", "SET #expName_1.#expName_2 = :expValue_1",
                  {":expValue_1": {"S": "Rome"}}, "address", "city")),
    Case(name="an operation is told by its type", source=RECORDED,
         code="ddb.operations.increment(10)", value={"type": "OPERATION_INCREMENT", "by": 10}),
    Case(name="toDynamoDB of a number", source=RECORDED, code="util.dynamodb.toDynamoDB(12345)",
         value={"N": 12345}),
    Case(name="toDynamoDB of a list", source=RECORDED,
         code="util.dynamodb.toList(['foo', 123, { bar: 'baz' }])",
         value={"L": [{"S": "foo"}, {"N": 123}, {"M": {"bar": {"S": "baz"}}}]}),
    Case(name="toMapValues", source=RECORDED,
         code="util.dynamodb.toMapValues({ foo: 'bar', baz: 1234, beep: ['boop'] })",
         value={"foo": {"S": "bar"}, "baz": {"N": 1234}, "beep": {"L": [{"S": "boop"}]}}),
    Case(name="toNull", source=RECORDED, code="util.dynamodb.toNull()", value={"NULL": None}),
    Case(name="toNumberSet", source=RECORDED, code="util.dynamodb.toNumberSet([1, 23, 4.56])",
         value={"NS": [1, 23, 4.56]}),
    Case(name="toBinarySet", source=RECORDED, code="util.dynamodb.toBinarySet(['foo', 'bar'])",
         value={"BS": ["foo", "bar"]}),
    Case(name="toS3Object", source=RECORDED,
         code="util.dynamodb.toS3Object('foo', 'bar', 'baz', 'beep')",
         value={"S": '{"s3":{"key":"foo","bucket":"bar","region":"baz","version":"beep"}}'}),
    Case(name="toS3Object without a version", source=RECORDED,
         code="util.dynamodb.toS3Object('foo', 'bar', 'baz')",
         value={"S": '{"s3":{"key":"foo","bucket":"bar","region":"baz"}}'}),
    Case(name="fromS3ObjectJson", source=TYPED,
         code='util.dynamodb.fromS3ObjectJson(\'{"s3":{"key":"foo","bucket":"bar"}}\')',
         value={"key": "foo", "bucket": "bar"}),
    Case(name="a filter is a text of JSON", source=RECORDED,
         code="util.transform.toDynamoDBFilterExpression({ title: { contains: 'Hello World' } })",
         value='{"expression":"(contains(#title,:title_contains))",'
               '"expressionNames":{"#title":"title"},'
               '"expressionValues":{":title_contains":{"S":"Hello World"}}}'),
    Case(name="a condition is a text of JSON", source=RECORDED,
         code="util.transform.toDynamoDBConditionExpression("
              "{ id: { attributeExists: true }, version: { eq: 10 } })",
         value='{"expression":"(attribute_exists(#id)) AND (#version = :version_eq)",'
               '"expressionNames":{"#id":"id","#version":"version"},'
               '"expressionValues":{":version_eq":{"N":10}}}'),
    Case(name="a subscription filter with and, or, and alternatives of one field",
         source=TRANSFORM, code=f"util.transform.toSubscriptionFilter({FILTER})",
         value={"filterGroup": [
             filters(f"percentageUp {bound}", 'title ne "Book1"', "downvotes gt 20", other)
             for bound in ("lte 50", "gte 20")
             for other in ('author eq "Admin"', "isPublished eq false")
         ]}),
    Case(name="a subscription filter without fields that are ignored", source=TRANSFORM,
         code=f"util.transform.toSubscriptionFilter({FILTER}, ['percentageUp', 'author'])",
         value={"filterGroup": [
             filters('title ne "Book1"', "downvotes gt 20", "isPublished eq false")
         ]}),
    Case(name="a subscription filter with rules", source=TRANSFORM,
         code=f"util.transform.toSubscriptionFilter({FILTER}, ['percentageUp', 'author'], "
              "{ upvotes: { gte: 250 }, author: { eq: 'Person1' } })",
         value={"filterGroup": [
             filters('title ne "Book1"', "downvotes gt 20", "isPublished eq false", rule)
             for rule in ("upvotes gte 250", 'author eq "Person1"')
         ]}),
    Case(name="a time in a zone", source=TIME,
         code=f"util.time.epochMilliSecondsToFormatted({AT}, 'yyyy-MM-dd HH:mm:ssZ', "
              "'Australia/Perth')",
         value="2018-02-07 03:01:35+0800"),
    Case(name="a time in UTC", source=TIME,
         code=f"util.time.epochMilliSecondsToFormatted({AT}, 'yyyy-MM-dd HH:mm:ssZ')",
         value="2018-02-06 19:01:35+0000"),
    Case(name="a time in ISO 8601", source=TIME,
         code=f"util.time.epochMilliSecondsToISO8601({AT})", value="2018-02-06T19:01:35.750Z"),
    Case(name="a time in seconds", source=TIME,
         code=f"util.time.epochMilliSecondsToSeconds({AT})", value=1517943695),
    Case(name="parse a time with an offset", source=TIME,
         code="util.time.parseFormattedToEpochMilliSeconds("
              "'2018-02-01 17:21:05.180+0800', 'yyyy-MM-dd HH:mm:ss.SSSZ')",
         value=1517476865180),
    Case(name="parse a time in a zone", source=TIME,
         code="util.time.parseFormattedToEpochMilliSeconds("
              "'2018-02-01 17:21:05.180', 'yyyy-MM-dd HH:mm:ss.SSS', 'Australia/Perth')",
         value=1517476865180),
    Case(name="parse a time in ISO 8601", source=TIME,
         code="util.time.parseISO8601ToEpochMilliSeconds('2018-02-01T17:21:05.180+08:00')",
         value=1517476865180),
    Case(name="names of the month and the day, half of the day, quoted text", source=PATTERNS,
         code=f"util.time.epochMilliSecondsToFormatted({AT}, "
              "\"EEEE, d MMMM yy 'at' h:mm a, MMM EEE ''\")",
         value="Tuesday, 6 February 18 at 7:01 PM, Feb Tue '"),
    Case(name="offsets in all their spellings", source=PATTERNS,
         code=f"util.time.epochMilliSecondsToFormatted({AT}, 'X XX XXX x ZZZZ ZZZZZ O VV', "
              "'Asia/Kolkata')",
         value="+0530 +0530 +05:30 +0530 GMT+05:30 +05:30 GMT+5:30 Asia/Kolkata"),
    Case(name="the offset of UTC", source=PATTERNS,
         code=f"util.time.epochMilliSecondsToFormatted({AT}, 'X x xxx Z ZZZZ ZZZZZ')",
         value="Z +00 +00:00 +0000 GMT Z"),
    Case(name="fractions of a second, day of the year, hours from one", source=PATTERNS,
         code=f"util.time.epochMilliSecondsToFormatted({AT}, 'S SSSSSS D kk KK')",
         value="7 750000 37 19 07"),
    Case(name="a time in summer, in a zone that has it", source=PATTERNS,
         code="util.time.parseFormattedToEpochMilliSeconds("
              "'1 Jul 2018 09:00 AM', 'd MMM yyyy hh:mm a', 'Europe/Berlin')",
         value=1530428400000),
    Case(name="a time in the first hours of summer time", source=PATTERNS,
         code="util.time.parseFormattedToEpochMilliSeconds("
              "'2018-03-11 03:30', 'yyyy-MM-dd HH:mm', 'America/New_York')",
         value=1520753400000),
    Case(name="urlEncode", source=BUILT_IN, code="util.urlEncode('a b&c=ä*~')",
         value="a+b%26c%3D%C3%A4*%7E"),
    Case(name="urlDecode", source=BUILT_IN, code="util.urlDecode('a+b%26c%3D%C3%A4')",
         value="a b&c=ä"),
    Case(name="base64Encode", source=BUILT_IN, code="util.base64Encode('hello ä')",
         value="aGVsbG8gw6Q="),
    Case(name="base64Decode", source=BUILT_IN, code="util.base64Decode('aGVsbG8gw6Q=')",
         value="hello ä"),
    Case(name="escapeJavaScript", source=BUILT_IN,
         code="util.escapeJavaScript('it\\'s \"a\"\\n/é')", value="it\\'s \\\"a\\\"\\n\\/\\u00E9"),
    Case(name="matches", source=BUILT_IN, code="util.matches('a*b', 'aaaaab')", value=True),
    Case(name="autoUlid has 26 of Crockford's letters", source=BUILT_IN,
         code="util.matches('^[0-7][0-9A-HJKMNP-TV-Z]{25}$', util.autoUlid())", value=True),
    Case(name="autoKsuid has 27 letters and digits", source=BUILT_IN,
         code="util.matches('^[0-9A-Za-z]{27}$', util.autoKsuid())", value=True),
    Case(name="normalize", source=STRINGS,
         code="[util.str.normalize('ä', 'nfd').length, util.str.normalize('ﬁ', 'nfkc')]",
         value=[2, "fi"]),
    Case(name="roundNum", source=f"{GUIDE}/math-helpers-in-util-math-js.html",
         code="[util.math.roundNum(1.5), util.math.minVal(1, 2), util.math.maxVal(1, 2)]",
         value=[2, 1, 2]),
    Case(name="copyHeaders", source=HTTP,
         code="util.http.copyHeaders({ 'x-a': '1', Host: 'h', te: 't', 'Keep-Alive': '1' })",
         value={"x-a": "1"}),
    Case(name="JSON.parse of what is no JSON", source=FEATURES, code="JSON.parse('{')", value=""),
    Case(name="replace by a pattern", source=FEATURES,
         code="['a1b2'.replace('[0-9]', '_'), 'a1b2'.replaceAll('[0-9]', '_')]",
         value=["a_b2", "a_b_"]),
    Case(name="authType with an API key", source=BUILT_IN, code="util.authType()",
         value="API Key Authorization"),
    Case(name="query", source=MODULE,
         code="ddb.query({ query: { id: { eq: 'a' }, at: { between: [1, 2] } }, index: 'byId', "
              "limit: 5, scanIndexForward: false, projection: ['name', 'a.b[1]'] })",
         value={
             "operation": "Query",
             "query": {
                 "expression": "(#id = :id_eq) AND (#at BETWEEN :at_between_1 AND :at_between_2)",
                 "expressionNames": {"#id": "id", "#at": "at"},
                 "expressionValues": {
                     ":id_eq": {"S": "a"}, ":at_between_1": {"N": 1}, ":at_between_2": {"N": 2},
                 },
             },
             "index": "byId", "limit": 5, "scanIndexForward": False,
             "projection": {
                 "expression": "#name, #a.#b[1]",
                 "expressionNames": {"#name": "name", "#a": "a", "#b": "b"},
             },
         }),
    Case(name="batchGet", source=MODULE,
         code="ddb.batchGet({ tables: { post: { keys: [{ id: '1' }], consistentRead: false } } })",
         value={"operation": "BatchGetItem",
                "tables": {"post": {"keys": [{"id": {"S": "1"}}], "consistentRead": False}}}),
    Case(name="transactWrite", source=MODULE,
         code="ddb.transactWrite({ items: [{ deleteItem: { table: 'post', key: { id: '2' } } }, "
              "{ putItem: { table: 'post', key: { id: '1' }, item: { n: 1 }, "
              "condition: { id: { attributeExists: false } } } }] })",
         value={"operation": "TransactWriteItems", "transactItems": [
             {"table": "post", "operation": "DeleteItem", "key": {"id": {"S": "2"}}},
             {"table": "post", "operation": "PutItem", "key": {"id": {"S": "1"}},
              "attributeValues": {"n": {"N": 1}},
              "condition": {"expression": "(attribute_not_exists(#id))",
                            "expressionNames": {"#id": "id"}, "expressionValues": {}}},
         ]}),
    Case(name="sets of the module stay sets", source=MODULE,
         code="ddb.put({ key: { id: 'a' }, item: { tags: ddb.toStringSet(['a']) } })"
              ".attributeValues",
         value={"tags": {"SS": ["a"]}}),
]  # fmt: skip


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    return deployed(appsync, "type Query { value: AWSJSON }", {"Query.value": none("1")})


@each(CASES)
def test_a_built_in(api: Api, case: Case) -> None:
    imported = "import * as ddb from '@aws-appsync/utils/dynamodb';\n"
    api.appsync.update_resolver(
        apiId=api.api_id,
        typeName="Query",
        fieldName="value",
        dataSourceName="none",
        runtime=JS,
        code=imported + none(f"({{ answer: {case.code} }})"),
    )
    assert json.loads(api.run("{ value }").data["value"]) == {"answer": case.value}
