"""Lambda functions and their event source mappings."""

from typing import Any, ClassVar

from local.engine.archive import packed
from local.engine.aws import Aws
from local.engine.providers.provider import (
    ANY,
    FIXED,
    SET,
    TAGS,
    Inputs,
    Property,
    Provider,
    State,
    camel,
    given,
    pascal,
    retag,
    structure,
)


def _variables(environment: Any) -> Any:
    return (environment or {}).get("variables")


class Function(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "architectures": Property(default=["x86_64"]),
        "code": ANY,
        "description": Property(default=""),
        "environment": Property(fields=frozenset({"variables"}), compared=_variables),
        "handler": ANY,
        "layers": Property(default=[]),
        "loggingConfig": structure(
            "logFormat", "logGroup", "applicationLogLevel", "systemLogLevel"
        ),
        "memorySize": Property(default=128),
        "role": ANY,
        "runtime": ANY,
        "timeout": Property(default=3),
        "tracingConfig": structure("mode", default={"mode": "PassThrough"}),
        "tags": TAGS,
    }
    outputs: ClassVar = {
        "arn": (),
        "invokeArn": (),
        "qualifiedArn": (),
        "version": (),
        "codeSha256": ("code",),
        "lastModified": tuple(key for key in inputs if key != "tags"),
        "sourceCodeSize": ("code",),
    }

    def create(self, aws: Aws, inputs: Inputs) -> str:
        return aws.functions.create_function(
            FunctionName=inputs["name"],
            Code={"ZipFile": packed(inputs["code"])},
            Architectures=inputs["architectures"],
            Tags=inputs["tags"],
            **self._configuration(inputs),
        )["FunctionName"]

    def read(self, aws: Aws, state: State) -> State:
        answer: Any = aws.functions.get_function(FunctionName=state["id"])
        found = answer["Configuration"]
        arn = found["FunctionArn"]
        return {
            "name": found["FunctionName"],
            "arn": arn,
            "invokeArn": f"arn:aws:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{arn}"
            "/invocations",
            "qualifiedArn": f"{arn}:{found['Version']}",
            "version": found["Version"],
            "codeSha256": found["CodeSha256"],
            "lastModified": found["LastModified"],
            "sourceCodeSize": found["CodeSize"],
            "architectures": found.get("Architectures", ["x86_64"]),
            "description": found.get("Description", ""),
            "environment": {"variables": found.get("Environment", {}).get("Variables", {})},
            "handler": found["Handler"],
            "layers": [layer["Arn"] for layer in found.get("Layers") or []],
            "loggingConfig": camel(found["LoggingConfig"]),
            "memorySize": found["MemorySize"],
            "role": found["Role"],
            "runtime": found["Runtime"],
            "timeout": found["Timeout"],
            "tracingConfig": camel(found.get("TracingConfig", {"Mode": "PassThrough"})),
            "tags": answer.get("Tags", {}),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        name = state["id"]
        if changed - {"code", "architectures", "tags"}:
            aws.functions.update_function_configuration(
                FunctionName=name, **self._configuration(inputs)
            )
        if changed & {"code", "architectures"}:
            # As Lambda asks for: until a change is done it refuses the next.
            aws.functions.get_waiter("function_updated_v2").wait(
                FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
            )
            aws.functions.update_function_code(
                FunctionName=name,
                ZipFile=packed(inputs["code"]),
                Architectures=inputs["architectures"],
            )
        arn = state["arn"]
        retag(
            state,
            inputs,
            lambda tags: aws.functions.tag_resource(Resource=arn, Tags=tags),
            lambda keys: aws.functions.untag_resource(Resource=arn, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.functions.delete_function(FunctionName=state["id"])

    def _configuration(self, inputs: Inputs) -> dict[str, Any]:
        arguments = pascal(
            given(
                inputs,
                *("description", "handler", "layers", "loggingConfig"),
                *("memorySize", "role", "runtime", "timeout", "tracingConfig"),
            )
        )
        # The names of variables are nobody's to spell.
        return {**arguments, "Environment": {"Variables": _variables(inputs["environment"]) or {}}}


def _function_name(name_or_arn: Any) -> Any:
    return name_or_arn.rpartition(":")[2] if name_or_arn else name_or_arn


class EventSourceMapping(Provider):
    inputs: ClassVar = {
        "batchSize": ANY,
        "bisectBatchOnFunctionError": Property(default=False),
        "destinationConfig": structure("onFailure"),
        "enabled": Property(default=True),
        "eventSourceArn": FIXED,
        "functionName": Property(compared=_function_name),
        "functionResponseTypes": SET,
        "maximumRecordAgeInSeconds": Property(default=-1),
        "maximumRetryAttempts": Property(default=-1),
        "parallelizationFactor": Property(default=1),
        "scalingConfig": structure("maximumConcurrency"),
        "startingPosition": FIXED,
        "tags": TAGS,
    }
    outputs: ClassVar = {
        "arn": (),
        "functionArn": ("functionName",),
        "lastModified": tuple(key for key in inputs if key != "tags"),
        "state": ("enabled",),
        "uuid": (),
    }
    name: ClassVar = None

    def create(self, aws: Aws, inputs: Inputs) -> str:
        return aws.functions.create_event_source_mapping(
            EventSourceArn=inputs["eventSourceArn"],
            Tags=inputs["tags"],
            **pascal(given(inputs, "startingPosition")),
            **self._configuration(inputs),
        )["UUID"]

    def read(self, aws: Aws, state: State) -> State:
        mapping: Any = aws.functions.get_event_source_mapping(UUID=state["id"])
        arn = mapping["EventSourceMappingArn"]
        found: State = {
            "arn": arn,
            "functionArn": mapping["FunctionArn"],
            "lastModified": mapping["LastModified"].isoformat(),
            "state": mapping["State"],
            "uuid": mapping["UUID"],
            "batchSize": mapping["BatchSize"],
            "enabled": mapping["State"] in {"Enabled", "Enabling", "Creating", "Updating"},
            "eventSourceArn": mapping["EventSourceArn"],
            "functionName": mapping["FunctionArn"],
            "functionResponseTypes": mapping.get("FunctionResponseTypes") or [],
            "scalingConfig": camel(mapping.get("ScalingConfig") or {}),
            "tags": aws.functions.list_tags(Resource=arn).get("Tags", {}),
        }
        for key in STREAM_SETTINGS:
            attribute = key[0].upper() + key[1:]
            if attribute in mapping:
                found[key] = mapping[attribute]
        destination = (mapping.get("DestinationConfig") or {}).get("OnFailure") or {}
        if "Destination" in destination:
            found["destinationConfig"] = {
                "onFailure": {"destinationArn": destination["Destination"]}
            }
        return found

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        if changed - {"tags"}:
            aws.functions.update_event_source_mapping(
                UUID=state["id"], **self._configuration(inputs)
            )
        arn = state["arn"]
        retag(
            state,
            inputs,
            lambda tags: aws.functions.tag_resource(Resource=arn, Tags=tags),
            lambda keys: aws.functions.untag_resource(Resource=arn, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.functions.delete_event_source_mapping(UUID=state["id"])

    def _configuration(self, inputs: Inputs) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "FunctionName": inputs["functionName"],
            "Enabled": inputs["enabled"],
            "FunctionResponseTypes": inputs["functionResponseTypes"] or [],
            **pascal(given(inputs, "batchSize")),
        }
        if ":sqs:" in inputs["eventSourceArn"]:
            # An empty one is none.
            arguments["ScalingConfig"] = pascal(inputs["scalingConfig"] or {})
            return arguments
        destination = inputs["destinationConfig"] or {}
        failed = destination.get("onFailure", {}).get("destinationArn", "")
        arguments["DestinationConfig"] = {"OnFailure": {"Destination": failed} if failed else {}}
        return {**arguments, **pascal(given(inputs, *STREAM_SETTINGS))}


STREAM_SETTINGS = (
    "bisectBatchOnFunctionError",
    "maximumRecordAgeInSeconds",
    "maximumRetryAttempts",
    "parallelizationFactor",
)

PROVIDERS: dict[str, Provider] = {
    "aws:lambda/function:Function": Function(),
    "aws:lambda/eventSourceMapping:EventSourceMapping": EventSourceMapping(),
}
