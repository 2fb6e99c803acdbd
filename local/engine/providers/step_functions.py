"""Step Functions state machines."""

from typing import Any, ClassVar

from local.engine.aws import Aws
from local.engine.definition import faults_of_definition
from local.engine.providers.provider import (
    ANY,
    DOCUMENT,
    FIXED,
    TAGS,
    Inputs,
    Property,
    Provider,
    State,
    retag,
    structure,
)

QUIET = {"level": "OFF", "includeExecutionData": False}


class StateMachine(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "namePrefix": FIXED,
        "definition": DOCUMENT,
        "loggingConfiguration": structure(
            "level", "includeExecutionData", "logDestination", default=QUIET
        ),
        "roleArn": ANY,
        "tracingConfiguration": structure("enabled", default={"enabled": False}),
        "type": Property(default="STANDARD", replaces=True),
        "tags": TAGS,
    }
    outputs: ClassVar = {
        "arn": (),
        "creationDate": (),
        "revisionId": ("definition", "roleArn", "loggingConfiguration", "tracingConfiguration"),
        "status": (),
    }

    def create(self, aws: Aws, inputs: Inputs) -> str:
        return aws.step_functions.create_state_machine(
            name=inputs["name"],
            type=inputs["type"],
            tags=_tags(inputs["tags"]),
            **self._configuration(inputs),
        )["stateMachineArn"]

    def read(self, aws: Aws, state: State) -> State:
        arn = state["id"]
        machine: Any = aws.step_functions.describe_state_machine(stateMachineArn=arn)
        logging = machine.get("loggingConfiguration") or {}
        groups = [each["cloudWatchLogsLogGroup"] for each in logging.get("destinations") or []]
        found: State = {
            "name": machine["name"],
            "arn": arn,
            "creationDate": machine["creationDate"].isoformat(),
            "revisionId": machine.get("revisionId", ""),
            "status": machine["status"],
            "definition": machine["definition"],
            "loggingConfiguration": {
                "level": logging.get("level", "OFF"),
                "includeExecutionData": logging.get("includeExecutionData", False),
                **({"logDestination": groups[0]["logGroupArn"]} if groups else {}),
            },
            "roleArn": machine["roleArn"],
            "type": machine["type"],
            "tags": {
                tag["key"]: tag["value"]
                for tag in aws.step_functions.list_tags_for_resource(resourceArn=arn)["tags"]
                if "key" in tag and "value" in tag
            },
        }
        # The emulator does not tell it.
        if "tracingConfiguration" in machine:
            found["tracingConfiguration"] = machine["tracingConfiguration"]
        return found

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        arn = state["id"]
        if changed - {"tags"}:
            aws.step_functions.update_state_machine(
                stateMachineArn=arn, **self._configuration(inputs)
            )
        retag(
            state,
            inputs,
            lambda tags: aws.step_functions.tag_resource(resourceArn=arn, tags=_tags(tags)),
            lambda keys: aws.step_functions.untag_resource(resourceArn=arn, tagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.step_functions.delete_state_machine(stateMachineArn=state["id"])

    def holds(self, aws: Aws, state: State) -> str | None:
        if state["type"] != "STANDARD":
            return None
        running = aws.step_functions.list_executions(
            stateMachineArn=state["id"], statusFilter="RUNNING", maxResults=1
        )
        return "running executions" if running["executions"] else None

    def _configuration(self, inputs: Inputs) -> dict[str, Any]:
        # The emulator takes any.
        if faults := faults_of_definition(inputs["definition"]):
            raise ValueError(
                f"InvalidDefinition: Invalid State Machine Definition: '{', '.join(faults)}'"
            )
        logging = inputs["loggingConfiguration"]
        group = logging.get("logDestination")
        destinations = [{"cloudWatchLogsLogGroup": {"logGroupArn": group}}] if group else []
        return {
            "definition": inputs["definition"],
            "roleArn": inputs["roleArn"],
            "loggingConfiguration": {
                "level": logging.get("level", "OFF"),
                "includeExecutionData": logging.get("includeExecutionData", False),
                "destinations": destinations,
            },
            "tracingConfiguration": inputs["tracingConfiguration"],
        }


def _tags(tags: dict[str, str]) -> list[Any]:
    return [{"key": key, "value": value} for key, value in tags.items()]


PROVIDERS: dict[str, Provider] = {"aws:sfn/stateMachine:StateMachine": StateMachine()}
