"""Measures orderflow on the embedded cloud and writes bench/results.json; see bench/README.md."""

import http.client
import json
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import psutil
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bench.client import ORDER, PLACE
from local.customers import Customer, sign_in, sign_up
from local.embedded_cloud import EmbeddedCloud

RESULTS = Path(__file__).with_name("results.json")
ROOT = RESULTS.parents[1]
FUNCTIONS = ("start_workflow", "take_payment", "refund_payment", "email_customer")
EVALUATE = """
import time
began = time.perf_counter()
from pulumi.runtime.mocks import Mocks
from local.engine.program import run_program, stage_config

class Accept(Mocks):
    def call(self, args):
        return {}, None
    def new_resource(self, args):
        known = {"arn": "arn", "url": "url", "name": "name", "region": "us-east-1", "owner": "1"}
        return args.name, {**args.inputs, **known, "uris": {"GRAPHQL": "url", "REALTIME": "url"}}

run_program("local", stage_config("local"), Accept())
print(time.perf_counter() - began)
"""
IMPORT = """
import time
began = time.perf_counter()
import functions.{function}.handler
print((time.perf_counter() - began) * 1000)
"""
# The design that orderflow is measured against: the same flow as an AWS CDK application with a
# Lambda function on every step, on the same emulator and two shared cores.
REFERENCE = {
    "mutation_ms.p50": 56,
    "end_to_end_ms.p50": 184,
    "burst.seconds": 4.8,
    "burst.orders_per_second": 62,
    "burst.cpu_ms_per_order.total": 21,
    "drain.300.seconds": 3.15,
    "lambda_invocations_per_order": 4.5,
    "evaluate_s": 3.5,
    "handler_import_ms.start_workflow": 170,
}

# No order waits for the retries of an unreachable processor.
ALL_PAID = {"paymentSuccessRate": 1}
# The reference publishes to SNS, whose e-mail costs the emulator nothing, and mails no customer.
SAME_WORK: dict[str, Any] = {**ALL_PAID, "notificationEmails": [], "senderEmail": ""}

Numbers = dict[str, Any]


@dataclass(kw_only=True)
class Bench:
    """One deployed stage and one customer of it, and what is measured on them."""

    cloud: EmbeddedCloud
    outputs: dict[str, Any]
    customer: Customer
    deploy_s: float
    sent: int = 0

    def mutation(self) -> Numbers:
        self._place(orders=10, clients=1)
        return percentiles([taken for _, taken in self._place(orders=50, clients=1)])

    def end_to_end(self) -> Numbers:
        url = urlsplit(str(self.outputs["graphqlUrl"]))
        assert url.hostname
        connection = http.client.HTTPConnection(url.hostname, url.port)
        body = json.dumps({"query": PLACE, "variables": {"input": ORDER}})
        headers = {
            "authorization": self.customer.access_token,
            "content-type": "application/json",
        }
        times: list[float] = []
        for _ in range(20):
            began = time.perf_counter()
            connection.request("POST", url.path, body, headers)
            self.sent += 1
            order = json.load(connection.getresponse())["data"]["placeOrder"]
            while self._status(order["id"]) in {None, "PENDING"}:
                time.sleep(0.01)
            times.append((time.perf_counter() - began) * 1000)
        connection.close()
        return percentiles(times)

    def burst(self) -> Numbers:
        orders = 300
        self._until_all_ended()
        invocations, cpu = self._invocations(), self._cpu_seconds()
        began = time.perf_counter()
        self._place(orders=orders, clients=8)
        self._until_all_ended()
        seconds = time.perf_counter() - began
        used = {part: spent - cpu[part] for part, spent in self._cpu_seconds().items()}
        per_order = {part: rounded(spent * 1000 / orders) for part, spent in used.items()}
        return {
            "seconds": rounded(seconds),
            "orders_per_second": rounded(orders / seconds),
            "cpu_ms_per_order": {"total": rounded(sum(per_order.values())), **per_order},
            "lambda_invocations_per_order": rounded((self._invocations() - invocations) / orders),
        }

    def drain(self, orders: int) -> Numbers:
        self._until_all_ended()
        mapping = self._consumer()
        self.cloud.aws.functions.update_event_source_mapping(UUID=mapping, Enabled=False)
        for start in range(0, orders, 10):
            self.cloud.aws.sqs.send_message_batch(
                QueueUrl=self.outputs["orderQueueUrl"],
                Entries=[
                    {"Id": str(number), "MessageBody": self._message()}
                    for number in range(start, min(start + 10, orders))
                ],
            )
        self.sent += orders
        began = time.perf_counter()
        self.cloud.aws.functions.update_event_source_mapping(UUID=mapping, Enabled=True)
        self._until_all_ended()
        seconds = time.perf_counter() - began
        return {"seconds": rounded(seconds), "orders_per_second": rounded(orders / seconds)}

    def _place(self, *, orders: int, clients: int) -> list[tuple[str, float]]:
        """Each order's id and the milliseconds of its mutation."""
        self.sent += orders
        output = subprocess.run(
            [
                *(sys.executable, "-m", "bench.client", self.outputs["graphqlUrl"]),
                *(self.customer.access_token, str(orders), str(clients)),
            ],
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout
        return json.loads(output)

    def _message(self) -> str:
        return json.dumps(
            {
                **ORDER,
                "id": str(uuid.uuid4()),
                "customerId": self.customer.sub,
                "placedAt": "2026-01-01T12:00:00.000Z",
                "attempt": 1,
            }
        )

    def _status(self, order_id: str) -> str | None:
        item = self.cloud.aws.dynamodb.get_item(
            TableName=self.outputs["orderTableName"],
            Key={"customerId": {"S": self.customer.sub}, "id": {"S": order_id}},
            ConsistentRead=True,
        ).get("Item")
        return item["status"].get("S") if item else None

    def _ended(self) -> int:
        """Orders in a terminal status."""
        pages = self.cloud.aws.dynamodb.get_paginator("query").paginate(
            TableName=self.outputs["orderTableName"],
            KeyConditionExpression="customerId = :customer",
            FilterExpression="#status <> :pending",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={
                ":customer": {"S": self.customer.sub},
                ":pending": {"S": "PENDING"},
            },
            Select="COUNT",
        )
        return sum(page["Count"] for page in pages)

    def _until_all_ended(self) -> None:
        """Wait for every order sent so far; counting them is work for the emulator too."""
        while self._running() or self._ended() < self.sent:
            time.sleep(0.1)

    def _running(self) -> bool:
        return bool(
            self.cloud.aws.step_functions.list_executions(
                stateMachineArn=self.outputs["workflowArn"], statusFilter="RUNNING", maxResults=1
            )["executions"]
        )

    def _consumer(self) -> str:
        """The event source mapping of the order queue."""
        arn = self.cloud.aws.sqs.get_queue_attributes(
            QueueUrl=self.outputs["orderQueueUrl"], AttributeNames=["QueueArn"]
        )["Attributes"]["QueueArn"]
        mappings = self.cloud.aws.functions.list_event_source_mappings(EventSourceArn=arn)
        return mappings["EventSourceMappings"][0].get("UUID", "")

    def _invocations(self) -> int:
        """Calls of every function so far: each writes one REPORT line."""
        logs = self.cloud.aws.logs
        return sum(
            event.get("message", "").startswith("REPORT")
            for group in logs.describe_log_groups()["logGroups"]
            for page in logs.get_paginator("filter_log_events").paginate(
                logGroupName=group.get("logGroupName", "")
            )
            for event in page["events"]
        )

    def _cpu_seconds(self) -> dict[str, float]:
        """CPU time so far, by part: everything but the load generator."""
        here, emulator = psutil.Process(), psutil.Process(self.cloud.emulator.pid)
        times = emulator.cpu_times()
        node = [child for child in here.children() if child.name() == "node"]
        return {
            "gateway": spent(here),
            "resolvers": sum(spent(child) for child in node),
            "emulator": spent(emulator),
            # The Lambda workers that live, and those that have ended.
            "functions": sum(spent(child) for child in emulator.children(recursive=True))
            + times.children_user
            + times.children_system,
        }


def spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def rounded(value: float) -> float:
    return round(value, 2)


def percentiles(values: list[float]) -> Numbers:
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return {"p50": rounded(cuts[9]), "p95": rounded(cuts[18])}


def fresh_interpreter(code: str) -> float:
    """What the code prints, the median of five runs after one that compiles the modules."""
    runs = [
        float(
            subprocess.run(
                [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True
            ).stdout
        )
        for _ in range(6)
    ]
    return rounded(statistics.median(runs[1:]))


def deploy(cloud: EmbeddedCloud, options: Numbers) -> Bench:
    began = time.perf_counter()
    outputs = cloud.deploy(options)
    deployed = time.perf_counter() - began
    email = "bench@orderflow.example"
    password = sign_up(cloud.aws, cloud.mailbox, outputs, email)
    return Bench(
        cloud=cloud,
        outputs=outputs,
        customer=sign_in(cloud.aws, outputs, email, password),
        deploy_s=rounded(deployed),
    )


def measure(console: Console) -> Numbers:
    results: Numbers = {}

    def step(name: str, run: Callable[[], Any]) -> None:
        with console.status(f"Measuring {name}"):
            results[name] = run()

    step("evaluate_s", lambda: fresh_interpreter(EVALUATE))
    step(
        "handler_import_ms",
        lambda: {name: fresh_interpreter(IMPORT.format(function=name)) for name in FUNCTIONS},
    )
    with EmbeddedCloud() as cloud:
        bench = deploy(cloud, SAME_WORK)
        results["deploy_s"] = bench.deploy_s
        step("mutation_ms", bench.mutation)
        step("end_to_end_ms", bench.end_to_end)
        step("burst", bench.burst)
        step("drain", lambda: {str(orders): bench.drain(orders) for orders in (300, 3000)})
        mailing = deploy(cloud, ALL_PAID)
        step("burst_with_mail", mailing.burst)
    results["lambda_invocations_per_order"] = results["burst"].pop("lambda_invocations_per_order")
    return results


def flat(numbers: Numbers, prefix: str = "") -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, value in numbers.items():
        if isinstance(value, dict):
            figures |= flat(cast(Numbers, value), f"{prefix}{name}.")
        else:
            figures[f"{prefix}{name}"] = value
    return figures


def show(console: Console, results: Numbers) -> None:
    table = Table("figure", "orderflow", "reference", "orderflow / reference", box=SIMPLE)
    for name, value in flat(results).items():
        reference = REFERENCE.get(name)
        ratio = f"{value / reference:.2f}" if reference else ""
        table.add_row(name, f"{value:g}", f"{reference:g}" if reference else "", ratio)
    console.print(table)


if __name__ == "__main__":
    console = Console()
    results = measure(console)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    show(console, results)
    console.print(f"Written to {RESULTS.relative_to(ROOT)}")
