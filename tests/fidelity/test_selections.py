"""What a resolver is told of the request: the fields that are selected."""

# ruff: noqa: E501 (a case a line)

from typing import TYPE_CHECKING

import pytest

from tests.fidelity.case import Case, deployed, each
from tests.local.appsync.deployment import Api, none

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient

pytestmark = pytest.mark.cloud

SDL = """
type Query { post: Post  node: Node  result: Result  results: [Result!] }
type Post implements Node { id: ID! title: String author: Author related: Node }
type Author { name: String posts: [Post] }
type Failure { message: String }
interface Node { id: ID! }
union Result = Post | Failure
"""
INFO = (
    "https://docs.aws.amazon.com/appsync/latest/devguide/"
    "resolver-context-reference-js.html#aws-appsync-resolver-context-reference-info-js"
)
UNION = "https://github.com/aws/aws-appsync-community/issues/358"
INTERFACE = "https://github.com/graphql-java/graphql-java/pull/1952"


def told(name: str, source: str, selection: str, paths: str) -> Case:
    """A field whose resolver fails with what it is told."""
    field = selection.split()[0]
    return Case(
        name=name,
        source=source,
        query=f"{{ {selection} }}",
        data={field: None},
        errors=({"path": [field], "message": paths},),
    )


CASES = [
    told("fields", INFO, "post { id title }", "id title"),
    told(
        "fields of fields, by path",
        INFO,
        "post { id author { name posts { id } } }",
        "id author author/name author/posts author/posts/id",
    ),
    told("an alias", INFO, "post { second: title }", "second"),
    told("a fragment on the type", INFO, "post { ... on Post { id } }", "id"),
    told("a fragment on the type's interface", INFO, "post { ... on Node { id } title }", "id title"),
    told("what is skipped", INFO, "post { id @skip(if: true) title @include(if: true) }", "title"),
    told("one field twice", INFO, "post { author { name } author { posts { id } } }",
         "author author/name author/posts author/posts/id"),
    told(
        "of an interface the fields that it has",
        INTERFACE,
        "node { id __typename ... on Post { title } }",
        "id __typename",
    ),
    told("of a fragment on an interface all", INTERFACE, "node { ... on Node { id } }", "id"),
    told(
        "of a union nothing",
        UNION,
        "result { ... on Post { id title } ... on Failure { message } }",
        "",
    ),
    told("of a union its name", UNION, "result { __typename ... on Post { id } }", "__typename"),
    told("of a list of a union nothing", UNION, "results { ... on Post { id } }", ""),
    told(
        "below, too",
        INFO,
        "post { related { id ... on Post { title } } }",
        "related related/id",
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def api(appsync: "AppSyncClient") -> Api:
    fails = none("util.error(ctx.info.selectionSetList.join(' '))")
    return deployed(
        appsync,
        SDL,
        {f"Query.{field}": fails for field in ("post", "node", "result", "results")},
    )


@each(CASES)
def test_what_is_selected(api: Api, case: Case) -> None:
    case.check(api)
