"""Lambda functions and their event source mappings."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pulumi

from local.engine.aws import Aws
from local.engine.providers.provider import Created, Inputs, Provider, pascal, physical_name


def function(aws: Aws, name: str, inputs: Inputs) -> Created:
    function_name = physical_name(name, inputs)
    created = aws.functions.create_function(
        FunctionName=function_name,
        Runtime=inputs["runtime"],
        Role=inputs["role"],
        Handler=inputs["handler"],
        Code={"ZipFile": _zip(inputs["code"])},
        Architectures=inputs.get("architectures", ["x86_64"]),
        Layers=inputs.get("layers", []),
        Timeout=inputs["timeout"],
        MemorySize=inputs["memorySize"],
        Environment={"Variables": inputs.get("environment", {}).get("variables", {})},
        LoggingConfig=pascal(inputs["loggingConfig"]),
        TracingConfig=pascal(inputs["tracingConfig"]),
        Tags=inputs.get("tags", {}),
    )
    return function_name, {"name": function_name, "arn": created["FunctionArn"]}


def _zip(code: pulumi.AssetArchive) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, asset in code.assets.items():
            assert isinstance(asset, pulumi.FileAsset)
            archive.writestr(path, Path(asset.path).read_bytes())
    return buffer.getvalue()


def event_source_mapping(aws: Aws, _name: str, inputs: Inputs) -> Created:
    arguments: dict[str, Any] = {
        key[0].upper() + key[1:]: pascal(inputs[key])
        for key in (
            "scalingConfig",
            "startingPosition",
            "bisectBatchOnFunctionError",
            "parallelizationFactor",
            "maximumRetryAttempts",
            "maximumRecordAgeInSeconds",
        )
        if key in inputs
    }
    if destinations := inputs.get("destinationConfig"):
        on_failure = destinations["onFailure"]["destinationArn"]
        arguments["DestinationConfig"] = {"OnFailure": {"Destination": on_failure}}
    created = aws.functions.create_event_source_mapping(
        EventSourceArn=inputs["eventSourceArn"],
        FunctionName=inputs["functionName"],
        BatchSize=inputs["batchSize"],
        FunctionResponseTypes=inputs.get("functionResponseTypes", []),
        Tags=inputs.get("tags", {}),
        **arguments,
    )
    return created["UUID"], {"uuid": created["UUID"]}


PROVIDERS: dict[str, Provider] = {
    "aws:lambda/function:Function": function,
    "aws:lambda/eventSourceMapping:EventSourceMapping": event_source_mapping,
}
