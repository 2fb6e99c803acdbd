"""Which built-ins of APPSYNC_JS, and which operations of data sources, are served here.

All others that AWS has are refused, by name, when a code that names them is deployed.
https://docs.aws.amazon.com/appsync/latest/devguide/resolver-util-reference-js.html
https://docs.aws.amazon.com/appsync/latest/devguide/built-in-modules-js.html
"""

from collections.abc import Iterator

from tree_sitter import Node

from local.appsync.control_plane.syntax import CodeError, error, member_path, part, text, walk

ROOT_MODULE = "@aws-appsync/utils"
_DYNAMODB = f"{ROOT_MODULE}/dynamodb"
SERVED = {
    "util": (
        "error appendError unauthorized matches authType autoId autoUlid autoKsuid urlEncode "
        "urlDecode base64Encode base64Decode escapeJavaScript"
    ),
    "util.str": "normalize",
    "util.math": "roundNum minVal maxVal randomDouble randomWithinRange",
    "util.time": (
        "nowISO8601 nowEpochSeconds nowEpochMilliSeconds nowFormatted "
        "parseFormattedToEpochMilliSeconds parseISO8601ToEpochMilliSeconds "
        "epochMilliSecondsToSeconds epochMilliSecondsToISO8601 epochMilliSecondsToFormatted"
    ),
    "util.dynamodb": (
        "toDynamoDB toString toStringSet toNumber toNumberSet toBinary toBinarySet toBoolean "
        "toNull toList toMap toMapValues toS3Object fromS3ObjectJson"
    ),
    "util.http": "copyHeaders addResponseHeader addResponseHeaders",
    "util.transform": (
        "toDynamoDBFilterExpression toDynamoDBConditionExpression toSubscriptionFilter"
    ),
    "runtime": "earlyReturn",
    "extensions": "setSubscriptionFilter evictFromApiCache",
    _DYNAMODB: (
        "get put update remove query scan batchGet batchPut batchDelete transactGet transactWrite "
        "operations toStringSet toNumberSet toBinarySet"
    ),
    f"{_DYNAMODB}.operations": (
        "add remove replace increment decrement append prepend updateListItem"
    ),
}
REFUSED = {
    "util.xml": "toMap toJsonString",
    "util.rds": "toJsonObject",
    "util.transform": "toElasticsearchQueryDSL",
    "extensions": "setSubscriptionInvalidationFilter invalidateSubscriptions",
    _DYNAMODB: "sync",
}
MODULES = (ROOT_MODULE, _DYNAMODB)
# By the member of a request object that names them.
REFUSED_OPERATIONS = {"operation": ("Sync", "BatchInvoke"), "strategy": ("Custom",)}
_SERVED_PATHS = {f"{group}.{name}" for group, names in SERVED.items() for name in names.split()}
_REFUSED_PATHS = {f"{group}.{name}" for group, names in REFUSED.items() for name in names.split()}
_GROUPS = {*SERVED, *REFUSED}


def built_in_errors(root: Node) -> Iterator[CodeError]:
    """What a code names that is not served here, or that AWS has not, either."""
    bound = {name: name for name in ("util", "runtime", "extensions")}
    for node in walk(root):
        if node.type == "import_statement":
            bound |= _bindings(node)
    for node in walk(root):
        if node.type == "member_expression" or (
            node.type == "identifier" and bound.get(text(node), "").startswith(_DYNAMODB)
        ):
            if reason := _refusal(node, bound):
                yield error(node, reason)
        elif node.type == "import_specifier":
            if reason := _import_refusal(node, bound):
                yield error(node, reason)
        elif node.type == "pair":
            value = text(part(node, "value")).strip("'\"")
            if value in REFUSED_OPERATIONS.get(text(part(node, "key")).strip("'\""), ()):
                yield error(node, f"{value} is not supported here")


def _bindings(statement: Node) -> dict[str, str]:
    """What the names that a statement imports stand for."""
    module = text(part(statement, "source")).strip("'\"")
    prefix = "" if module == ROOT_MODULE else module
    bound: dict[str, str] = {}
    for node in walk(statement):
        if node.type == "import_specifier":
            name = text(part(node, "name"))
            bound[text(part(node, "alias")) or name] = f"{prefix}.{name}".lstrip(".")
        elif node.type == "namespace_import" or (
            node.type == "identifier" and node.parent and node.parent.type == "import_clause"
        ):
            bound[text(node).rpartition(" ")[2]] = prefix
    return bound


def _import_refusal(node: Node, bound: dict[str, str]) -> str | None:
    path = bound[text(part(node, "alias")) or text(part(node, "name"))]
    return _path_refusal(path) if path.startswith(_DYNAMODB) else None


def _refusal(node: Node, bound: dict[str, str]) -> str | None:
    """Of an expression that names a helper, and is no part of a longer name."""
    root, _, rest = member_path(node).partition(".")
    if root not in bound or not rest:
        return None
    return _path_refusal(f"{bound[root]}.{rest}".lstrip("."))


def _path_refusal(path: str) -> str | None:
    group, _, name = path.rpartition(".")
    if path in _SERVED_PATHS or path in _GROUPS or group not in _GROUPS:
        return None
    shown = f"{name} of {group}" if group.startswith(ROOT_MODULE) else path
    reason = "is not supported here" if path in _REFUSED_PATHS else "does not exist"
    return f"{shown} {reason}"
