"""AppSync APIs and all that is in them; made through the gateway, which checks them."""

import time
from typing import Any

from local.engine.aws import Aws
from local.engine.providers.provider import Created, Inputs, Provider, physical_name

SCHEMA_WITHIN_SECONDS = 10


def graphql_api(aws: Aws, name: str, inputs: Inputs) -> Created:
    api_name = physical_name(name, inputs)
    arguments: dict[str, Any] = {
        key: inputs[key]
        for key in (
            "userPoolConfig",
            "additionalAuthenticationProviders",
            "introspectionConfig",
            "queryDepthLimit",
            "resolverCountLimit",
            "xrayEnabled",
        )
        if key in inputs
    }
    if "logConfig" in inputs:
        log = dict(inputs["logConfig"])
        log["cloudWatchLogsRoleArn"] = log.pop("cloudwatchLogsRoleArn")
        arguments["logConfig"] = log
    api = aws.appsync.create_graphql_api(
        name=api_name,
        authenticationType=inputs["authenticationType"],
        tags=inputs.get("tags", {}),
        **arguments,
    )["graphqlApi"]
    api_id = api.get("apiId", "")
    aws.appsync.start_schema_creation(apiId=api_id, definition=inputs["schema"].encode())
    deadline = time.monotonic() + SCHEMA_WITHIN_SECONDS
    while True:
        status = aws.appsync.get_schema_creation_status(apiId=api_id)
        if status["status"] in {"SUCCESS", "ACTIVE"}:
            return api_id, {"name": api_name, "arn": api.get("arn"), "uris": api.get("uris")}
        if status["status"] == "FAILED" or time.monotonic() > deadline:
            raise ValueError(f"the schema was refused: {status.get('details')}")
        time.sleep(0.02)


def data_source(aws: Aws, name: str, inputs: Inputs) -> Created:
    source_name = physical_name(name, inputs)
    arguments: dict[str, Any] = {}
    if role := inputs.get("serviceRoleArn"):
        arguments["serviceRoleArn"] = role
    if table := inputs.get("dynamodbConfig"):
        arguments["dynamodbConfig"] = {
            "tableName": table["tableName"],
            "awsRegion": table.get("region", aws.region),
        }
    if http := inputs.get("httpConfig"):
        arguments["httpConfig"] = http
    arn = aws.appsync.create_data_source(
        apiId=inputs["apiId"], name=source_name, type=inputs["type"], **arguments
    )["dataSource"].get("dataSourceArn")
    return f"{inputs['apiId']}-{source_name}", {"name": source_name, "arn": arn}


def function(aws: Aws, name: str, inputs: Inputs) -> Created:
    made = aws.appsync.create_function(
        apiId=inputs["apiId"],
        name=physical_name(name, inputs),
        dataSourceName=inputs["dataSource"],
        runtime=inputs["runtime"],
        code=inputs["code"],
    )["functionConfiguration"]
    function_id = made.get("functionId", "")
    return f"{inputs['apiId']}-{function_id}", {
        "name": made.get("name"),
        "functionId": function_id,
        "arn": made.get("functionArn"),
    }


def resolver(aws: Aws, _name: str, inputs: Inputs) -> Created:
    arguments: dict[str, Any] = {}
    if source := inputs.get("dataSource"):
        arguments["dataSourceName"] = source
    if pipeline := inputs.get("pipelineConfig"):
        arguments["pipelineConfig"] = pipeline
    arn = aws.appsync.create_resolver(
        apiId=inputs["apiId"],
        typeName=inputs["type"],
        fieldName=inputs["field"],
        kind=inputs["kind"],
        runtime=inputs["runtime"],
        code=inputs["code"],
        **arguments,
    )["resolver"].get("resolverArn")
    return f"{inputs['apiId']}-{inputs['type']}-{inputs['field']}", {"arn": arn}


PROVIDERS: dict[str, Provider] = {
    "aws:appsync/graphQLApi:GraphQLApi": graphql_api,
    "aws:appsync/dataSource:DataSource": data_source,
    "aws:appsync/function:Function": function,
    "aws:appsync/resolver:Resolver": resolver,
}
