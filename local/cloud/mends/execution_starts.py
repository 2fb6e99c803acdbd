"""Has StartExecution tell executions apart as Step Functions does.

- EXPRESS: names may repeat: each call starts an execution, with an ARN of its own, and none tells
  EventBridge of its status. The emulator refuses a name's second use, and tells of all.
- STANDARD: with the name and the input of an execution that runs, the answer is that execution, and
  of two calls at the same moment one starts it. The emulator refuses the second, or runs both.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

import contextvars
import threading
from typing import Any

from ministack.core.responses import (  # pyright: ignore[reportMissingTypeStubs]
    error_response_json,
    get_account_id,
    get_region,
    json_response,
    new_uuid,
    now_iso,
)
from ministack.services import stepfunctions  # pyright: ignore[reportMissingTypeStubs]

_states: Any = stepfunctions


def tell_executions_apart() -> None:
    """Patch the emulator that this process runs."""
    start = _states._start_execution

    def start_or_find(data: dict[str, Any]) -> Any:
        machine_arn = _states._resolve_state_machine_arn(data.get("stateMachineArn", ""))
        if machine_arn is None:
            return start(data)
        return _begin(_execution(_states._state_machines[machine_arn], data))

    _states._start_execution = start_or_find


def _execution(machine: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """As the emulator keeps it."""
    name, given, now = data.get("name") or new_uuid(), data.get("input", "{}"), now_iso()
    express = machine["type"] == "EXPRESS"
    kind, path = ("express", f"{name}:{new_uuid()}") if express else ("execution", name)
    scope = f"arn:aws:states:{get_region()}:{get_account_id()}"
    started = {"input": given, "roleArn": machine["roleArn"]}
    return {
        "executionArn": f"{scope}:{kind}:{machine['name']}:{path}",
        "stateMachineArn": machine["stateMachineArn"],
        "name": name,
        "status": "RUNNING",
        "startDate": now,
        "stopDate": None,
        "input": given,
        "output": None,
        # What it calls those that tell EventBridge nothing.
        "sync": express,
        "events": [
            {
                "id": 1,
                "type": "ExecutionStarted",
                "timestamp": now,
                "executionStartedEventDetails": started,
            }
        ],
    }


def _begin(execution: dict[str, Any]) -> Any:
    arn = execution["executionArn"]
    # One step: from now on it is this one, or it was another before.
    known = _states._executions.setdefault(arn, execution)
    if known is execution:
        _states._emit_execution_status_event(execution)
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(_states._run_execution, arn), daemon=True).start()
    elif known["status"] != "RUNNING" or known["input"] != execution["input"]:
        return error_response_json(
            "ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'", 400
        )
    return json_response({"executionArn": arn, "startDate": known["startDate"]})
