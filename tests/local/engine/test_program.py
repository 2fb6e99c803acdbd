"""The program's configuration and its evaluation, without any emulator."""

import gc
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pulumi
import pytest
import yaml
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

from infra.settings import SettingsError
from local.engine import run_program, stage_config
from local.engine.stage_file import StageFileError
from tests.local.commands import OUTPUTS

ROOT = Path(__file__).parents[3]


class Recorder(Mocks):
    """Takes every resource; makes up what AWS would answer."""

    def __init__(self, suffix: str = "1", refused: str | None = None) -> None:
        self.inputs: dict[tuple[str, str], dict[str, Any]] = {}
        self._suffix = suffix
        self._refused = refused

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.name == self._refused:
            raise RuntimeError(f"no more of {args.name}")
        assert (args.typ, args.name) not in self.inputs
        self.inputs[args.typ, args.name] = args.inputs
        name = f"{args.name}-{self._suffix}"
        return name, {
            "name": name,
            "arn": f"arn:aws:service:us-east-1:1:{name}",
            "url": f"https://queue/{name}",
            "region": "us-east-1",
            "owner": "1",
            "uris": {"GRAPHQL": f"https://{name}", "REALTIME": f"wss://{name}"},
            **args.inputs,
        }

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(args.token)

    def of_type(self, resource_type: str) -> dict[str, dict[str, Any]]:
        return {name: inputs for (typ, name), inputs in self.inputs.items() if typ == resource_type}


@pytest.fixture
def small_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of two resources instead of ours, which a test may rewrite."""
    program = tmp_path / "__main__.py"
    program.write_text(
        "import pulumi_aws as aws, pulumi\n"
        "table = aws.dynamodb.Table('orders', hash_key='id')\n"
        "aws.sqs.Queue('queue', name_prefix=table.name)\n"
        "pulumi.export('table', table.name)\n"
    )
    monkeypatch.setattr("local.engine.program.ROOT", tmp_path)
    return program


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """Every thread, event loop and file that a test opens must be closed by its end."""
    gc.collect()
    threads, files = set(threading.enumerate()), psutil.Process().num_fds()
    yield
    # What is not closed warns when it is collected, and a warning is an error here.
    gc.collect()
    assert set(threading.enumerate()) <= threads
    assert psutil.Process().num_fds() <= files


def test_a_stages_options_are_the_projects_with_its_own_over_them() -> None:
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    stage = yaml.safe_load((ROOT / "Pulumi.local.yaml").read_text())["config"]
    # How things are named is for Pulumi to know.
    del project["pulumi:autonaming"]
    config = stage_config("local")

    assert {f"orderflow:{key}" for key in project} | set(stage) == set(config)
    for key, option in project.items():
        if f"orderflow:{key}" not in stage:
            assert decoded(config[f"orderflow:{key}"]) == decoded(option["default"])
    for key, value in stage.items():
        assert decoded(config[key]) == decoded(value)


def test_options_given_win_over_both() -> None:
    overrides = {"logRetentionDays": 30, "workflowType": "EXPRESS", "introspection": False}
    config, changed = stage_config("local"), stage_config("local", overrides)

    assert changed["orderflow:logRetentionDays"] == "30"
    assert changed["orderflow:workflowType"] == "EXPRESS"
    assert changed["orderflow:introspection"] == "false"
    assert {key for key in config if config[key] != changed[key]} == {
        f"orderflow:{key}" for key in overrides
    }


def test_values_are_text_as_pulumi_hands_them_over() -> None:
    config = stage_config("local", {"notificationEmails": ["a@b.example"], "senderEmail": ""})

    assert all(isinstance(value, str) for value in config.values())
    assert config["orderflow:notificationEmails"] == '["a@b.example"]'
    assert config["orderflow:senderEmail"] == ""
    assert config["orderflow:paymentSuccessRate"] == "0.8"
    assert config["orderflow:pointInTimeRecovery"] == "false"


def test_each_stage_has_its_own_options() -> None:
    assert stage_config("dev")["orderflow:logRetentionDays"] == "7"
    assert stage_config("local")["orderflow:logRetentionDays"] == "1"
    with pytest.raises(StageFileError, match=r"Pulumi\.nowhere\.yaml cannot be read"):
        stage_config("nowhere")


@pytest.mark.usefixtures("nothing_left")
def test_the_program_returns_the_stacks_outputs() -> None:
    recorder = Recorder()
    outputs = run_program("local", stage_config("local"), recorder)

    assert set(outputs) == OUTPUTS
    assert outputs["graphqlUrl"] == "https://order-api-1"
    assert outputs["orderQueueUrl"] == "https://queue/order-queue-1"
    assert outputs["orderTableName"] == "orders-1"
    assert "orders" in recorder.of_type("aws:dynamodb/table:Table")


@pytest.mark.usefixtures("nothing_left")
def test_two_evaluations_in_one_process_know_nothing_of_each_other() -> None:
    first, second, third = Recorder("1"), Recorder("2"), Recorder("3")
    before = run_program("local", stage_config("local"), first)
    # Fewer and other resources, of another stage: nothing may be left over from before.
    options = {"senderEmail": "", "workflowType": "EXPRESS", "logRetentionDays": 30}
    between = run_program("other", stage_config("local", options), second)
    after = run_program("local", stage_config("local"), third)

    assert before["orderTableName"] == "orders-1"
    assert between["orderTableName"] == "orders-2"
    assert after["orderTableName"] == "orders-3"
    assert set(first.inputs) == set(third.inputs)
    assert set(second.inputs) < {("pulumi:pulumi:Stack", "orderflow-other"), *first.inputs}
    for recorder, stage, retention in ((first, "local", 1), (second, "other", 30)):
        groups = recorder.of_type("aws:cloudwatch/logGroup:LogGroup").values()
        assert {group["retentionInDays"] for group in groups} == {retention}
        assert {group["tags"]["stage"] for group in groups} == {stage}


@pytest.mark.usefixtures("nothing_left")
def test_a_refused_configuration_registers_nothing() -> None:
    recorder = Recorder()
    with pytest.raises(SettingsError, match=r"orderflow:paymentSuccessRate is '2'.*0 to 1"):
        run_program("local", stage_config("local", {"paymentSuccessRate": 2}), recorder)
    assert {typ for typ, _ in recorder.inputs} <= {"pulumi:pulumi:Stack"}


@pytest.mark.usefixtures("nothing_left")
def test_a_programs_own_error_surfaces(small_program: Path) -> None:
    small_program.write_text("raise LookupError('a slip of the pen')\n")
    with pytest.raises(LookupError, match="a slip of the pen"):
        run_program("local", {}, Recorder())


@pytest.mark.usefixtures("nothing_left", "small_program")
def test_what_the_registrar_raises_surfaces_and_the_next_evaluation_is_whole() -> None:
    with pytest.raises(Exception, match="no more of orders"):
        run_program("local", {}, Recorder(refused="orders"))
    recorder = Recorder()
    assert run_program("local", {}, recorder) == {"table": "orders-1"}
    assert recorder.of_type("aws:sqs/queue:Queue") == {"queue": {"namePrefix": "orders-1"}}


@pytest.mark.usefixtures("nothing_left", "small_program")
def test_the_configuration_is_gone_with_the_evaluation() -> None:
    run_program("local", {"orderflow:senderEmail": "x@y.example"}, Recorder())
    assert pulumi.runtime.config.CONFIG.get() == {}


def decoded(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
