"""Step Functions state machines."""

from typing import Any

from local.engine.aws import Aws
from local.engine.definition import faults_of_definition
from local.engine.providers.provider import Created, Inputs, Provider, physical_name


def state_machine(aws: Aws, name: str, inputs: Inputs) -> Created:
    machine_name = physical_name(name, inputs)
    # The emulator takes any.
    if faults := faults_of_definition(inputs["definition"]):
        raise ValueError(
            f"InvalidDefinition: Invalid State Machine Definition: '{', '.join(faults)}'"
        )
    logging = inputs["loggingConfiguration"]
    configuration: Any = {
        "level": logging["level"],
        "includeExecutionData": logging["includeExecutionData"],
        "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": logging["logDestination"]}}],
    }
    arn = aws.step_functions.create_state_machine(
        name=machine_name,
        definition=inputs["definition"],
        roleArn=inputs["roleArn"],
        type=inputs["type"],
        loggingConfiguration=configuration,
        tracingConfiguration={"enabled": inputs["tracingConfiguration"]["enabled"]},
        tags=[{"key": key, "value": value} for key, value in inputs.get("tags", {}).items()],
    )["stateMachineArn"]
    return arn, {"name": machine_name, "arn": arn}


PROVIDERS: dict[str, Provider] = {"aws:sfn/stateMachine:StateMachine": state_machine}
