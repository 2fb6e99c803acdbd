"""AppSync APIs and all that is in them; made through the gateway, which checks them."""

import time
from typing import Any, ClassVar

from local.engine.aws import Aws
from local.engine.providers.provider import (
    ANY,
    FIXED,
    TAGS,
    Inputs,
    Property,
    Provider,
    State,
    given,
    retag,
    structure,
)

SCHEMA_WITHIN_SECONDS = 10


class GraphQLApi(Provider):
    inputs: ClassVar = {
        "name": ANY,
        "additionalAuthenticationProviders": structure("authenticationType", "userPoolConfig"),
        "authenticationType": ANY,
        "introspectionConfig": Property(default="ENABLED"),
        "logConfig": structure("cloudwatchLogsRoleArn", "excludeVerboseContent", "fieldLogLevel"),
        "queryDepthLimit": Property(default=0),
        "resolverCountLimit": Property(default=0),
        "schema": ANY,
        "userPoolConfig": structure("userPoolId", "awsRegion", "defaultAction", "appIdClientRegex"),
        "xrayEnabled": Property(default=False),
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": (), "uris": ()}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        api: Any = aws.appsync.create_graphql_api(
            tags=inputs["tags"], **self._configuration(inputs)
        )
        return api["graphqlApi"]["apiId"]

    def settle(self, aws: Aws, made: str, inputs: Inputs) -> None:
        if inputs["schema"]:
            _set_schema(aws, made, inputs["schema"])

    def read(self, aws: Aws, state: State) -> State:
        """All but the schema, as AWS's provider."""
        api: Any = aws.appsync.get_graphql_api(apiId=state["id"])["graphqlApi"]
        found: State = {
            "arn": api["arn"],
            "uris": api["uris"],
            "tags": api.get("tags") or {},
            **{key: api[key] for key in self.inputs if api.get(key) is not None},
        }
        if log := api.get("logConfig"):
            found["logConfig"] = {
                "cloudwatchLogsRoleArn": log["cloudWatchLogsRoleArn"],
                "excludeVerboseContent": log.get("excludeVerboseContent", False),
                "fieldLogLevel": log["fieldLogLevel"],
            }
        return found

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        if "schema" in changed:
            _set_schema(aws, state["id"], inputs["schema"])
        if changed - {"schema", "tags"}:
            aws.appsync.update_graphql_api(apiId=state["id"], **self._configuration(inputs))
        arn = state["arn"]
        retag(
            state,
            inputs,
            lambda tags: aws.appsync.tag_resource(resourceArn=arn, tags=tags),
            lambda keys: aws.appsync.untag_resource(resourceArn=arn, tagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.appsync.delete_graphql_api(apiId=state["id"])

    def _configuration(self, inputs: Inputs) -> dict[str, Any]:
        arguments = given(
            inputs,
            *("name", "additionalAuthenticationProviders", "authenticationType"),
            *("introspectionConfig", "queryDepthLimit", "resolverCountLimit"),
            *("userPoolConfig", "xrayEnabled"),
        )
        if log := inputs["logConfig"]:
            arguments["logConfig"] = {
                ("cloudWatchLogsRoleArn" if key == "cloudwatchLogsRoleArn" else key): value
                for key, value in log.items()
            }
        return arguments


def _set_schema(aws: Aws, api_id: str, schema: str) -> None:
    aws.appsync.start_schema_creation(apiId=api_id, definition=schema.encode())
    deadline = time.monotonic() + SCHEMA_WITHIN_SECONDS
    while True:
        status = aws.appsync.get_schema_creation_status(apiId=api_id)
        if status["status"] in {"SUCCESS", "ACTIVE"}:
            return
        if status["status"] == "FAILED" or time.monotonic() > deadline:
            raise ValueError(f"the schema was refused: {status.get('details')}")
        time.sleep(0.02)


def _of_api(state: State) -> dict[str, Any]:
    """The API, and what comes after it in an id."""
    api_id, _, rest = state["id"].partition("-")
    return {"apiId": api_id, "rest": rest}


class DataSource(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "apiId": FIXED,
        "dynamodbConfig": structure("tableName", "region"),
        "httpConfig": structure("endpoint", "authorizationConfig"),
        "serviceRoleArn": ANY,
        "type": ANY,
    }
    outputs: ClassVar = {"arn": ()}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        aws.appsync.create_data_source(**self._configuration(aws, inputs))
        return f"{inputs['apiId']}-{inputs['name']}"

    def read(self, aws: Aws, state: State) -> State:
        where = _of_api(state)
        source: Any = aws.appsync.get_data_source(apiId=where["apiId"], name=where["rest"])
        source = source["dataSource"]
        found: State = {
            "apiId": where["apiId"],
            "arn": source["dataSourceArn"],
            "name": source["name"],
            "type": source["type"],
        }
        for key in ("serviceRoleArn", "httpConfig"):
            if source.get(key):
                found[key] = source[key]
        if table := source.get("dynamodbConfig"):
            found["dynamodbConfig"] = {
                "tableName": table["tableName"],
                "region": table["awsRegion"],
            }
        return found

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        aws.appsync.update_data_source(**self._configuration(aws, inputs))

    def delete(self, aws: Aws, state: State) -> None:
        where = _of_api(state)
        aws.appsync.delete_data_source(apiId=where["apiId"], name=where["rest"])

    def _configuration(self, aws: Aws, inputs: Inputs) -> dict[str, Any]:
        arguments = given(inputs, "apiId", "name", "type", "serviceRoleArn", "httpConfig")
        if table := inputs["dynamodbConfig"]:
            arguments["dynamodbConfig"] = {
                "tableName": table["tableName"],
                "awsRegion": table.get("region", aws.region),
            }
        return arguments


class Function(Provider):
    inputs: ClassVar = {
        "name": ANY,
        "apiId": FIXED,
        "code": ANY,
        "dataSource": ANY,
        "runtime": structure("name", "runtimeVersion"),
    }
    outputs: ClassVar = {"arn": (), "functionId": ()}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        made: Any = aws.appsync.create_function(
            apiId=inputs["apiId"], **self._configuration(inputs)
        )
        return f"{inputs['apiId']}-{made['functionConfiguration']['functionId']}"

    def read(self, aws: Aws, state: State) -> State:
        where = _of_api(state)
        found: Any = aws.appsync.get_function(apiId=where["apiId"], functionId=where["rest"])
        found = found["functionConfiguration"]
        return {
            "apiId": where["apiId"],
            "arn": found["functionArn"],
            "functionId": found["functionId"],
            "name": found["name"],
            "code": found["code"],
            "dataSource": found["dataSourceName"],
            "runtime": found["runtime"],
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        aws.appsync.update_function(
            apiId=inputs["apiId"], functionId=state["functionId"], **self._configuration(inputs)
        )

    def delete(self, aws: Aws, state: State) -> None:
        where = _of_api(state)
        aws.appsync.delete_function(apiId=where["apiId"], functionId=where["rest"])

    def _configuration(self, inputs: Inputs) -> dict[str, Any]:
        return {
            "name": inputs["name"],
            "dataSourceName": inputs["dataSource"],
            "runtime": inputs["runtime"],
            "code": inputs["code"],
        }


class Resolver(Provider):
    inputs: ClassVar = {
        "apiId": FIXED,
        "type": FIXED,
        "field": FIXED,
        "code": ANY,
        "dataSource": ANY,
        "kind": Property(default="UNIT"),
        "pipelineConfig": structure("functions"),
        "runtime": structure("name", "runtimeVersion"),
    }
    outputs: ClassVar = {"arn": ()}
    name: ClassVar = None
    title: ClassVar = "{type}.{field}"

    def create(self, aws: Aws, inputs: Inputs) -> str:
        aws.appsync.create_resolver(**self._configuration(inputs))
        return f"{inputs['apiId']}-{inputs['type']}-{inputs['field']}"

    def read(self, aws: Aws, state: State) -> State:
        api_id, type_name, field = state["id"].split("-")
        found: Any = aws.appsync.get_resolver(apiId=api_id, typeName=type_name, fieldName=field)[
            "resolver"
        ]
        optional = {
            "dataSource": found.get("dataSourceName"),
            "pipelineConfig": found.get("pipelineConfig"),
        }
        return {
            "apiId": api_id,
            "type": type_name,
            "field": field,
            "arn": found["resolverArn"],
            "code": found["code"],
            "kind": found["kind"],
            "runtime": found["runtime"],
            **{key: value for key, value in optional.items() if value},
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        aws.appsync.update_resolver(**self._configuration(inputs))

    def delete(self, aws: Aws, state: State) -> None:
        api_id, type_name, field = state["id"].split("-")
        aws.appsync.delete_resolver(apiId=api_id, typeName=type_name, fieldName=field)

    def _configuration(self, inputs: Inputs) -> dict[str, Any]:
        arguments = given(inputs, "apiId", "kind", "runtime", "code", "pipelineConfig")
        arguments |= {"typeName": inputs["type"], "fieldName": inputs["field"]}
        if source := inputs["dataSource"]:
            arguments["dataSourceName"] = source
        return arguments


PROVIDERS: dict[str, Provider] = {
    "aws:appsync/graphQLApi:GraphQLApi": GraphQLApi(),
    "aws:appsync/dataSource:DataSource": DataSource(),
    "aws:appsync/function:Function": Function(),
    "aws:appsync/resolver:Resolver": Resolver(),
}
