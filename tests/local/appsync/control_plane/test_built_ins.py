"""Which built-ins there are: in AWS's types, in the worker, and in the README."""

import json
import subprocess
from pathlib import Path
from unittest.mock import Mock

import pytest

from local.appsync.control_plane.built_ins import REFUSED, REFUSED_OPERATIONS, SERVED
from local.appsync.control_plane.resolver_code import check_code
from local.appsync.resolvers.datasources.dynamodb import DynamoDbDataSource

README = Path(__file__).parents[4] / "README.md"


@pytest.fixture(scope="module")
def names() -> dict[str, list[str]]:
    """`typed` by AWS, and `served` by the worker."""
    ran = subprocess.run(  # noqa: S603 (our own script)
        ["node", Path(__file__).with_name("built_in_names.mjs")],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return json.loads(ran.stdout)


def paths(groups: dict[str, str]) -> list[str]:
    """Of functions, that is: `operations` is a group in a group."""
    return sorted(
        path
        for group, names in groups.items()
        for name in names.split()
        if (path := f"{group}.{name}") not in groups
    )


def test_what_is_served_is_what_the_worker_has(names: dict[str, list[str]]) -> None:
    assert paths(SERVED) == sorted(names["served"])


def test_all_that_aws_has_is_served_or_refused(names: dict[str, list[str]]) -> None:
    assert sorted([*paths(SERVED), *paths(REFUSED)]) == sorted(names["typed"])


def code(statement: str, imported: str = "util, extensions, runtime", module: str = "") -> str:
    return (
        f"import {{ {imported} }} from '@aws-appsync/utils{module}';\n"
        f"export function request(ctx) {{ {statement} }}\n"
        "export function response(ctx) { return ctx.result; }\n"
    )


@pytest.mark.parametrize("path", [path for path in paths(REFUSED) if "/" not in path])
def test_a_built_in_that_is_not_served_is_refused_by_name(path: str) -> None:
    (error,) = check_code(code(f"return {path}(ctx.args);"))
    assert (error.message, error.line) == (f"{path} is not supported here", 2)


@pytest.mark.parametrize("path", [path for path in paths(SERVED) if "/" not in path])
def test_a_built_in_that_is_served_is_taken(path: str) -> None:
    assert check_code(code(f"return {path}(ctx.args);")) == []


@pytest.mark.parametrize(
    ("statement", "imported", "module", "reason"),
    [
        ("return helpers.xml.toMap('');", "util as helpers", "", "util.xml.toMap is not supported"),
        ("return util?.rds.toJsonObject({});", "util", "", "util.rds.toJsonObject is not"),
        ("return sync({});", "sync", "/dynamodb", "sync of @aws-appsync/utils/dynamodb is not"),
        ("return s({});", "sync as s", "/dynamodb", "sync of @aws-appsync/utils/dynamodb is not"),
        ("return util.nothing();", "util", "", "util.nothing does not exist"),
        ("return util.time.now();", "util", "", "util.time.now does not exist"),
        ("return nothing();", "nothing", "/dynamodb", "nothing of @aws-appsync/utils/dynamodb"),
        ("return o.nothing();", "operations as o", "/dynamodb", "nothing of @aws-appsync/utils"),
        ("return ctx;", "select", "/rds", "the module @aws-appsync/utils/rds cannot"),
        ("return ctx;", "converse", "/ai", "the module @aws-appsync/utils/ai cannot"),
        ("return { operation: 'Sync' };", "util", "", "Sync is not supported here"),
        ("return { 'operation': \"BatchInvoke\" };", "util", "", "BatchInvoke is not supported"),
        ("return { strategy: 'Custom' };", "util", "", "Custom is not supported here"),
    ],
)
def test_refuses_by_name_however_it_is_spelled(
    statement: str, imported: str, module: str, reason: str
) -> None:
    errors = check_code(code(statement, imported, module))
    assert errors
    assert reason in errors[0].message


def test_a_namespace_and_a_default_import_are_followed() -> None:
    for imported in ("* as ddb", "ddb"):
        whole = code("return ddb.sync({});").replace(
            "{ util, extensions, runtime } from '@aws-appsync/utils'",
            f"{imported} from '@aws-appsync/utils/dynamodb'",
        )
        (error,) = check_code(whole)
        assert "sync of @aws-appsync/utils/dynamodb" in error.message


def test_the_readme_s_table_says_so() -> None:
    def named(*names: str) -> str:
        return ", ".join(f"`{name}`" for name in names)

    whole = [group for group in SERVED if group not in REFUSED]
    rows = [(named(*whole), "all", "")]
    rows += [
        (named(group), named(*SERVED.get(group, "").split()), named(*names.split()))
        for group, names in REFUSED.items()
    ]
    rows.append(("other modules", "", named("@aws-appsync/utils/rds", "@aws-appsync/utils/ai")))
    operations = [*DynamoDbDataSource({}, Mock(), Mock()).operations, "Invoke"]
    refused = REFUSED_OPERATIONS["operation"]
    rows.append(("operations of DynamoDB and Lambda", named(*operations), named(*refused)))
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows).replace("|  |", "| |")
    assert table in README.read_text(), f"the README's table is to be\n{table}"
