"""The engine's own work: order, refusals, and what it says about a failure; no emulator."""

import os
import re
import signal
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from infra.settings import SettingsError
from local.engine import providers, stage_config
from local.engine.archive import is_archive
from local.engine.aws import Aws
from local.engine.deployed import Resource, provider_of, require_known
from local.engine.deployment import DeploymentError, deploy
from local.engine.program import ROOT
from local.engine.providers.provider import Inputs, whole_numbers

QUEUE = "aws:sqs/queue:Queue"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
TABLE = "aws:dynamodb/table:Table"


class Account:
    """Stands where AWS would: notes what is to be created, and makes up what is known of it then.

    Args:
        failing: what is raised instead, by type and name, or by type.
    """

    def __init__(self) -> None:
        self.inputs: dict[tuple[str, str], Inputs] = {}
        self.begun: list[tuple[str, str]] = []
        self.done_before: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self.failing: dict[Any, Exception] = {}
        self._noting = threading.Lock()

    def deploy(self, created: list[tuple[str, str]] | None = None, **options: Any) -> Any:
        """Deploys stage local; `created` is filled with what it reports."""
        aws: Any = SimpleNamespace(region="us-east-1")
        report = [] if created is None else created
        return deploy(
            "local",
            stage_config("local", options),
            aws,
            lambda resource_type, name: report.append((resource_type, name)),
        ).outputs

    def create(
        self, _aws: Aws, resource_type: str, name: str, inputs: Inputs, proposed: str
    ) -> Resource:
        require_known(provider_of(resource_type), inputs)
        assert re.fullmatch(rf"orderflow-local-{re.escape(name)}-[0-9a-f]{{7}}", proposed)
        resource = (resource_type, name)
        with self._noting:
            self.begun.append(resource)
            self.done_before[resource] = set(self.inputs)
        # Long enough for a dependent that does not wait to overtake.
        time.sleep(0.005)
        if failure := self.failing.get(resource) or self.failing.get(resource_type):
            raise failure
        with self._noting:
            self.inputs[resource] = inputs
        state = {
            "id": f"id-{name}",
            "name": inputs.get("name", f"{name}-1"),
            "arn": f"arn:aws:service:us-east-1:1:{name}",
            "url": f"https://queue/{name}",
            "owner": "1",
            "uris": {"GRAPHQL": f"https://{name}", "REALTIME": f"wss://{name}"},
            "region": "us-east-1",
        }
        return Resource(type=resource_type, name=name, inputs=inputs, state=state)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    account = Account()
    monkeypatch.setattr("local.engine.deployment.create", account.create)
    return account


@pytest.fixture
def small_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of ours: a queue, one that needs it, and a group that nothing needs."""
    (tmp_path / "__main__.py").write_text(
        "import pulumi_aws as aws\n"
        "dead_letters = aws.sqs.Queue('dead-letters')\n"
        "aws.sqs.Queue('queue', redrive_policy=dead_letters.arn)\n"
        "aws.cognito.UserGroup('customers', name='all', description='', user_pool_id='pool')\n"
    )
    monkeypatch.setattr("local.engine.program.ROOT", tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("config: {}\n")
    (tmp_path / "Pulumi.local.yaml").write_text("config: {}\n")


def test_every_resource_is_created_once_and_reported(account: Account) -> None:
    created: list[tuple[str, str]] = []
    outputs = account.deploy(created)

    assert len(account.begun) == len(set(account.begun)) > 40
    assert sorted(created) == sorted(account.begun)
    assert outputs["orderTableName"] == "orders-1"
    assert outputs["region"] == "us-east-1"
    assert outputs["graphqlUrl"] == "https://order-api"


@pytest.mark.usefixtures("small_program")
@pytest.mark.parametrize(
    ("missing", "name"),
    [
        (QUEUE, "dead-letters"),
        # Nothing depends on it: it must be missed all the same.
        ("aws:cognito/userGroup:UserGroup", "customers"),
    ],
)
def test_an_unknown_resource_type_is_refused_and_never_skipped(
    account: Account, monkeypatch: pytest.MonkeyPatch, missing: str, name: str
) -> None:
    monkeypatch.delitem(providers.PROVIDERS, missing)
    created: list[tuple[str, str]] = []
    with pytest.raises(DeploymentError) as raised:
        account.deploy(created)
    assert f"'{name}' ({missing}) could not be created" in str(raised.value)
    assert missing in str(raised.value)
    assert "local/engine/providers" in str(raised.value)
    assert missing not in {resource_type for resource_type, _ in created}


@pytest.mark.usefixtures("small_program")
@pytest.mark.parametrize(
    ("resource_type", "name"),
    [(QUEUE, "dead-letters"), ("aws:cognito/userGroup:UserGroup", "customers")],
)
def test_a_failing_resource_is_named_with_its_type_and_the_cause(
    account: Account, resource_type: str, name: str
) -> None:
    account.failing[resource_type, name] = ValueError("the cloud is full")
    created: list[tuple[str, str]] = []
    with pytest.raises(DeploymentError) as raised:
        account.deploy(created)
    assert str(raised.value) == (
        f"'{name}' ({resource_type}) could not be created: the cloud is full"
    )
    assert isinstance(raised.value.__cause__, ValueError)
    assert (resource_type, name) not in created


def test_nothing_that_needs_a_failed_resource_is_created(account: Account) -> None:
    account.failing[TABLE] = ValueError("the cloud is full")
    with pytest.raises(DeploymentError, match="the cloud is full"):
        account.deploy()
    begun = {resource_type for resource_type, _ in account.begun}
    # Its data source, what resolves through that, and the workflow that writes to it.
    assert not begun & {
        "aws:appsync/resolver:Resolver",
        "aws:sfn/stateMachine:StateMachine",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
    }
    assert ("aws:appsync/dataSource:DataSource", "order-api-orders") not in account.begun


def test_a_wrong_configuration_creates_nothing(account: Account) -> None:
    with pytest.raises(SettingsError) as raised:
        account.deploy(paymentSuccessRate=2, workflowType="SLOW", logRetentionDaze=3)
    for part in (
        "orderflow:paymentSuccessRate is '2', but must be a number from 0 to 1",
        "orderflow:workflowType is 'SLOW', but must be one of STANDARD, EXPRESS",
        "orderflow:logRetentionDaze is not an option; did you mean orderflow:logRetentionDays?",
    ):
        assert part in str(raised.value)
    assert account.begun == []


@pytest.mark.parametrize(
    ("resource", "needs"),
    [
        ((QUEUE, "order-queue"), (QUEUE, "order-queue-dead-letters")),
        (("aws:sqs/queuePolicy:QueuePolicy", "order-queue"), (QUEUE, "order-queue")),
        (
            ("aws:lambda/function:Function", "start-workflow"),
            ("aws:sfn/stateMachine:StateMachine", "order-workflow"),
        ),
        (
            ("aws:appsync/resolver:Resolver", "order-api-getOrder"),
            ("aws:appsync/dataSource:DataSource", "order-api-orders"),
        ),
        # Told by `depends_on` alone: no input comes from these.
        (("aws:lambda/function:Function", "start-workflow"), (ROLE_POLICY, "start-workflow")),
        (
            ("aws:sfn/stateMachine:StateMachine", "order-workflow"),
            (ROLE_POLICY, "order-workflow"),
        ),
        (
            ("aws:appsync/dataSource:DataSource", "order-api-queue"),
            (ROLE_POLICY, "order-api-queue"),
        ),
    ],
)
def test_a_resource_waits_for_what_it_needs(
    deployed: Account, resource: tuple[str, str], needs: tuple[str, str]
) -> None:
    assert needs in deployed.done_before[resource]


@pytest.fixture(scope="module")
def deployed() -> Account:
    """One whole deployment, for the tests that only look at what was asked for."""
    account = Account()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("local.engine.deployment.create", account.create)
        account.deploy()
    return account


def test_providers_are_given_whole_numbers_and_known_values(deployed: Account) -> None:
    queue = deployed.inputs[QUEUE, "order-queue"]
    assert queue["visibilityTimeoutSeconds"] == 180
    floats = [number for inputs in deployed.inputs.values() for number in floats_in(inputs)]
    # A share is none: an alarm's threshold.
    assert [number for number in floats if number.is_integer()] == []
    redrive = re.sub(r"\s", "", queue["redrivePolicy"])
    dead_letters = "arn:aws:service:us-east-1:1:order-queue-dead-letters"
    assert redrive == f'{{"deadLetterTargetArn":"{dead_letters}","maxReceiveCount":5}}'


def test_code_is_known_by_its_files(deployed: Account) -> None:
    code = deployed.inputs["aws:lambda/function:Function", "start-workflow"]["code"]
    assert is_archive(code)
    assert "functions/start_workflow/handler.py" in code["assets"]


def floats_in(value: Any) -> list[float]:
    if isinstance(value, dict | list):
        items: list[Any] = list(value.values() if isinstance(value, dict) else value)  # pyright: ignore[reportUnknownArgumentType]
        return [number for item in items for number in floats_in(item)]
    return [value] if isinstance(value, float) else []


def test_whole_numbers_changes_nothing_else() -> None:
    given: Any = {"a": 5.0, "b": [1.5, {"c": -0.0}], "d": True, "e": "5.0", "f": None, "g": 7}
    changed = whole_numbers(given)
    assert changed == {"a": 5, "b": [1.5, {"c": 0}], "d": True, "e": "5.0", "f": None, "g": 7}
    assert repr(changed) == (
        "{'a': 5, 'b': [1.5, {'c': 0}], 'd': True, 'e': '5.0', 'f': None, 'g': 7}"
    )


@pytest.mark.usefixtures("account")
def test_an_input_that_its_provider_does_not_know_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def program() -> None:
        aws.sqs.Queue("queue", fifo_queue=True, delay_seconds=1)

    monkeypatch.setattr("local.engine.program.run_main", program)
    with pytest.raises(DeploymentError) as raised:
        Account().deploy()
    assert str(raised.value) == (
        "'queue' (aws:sqs/queue:Queue) could not be created: its provider does not know fifoQueue"
    )


def test_a_fault_of_the_program_is_told_by_file_and_line(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def program() -> None:
        # Waits for what the rest of the program would have given.
        never: pulumi.Output[str]
        never, _ = pulumi.deferred_output()
        aws.sqs.Queue("queue", name=never)
        raise LookupError("a typo")

    monkeypatch.setattr("local.engine.program.run_main", program)
    line = program.__code__.co_firstlineno + 5
    with pytest.raises(DeploymentError) as raised:
        account.deploy()
    assert str(raised.value) == (
        f"tests/local/engine/test_deployment.py, line {line}: LookupError: a typo"
    )


def test_a_file_that_is_no_python_is_named(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def program() -> None:
        compile("\nx = (", str(ROOT / "infra" / "payments.py"), "exec")

    monkeypatch.setattr("local.engine.program.run_main", program)
    with pytest.raises(DeploymentError, match=r"^infra/payments\.py, line 2: .* never closed"):
        account.deploy()


def test_an_interrupt_ends_a_deployment_that_would_wait_for_ever(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    begun, ending = threading.Event(), threading.Event()

    def create(aws: Aws, resource_type: str, *of: Any) -> Resource:
        if resource_type != QUEUE:
            return account.create(aws, resource_type, *of)
        begun.set()
        ending.wait()
        raise ValueError("over")

    monkeypatch.setattr("local.engine.deployment.create", create)
    before = signal.signal(signal.SIGUSR1, interrupt)
    main = threading.get_ident()

    def interrupt_once_it_waits() -> None:
        begun.wait()
        # A finalizer on its way there would lose it; for that `local.interrupts` repeats it.
        frames = sys._current_frames  # pyright: ignore[reportPrivateUsage] (documented)
        while frames()[main].f_code is not threading.Condition.wait.__code__:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGUSR1)

    threading.Thread(target=interrupt_once_it_waits, daemon=True).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            account.deploy()
    finally:
        ending.set()
        signal.signal(signal.SIGUSR1, before)
        for thread in threading.enumerate():
            if thread.name == "deployment":
                thread.join()
