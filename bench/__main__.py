"""Measures orderflow on the embedded cloud and writes bench/results.json; see bench/README.md."""

import asyncio
import gc
import http.client
import json
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import psutil
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Column, Table

from local.customers import Customer, sign_in, sign_up
from local.demo import make_console
from local.embedded_cloud import EmbeddedCloud
from local.live import order_updates

RESULTS = Path(__file__).with_name("results.json")
ROOT = RESULTS.parents[1]
FUNCTIONS = (
    "start_workflow",
    "take_payment",
    "refund_payment",
    "broadcast_update",
    "email_customer",
)
ORDER = {"name": "Pizza", "quantity": 6, "restaurantId": "Dominos", "addOns": ["chili"]}
PLACE = "mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id status } }"
GET = "query ($id: ID!) { getOrder(id: $id) { id name status version } }"
LIST = "query { listOrders(limit: 20) { items { id name status version } nextToken } }"
UPDATE = "mutation ($input: UpdateOrderInput!) { updateOrder(input: $input) { id version } }"
ECHO_SDL = "type Query { echo(text: String): String }"
ECHO = """
export function request(ctx) { return { payload: ctx.args.text }; }
export function response(ctx) { return ctx.result; }
"""
SUBSCRIBERS = 200
ROUNDS = 10
EVALUATE = """
import time
began = time.perf_counter()
from pulumi.runtime.mocks import Mocks
from local.engine.program import run_program, stage_config

class Accept(Mocks):
    def call(self, args):
        return {}, None
    def new_resource(self, args):
        arn = f"arn:aws:a:us-east-1:1:{args.name}"
        known = {"arn": arn, "url": "url", "name": "name", "region": "us-east-1", "owner": "1"}
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
# The reference publishes to SNS, whose e-mail costs the emulator nothing, and mails no customer. It
# has no live updates either: the broadcast is switched off meanwhile.
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
        return percentiles(self._place(orders=50, clients=1))

    def get_order(self) -> Numbers:
        return self._sequential([{"query": GET, "variables": {"id": self._an_order()}}] * 60)

    def list_orders(self) -> Numbers:
        return self._sequential([{"query": LIST, "variables": {}}] * 60)

    def update_order(self) -> Numbers:
        order_id = self._an_order(status="PAYMENT_FAILED")
        inputs = [{"id": order_id, "version": n, "quantity": 5} for n in range(1, 61)]
        return self._sequential(
            [{"query": UPDATE, "variables": {"input": given}} for given in inputs]
        )

    def delivery(self) -> Numbers:
        """From the table's answer to a write until a subscriber has it."""
        url = self.outputs["graphqlUrl"]

        async def follow() -> list[float]:
            async with order_updates(url, self.customer) as updates:
                times: list[float] = []
                for _ in range(60):
                    order_id = await asyncio.to_thread(self._an_order)
                    written = time.perf_counter()
                    while (await updates.get())["id"] != order_id:
                        pass
                    times.append((time.perf_counter() - written) * 1000)
                return times

        return percentiles(asyncio.run(follow())[10:])

    def subscribers(self) -> Numbers:
        """Rounds of subscribers that come, follow an order each, and go: this process's memory."""
        memory: list[float] = []
        began = time.perf_counter()
        for _ in range(ROUNDS):
            given = {
                "url": self.outputs["graphqlUrl"],
                "customer": asdict(self.customer),
                "subscribers": SUBSCRIBERS,
            }
            run_module("bench.subscribers", given)
            self.sent += SUBSCRIBERS
            gc.collect()
            memory.append(round(psutil.Process().memory_info().rss / 2**20))
        seconds = (time.perf_counter() - began) / ROUNDS
        return {"seconds_a_round": rounded(seconds), "gateway_mb_after_each_round": memory}

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

    def _place(self, *, orders: int, clients: int) -> list[float]:
        """The milliseconds of each order's mutation."""
        self.sent += orders
        request = {"query": PLACE, "variables": {"input": ORDER}}
        return [taken for _, taken in self._send([request] * orders, clients)]

    def _send(self, requests: list[Numbers], clients: int) -> list[tuple[Any, float]]:
        headers = {"authorization": self.customer.access_token}
        return send(self.outputs["graphqlUrl"], headers, requests, clients)

    def _sequential(self, requests: list[Numbers]) -> Numbers:
        """The percentiles of requests on one connection, without the first ten."""
        return percentiles([taken for _, taken in self._send(requests, 1)][10:])

    def _an_order(self, status: str = "PAID") -> str:
        """Write an order of the customer straight into the table; its id."""
        order_id = str(uuid.uuid4())
        now = "2026-01-01T12:00:00.000Z"
        texts = {
            "customerId": self.customer.sub,
            "id": order_id,
            "name": "Pizza",
            "restaurantId": "Dominos",
            "status": status,
            "placedAt": now,
            "updatedAt": now,
        }
        self.cloud.aws.dynamodb.put_item(
            TableName=self.outputs["orderTableName"],
            Item={
                **{name: {"S": text} for name, text in texts.items()},
                **{name: {"N": "1"} for name in ("quantity", "attempt", "version")},
                "addOns": {"L": []},
            },
        )
        self.sent += 1
        return order_id

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
        return self._mapping(
            self.cloud.aws.sqs.get_queue_attributes(
                QueueUrl=self.outputs["orderQueueUrl"], AttributeNames=["QueueArn"]
            )["Attributes"]["QueueArn"]
        )

    def switch_broadcast(self, *, on: bool) -> None:
        """Let changes of the table go out to subscribers, or not."""
        table = self.cloud.aws.dynamodb.describe_table(TableName=self.outputs["orderTableName"])
        stream = table["Table"].get("LatestStreamArn", "")
        self.cloud.aws.functions.update_event_source_mapping(UUID=self._mapping(stream), Enabled=on)

    def _mapping(self, source: str) -> str:
        mappings = self.cloud.aws.functions.list_event_source_mappings(EventSourceArn=source)
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
        node = [child for child in here.children() if child.name() == "node"]
        return {
            "gateway": spent(here),
            "resolvers": sum(spent(child) for child in node),
            "emulator": spent(emulator),
            # The Lambda workers that live, and those that have ended.
            "functions": sum(spent(child) for child in emulator.children(recursive=True))
            + sum(spent_by_ended(each) for each in (emulator, *emulator.children())),
        }


def run_module(module: str, given: Numbers) -> str:
    """What the module prints, given this on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", module],
        cwd=ROOT,
        check=True,
        input=json.dumps(given),
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def send(
    url: str, headers: dict[str, str], requests: list[Numbers], clients: int
) -> list[tuple[Any, float]]:
    """The data and the milliseconds of each request, from a process of its own."""
    given = {"url": url, "headers": headers, "requests": requests, "clients": clients}
    return json.loads(run_module("bench.client", given))


def none_field(cloud: EmbeddedCloud) -> Numbers:
    """One field on a NONE data source, through the gateway and through the emulator's endpoint."""
    appsync = cloud.aws.appsync
    api = appsync.create_graphql_api(name="echo", authenticationType="API_KEY")["graphqlApi"]
    api_id = api.get("apiId", "")
    appsync.start_schema_creation(apiId=api_id, definition=ECHO_SDL.encode())
    appsync.create_data_source(apiId=api_id, name="none", type="NONE")
    appsync.create_resolver(
        apiId=api_id,
        typeName="Query",
        fieldName="echo",
        dataSourceName="none",
        runtime={"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"},
        code=ECHO,
    )
    headers = {"x-api-key": appsync.create_api_key(apiId=api_id)["apiKey"].get("id", "")}
    request = {"query": "query ($text: String) { echo(text: $text) }", "variables": {"text": "a"}}
    addresses = {
        "gateway": api.get("uris", {})["GRAPHQL"],
        "emulator": f"{cloud.emulator.url}/v1/apis/{api_id}/graphql",
    }
    return {
        part: percentiles([taken for _, taken in send(url, headers, [request] * 110, 1)][10:])
        for part, url in addresses.items()
    }


def spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def spent_by_ended(process: psutil.Process) -> float:
    """The CPU seconds of its children that have ended."""
    times = process.cpu_times()
    return times.children_user + times.children_system


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
        bench.switch_broadcast(on=False)
        step("mutation_ms", bench.mutation)
        step("end_to_end_ms", bench.end_to_end)
        step("get_order_ms", bench.get_order)
        step("list_orders_ms", bench.list_orders)
        step("update_order_ms", bench.update_order)
        step("burst", bench.burst)
        bench.switch_broadcast(on=True)
        step("delivery_ms", bench.delivery)
        step("burst_with_live_updates", bench.burst)
        step("subscribers", bench.subscribers)
        bench.switch_broadcast(on=False)
        step("drain", lambda: {str(orders): bench.drain(orders) for orders in (300, 3000)})
        step("none_field_ms", lambda: none_field(cloud))
        mailing = deploy(cloud, ALL_PAID)
        step("burst_with_mail", mailing.burst)
    results["lambda_invocations_per_order"] = results["burst"].pop("lambda_invocations_per_order")
    return results


def flat(numbers: Numbers, prefix: str = "") -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, value in numbers.items():
        if isinstance(value, list):
            value = dict(enumerate(cast(list[float], value), 1))
        if isinstance(value, dict):
            figures |= flat(cast(Numbers, value), f"{prefix}{name}.")
        else:
            figures[f"{prefix}{name}"] = value
    return figures


def show(console: Console, results: Numbers) -> None:
    table = Table(
        Column("figure", no_wrap=True),
        "orderflow",
        "reference",
        "orderflow / reference",
        box=SIMPLE,
    )
    for name, value in flat(results).items():
        reference = REFERENCE.get(name)
        ratio = f"{value / reference:.2f}" if reference else ""
        table.add_row(name, f"{value:g}", f"{reference:g}" if reference else "", ratio)
    console.print(table)


if __name__ == "__main__":
    console = make_console()
    results = measure(console)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    show(console, results)
    console.print(f"Written to {RESULTS.relative_to(ROOT)}")
