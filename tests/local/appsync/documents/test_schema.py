"""Schemas that AppSync takes, and schemas that it refuses."""

from pathlib import Path

import pytest

from local.appsync.documents.schema import SchemaRefused, build_schema

GOOD = """
type Query @aws_iam @aws_cognito_user_pools(cognito_groups: ["staff"]) {
  a: AWSDateTime b: [AWSJSON!]
}
type Mutation { put(when: AWSDate): Int @aws_auth(cognito_groups: ["staff"]) }
type Subscription {
  onPut: Int @aws_subscribe(mutations: ["put"]) @aws_api_key @aws_oidc @aws_lambda
}
"""


def test_knows_appsync_s_scalars_and_directives() -> None:
    assert build_schema(GOOD).query_type is not None


def test_a_subscription_may_be_null_where_its_mutation_is_not() -> None:
    build_schema(
        "type Query { a: Int } type Mutation { put: Int! } "
        'type Subscription { onPut: Int @aws_subscribe(mutations: ["put"]) }'
    )


def test_takes_the_api_s_own_schema() -> None:
    build_schema((Path(__file__).parents[4] / "graphql" / "schema.graphql").read_text())


@pytest.mark.parametrize(
    ("sdl", "reason"),
    [
        ("type Query {\n  a: \n}", "line 3"),
        ("type Query {\n  a: Nonsense\n}", "Unknown type 'Nonsense'. (line 2"),
        ("type Query { a: Int @nothing }", "Unknown directive '@nothing'"),
        ("type Query { a: Int @aws_iam(b: 1) }", "Unknown argument 'b'"),
        ("type Query { a: Int @aws_auth }", "cognito_groups"),
        ("type Query { a: Int @aws_cognito_user_pools(cognito_groups: 1.5) }", "cognito_groups"),
        ("type Mutation { a: Int }", "no Query type"),
        ("type Query { a: Int a: Int }", "can only be defined once"),
        ("type Query { a: Thing } type Thing implements Named { b: Int } "
         "interface Named { name: String }", "Named.name expected"),
        ("input A { b: A! } type Query { a(b: A): Int }", "Cannot reference Input Object"),
        ("type Query { a: Int } type Subscription { b: Int @aws_subscribe(mutations: [\"c\"]) }",
         "the mutation c"),
        ("directive @own on FIELD_DEFINITION type Query { a: Int }",
         "Directive definitions are not supported. (line 1, column 1)"),
        ("type Query { a: Int } extend type Query { b: Int }", "Failed to parse schema document"),
        ("type Query { a: Int } extend schema @aws_iam", "Failed to parse schema document"),
        ("type Query { a: A } interface A { b: Int } interface B implements A { b: Int } "
         "type C implements B & A { b: Int }", "Failed to parse schema document"),
        ("scalar Money type Query { a: Money }", "Custom scalars are not supported: Money."),
        ("type AWSThing { b: Int } type Query { a: AWSThing }", "The prefix AWS is reserved"),
        ("type Query { a: Int } type Mutation { put: Int } "
         "type Subscription { onPut: String @aws_subscribe(mutations: [\"put\"]) }",
         "Subscription.onPut is of type String, and the mutation put, to which it subscribes, "
         "of type Int."),
        ("type Query { a: Int } type Mutation { put: [Int!] } "
         "type Subscription { onPut: [Int] @aws_subscribe(mutations: [\"put\"]) }",
         "of type [Int!]"),
    ],
)  # fmt: skip
def test_refuses(sdl: str, reason: str) -> None:
    with pytest.raises(SchemaRefused) as refusal:
        build_schema(sdl)
    assert reason in str(refusal.value)
