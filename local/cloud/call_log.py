"""Writes down every call that AWS would bill, whoever makes it, one JSON object a line.

The emulator's own parts call each other without a request: a workflow writes to a table, a topic to
a queue, an event source mapping takes messages off it. So tables, queues, topics, functions and
executions are watched where the calls arrive; of everything else, the requests. What the root
user asks is left out: that is whoever looks at the stage, and no order.

Every line has `service`, `action` and `by`, the role or state machine that called; and `on`, the
table, queue, topic, function or state machine called, where there is one. Names are those that the
program gave. Further members, sizes in bytes:

- dynamodb: `before` and `after`, by name the size of each attribute of the item that was there and
  is there, and `changed`, the names of those that differ; of reads `read`, the size of what was
  read, and whether that was `consistent`
- sqs: `messages`; `bytes` of what was sent
- lambda: `ms`; whether it `failed`; `records` of its event, 1 where it has none; `log`, the size of
  each line of its log
- states: `transitions` of an execution that has ended
- the others: `bytes` of the request
"""

import contextvars
import functools
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator  # pyright: ignore[reportMissingTypeStubs]
from ministack.services import (  # pyright: ignore[reportMissingTypeStubs]
    dynamodb,
    lambda_svc,
    sns,
    sqs,
    stepfunctions,
)

from local.cloud.callers import App, Receive, Scope, Send

# The access key of the emulator's root user.
ROOT = "test"
# Pulumi.yaml's pattern for names, in a name, an ARN or an address.
NAME = re.compile(r"orderflow-local-(.+?)-[0-9a-f]{7}")
CREDENTIAL = re.compile(rb"Credential=([^/]+)/\d+/[^/]+/([^/]+)/")
WRITES = ("_put_item", "_update_item", "_delete_item")
READS = ("_get_item", "_query", "_scan")
# What is seen where it arrives; of topics, all that there is to be done by orders.
WATCHED = {
    "dynamodb": {"PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query", "Scan"},
    "sqs": {"SendMessage"},
    "sns": {"POST /"},
}

_dynamodb: Any = dynamodb
_lambda: Any = lambda_svc
_sns: Any = sns
_sqs: Any = sqs
_states: Any = stepfunctions
_iam: Any = iam_evaluator

# Who is calling; empty: AWS itself, such as an event source mapping.
_caller: contextvars.ContextVar[str] = contextvars.ContextVar("caller", default="")

Line = dict[str, Any]


class CallLog:
    """The file, of which each line is one call."""

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, service: str, action: str, on: str, **more: Any) -> None:
        if _caller.get() == ROOT:
            return
        line: Line = {"service": service, "action": action, "by": _caller.get(), "on": _name(on)}
        # One write, so that no reader sees calls mixed.
        os.write(self._descriptor, json.dumps(line | more).encode() + b"\n")


def write_call_log(file: Path) -> Callable[[App], App]:
    """Have the emulator that this process runs, mended, write to the file.

    Returns:
        What is to be made of the emulator's ASGI application.
    """
    log = CallLog(file)
    for watch in (
        _watch_tables,
        _watch_queues,
        _watch_topics,
        _watch_functions,
        _watch_executions,
    ):
        watch(log)
    return functools.partial(_watch_requests, log)


def _watch_tables(log: CallLog) -> None:
    for name in WRITES:
        setattr(_dynamodb, name, _writing(log, _action(name), getattr(_dynamodb, name)))
    for name in READS:
        setattr(_dynamodb, name, _reading(log, _action(name), getattr(_dynamodb, name)))


def _action(function: str) -> str:
    """`PutItem` of `_put_item`."""
    return function.title().replace("_", "")


def _writing(log: CallLog, action: str, write: Any) -> Any:
    def writing(data: dict[str, Any]) -> Any:
        key: Any = data.get("Key") or data.get("Item")
        with _dynamodb._lock:
            before = _item(data["TableName"], key)
            answer = write(data)
            after = _item(data["TableName"], key)
        if _is_billed(answer):
            log.write(
                "dynamodb",
                action,
                data["TableName"],
                before=_sizes(before),
                after=_sizes(after),
                changed=sorted(
                    n for n in before.keys() | after.keys() if before.get(n) != after.get(n)
                ),
            )
        return answer

    return writing


def _reading(log: CallLog, action: str, read: Any) -> Any:
    def reading(data: dict[str, Any]) -> Any:
        answer = read(data)
        if _is_billed(answer):
            found = json.loads(answer[2])
            items = found.get("Items", [found["Item"]] if "Item" in found else [])
            log.write(
                "dynamodb",
                action,
                data["TableName"],
                read=sum(sum(_sizes(item).values()) for item in items),
                consistent=bool(data.get("ConsistentRead")),
            )
        return answer

    return reading


def _item(table: str, key: Any) -> dict[str, Any]:
    """A copy of what a table has by this key, nothing where there is no item."""
    found = _dynamodb._tables.get(table)
    return dict((found and _dynamodb._get_item_by_key(found, key)) or {})


def _is_billed(answer: Any) -> bool:
    """Whether DynamoDB bills a call: a write whose condition failed, too."""
    status, _, body = answer
    return status < 400 or b"ConditionalCheckFailedException" in body


def _sizes(item: dict[str, Any]) -> dict[str, int]:
    return {name: _dynamodb._item_size_bytes({name: value}) for name, value in item.items()}


def _watch_queues(log: CallLog) -> None:
    send, receive, delete = (
        _sqs._act_send_message,
        _sqs._receive_messages_for_esm,
        _sqs._delete_messages_for_esm,
    )

    def sending(data: dict[str, Any], url: str) -> Any:
        answer = send(data, url)
        size = len(data["MessageBody"].encode())
        log.write("sqs", "SendMessage", data.get("QueueUrl", url), messages=1, bytes=size)
        return answer

    # An event source mapping's.
    def receiving(url: str, most: int) -> Any:
        messages = receive(url, most)
        if messages:
            log.write("sqs", "ReceiveMessage", url, messages=len(messages))
        return messages

    def deleting(url: str, handles: set[str]) -> None:
        delete(url, handles)
        if handles:
            log.write("sqs", "DeleteMessageBatch", url, messages=len(handles))

    _sqs._act_send_message = _sqs._HANDLERS["SendMessage"] = sending
    _sqs._receive_messages_for_esm = receiving
    _sqs._delete_messages_for_esm = deleting


def _watch_topics(log: CallLog) -> None:
    publish, deliver = _sns._publish, _sns._deliver_to_sqs

    def publishing(data: dict[str, Any]) -> Any:
        answer = publish(data)
        size = len(data["Message"].encode())
        log.write("sns", "Publish", data.get("TopicArn", ""), bytes=size)
        return answer

    def delivering(
        queue: str, envelope: str, raw: bool, message: str, *, topic_arn: str, **named: Any
    ) -> None:
        deliver(queue, envelope, raw, message, topic_arn=topic_arn, **named)
        size = len((message if raw else envelope).encode())
        # Whoever published, it is the topic that sends.
        publisher = _caller.set(_name(topic_arn))
        log.write("sqs", "SendMessage", queue, messages=1, bytes=size)
        _caller.reset(publisher)

    _sns._publish = publishing
    _sns._deliver_to_sqs = delivering


def _watch_functions(log: CallLog) -> None:
    execute = _lambda._execute_function_dispatch

    def executing(
        function: Any, config: dict[str, Any], event: Any, request_id: str, started: float
    ) -> Any:
        began = time.perf_counter()
        result = execute(function, config, event, request_id, started)
        took = (time.perf_counter() - began) * 1000
        records: list[Any] = event.get("Records", [event])
        lines = str(result.get("log") or "").splitlines()
        log.write(
            "lambda",
            "Invoke",
            config["FunctionName"],
            ms=round(took, 1),
            records=len(records),
            failed=bool(result.get("error")),
            log=[len(line.encode()) for line in lines],
        )
        return result

    _lambda._execute_function_dispatch = executing


def _watch_executions(log: CallLog) -> None:
    run = _states._run_execution

    def running(arn: str) -> None:
        machine = _states._executions[arn]["stateMachineArn"]
        # The thread is this execution's alone, and its tasks inherit this.
        _caller.set(_name(machine))
        run(arn)
        happened = Counter(each["type"] for each in _states._executions[arn]["events"])
        entered = sum(n for event, n in happened.items() if event.endswith("StateEntered"))
        # A task that is tried again is a transition, too.
        retries = happened["TaskScheduled"] - happened["TaskStateEntered"]
        log.write("states", "Execution", machine, transitions=entered + retries)

    _states._run_execution = running


def _watch_requests(log: CallLog, emulator: App) -> App:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict[bytes, bytes](scope["headers"])
            if signed := CREDENTIAL.search(headers.get(b"authorization", b"")):
                key, service = (each.decode() for each in signed.groups())
                _caller.set(_role(key, headers.get(b"x-amz-security-token")))
                target = headers.get(b"x-amz-target", b"").decode().rpartition(".")[2]
                action = target or f"{scope['method']} {scope['path']}"
                if action not in WATCHED.get(service, ()):
                    # Before it is answered: what its caller does then comes after it.
                    size = int(headers.get(b"content-length", b"0"))
                    log.write(service, action, "", bytes=size)
        await emulator(scope, receive, send)

    return app


def _role(key: str, token: bytes | None) -> str:
    if key == ROOT:
        return ROOT
    account = _iam.find_iam_access_key_account(key)
    found = _iam.resolve_credential(key, account, token.decode() if token else None)
    return _name(getattr(found, "principal_arn", ""))


def _name(physical: str) -> str:
    """What the program calls what has this name, ARN or address."""
    named = NAME.search(physical)
    return named[1] if named else physical
