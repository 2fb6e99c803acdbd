"""What the workflows say is so: their commands, their versions, whose token can do what."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.engine.program import ROOT
from outputs.__main__ import AMPLIFY, FORMATS
from outputs.public import PUBLIC
from preview.recording import record_everything

WORKFLOWS = {
    path.name: yaml.safe_load(path.read_text())
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
}
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
REQUIREMENTS = (ROOT / "requirements.txt").read_text()
MAKE = re.compile(r"\bmake (?:--\S+ )*([a-z]+)")


def jobs(name: str) -> dict[str, dict[str, Any]]:
    return WORKFLOWS[name]["jobs"]


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in jobs(name).values() for step in job["steps"]]


def scripts(name: str) -> str:
    return "\n".join(step["run"] for step in steps(name) if "run" in step)


def triggers(name: str) -> dict[str, Any]:
    # YAML 1.1 takes the word for a truth value.
    return WORKFLOWS[name][True]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_each_command_is_one_of_the_makefiles_and_of_the_readmes(name: str) -> None:
    for target in MAKE.findall(scripts(name)):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target
        assert f"make {target}" in README, target


def test_the_readmes_first_commands_run_on_each_python_with_and_without_nodejs() -> None:
    [first] = re.findall(r"## See it run.*?```console\n(.*?)```", README, re.DOTALL)
    tested = [step["run"] for step in jobs("test.yml")["test"]["steps"] if "run" in step]
    assert [f"make {target}" for target in MAKE.findall(first)] == tested[-2:]
    assert jobs("test.yml")["test"]["strategy"]["matrix"] == {
        "python": ["3.11", "3.12", "3.13", "3.14"],
        "node": ["the machine", "PyPI"],
    }


def test_pulumis_version_is_the_packages() -> None:
    [version] = re.findall(r"^pulumi==(\S+)$", REQUIREMENTS, re.MULTILINE)
    used = [
        step["with"]["pulumi-version"]
        for name in WORKFLOWS
        for step in steps(name)
        if step.get("uses", "").startswith("pulumi/actions@")
    ]
    assert used == [version] * 3


def test_one_action_is_of_one_commit() -> None:
    text = "\n".join(path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    used = set(re.findall(r"uses: (\S+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$", text, re.MULTILINE))
    assert len(used) == len({action for action, _, _ in used})
    assert text.count("uses: ") == len(re.findall(r"@[0-9a-f]{40} # v\d", text))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_each_job_has_just_its_own_permissions_and_an_end(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {}
    assert WORKFLOWS[name]["concurrency"]
    for job in jobs(name).values():
        assert job["timeout-minutes"] <= 60
        writes = {what for what, access in job["permissions"].items() if access == "write"}
        assert writes <= ({"pull-requests"} if name == "preview-comment.yml" else {"id-token"})


def test_what_runs_a_forks_code_has_no_secret_and_no_right_to_write() -> None:
    assert set(triggers("preview.yml")) == {"pull_request"}
    graph, pulumi = jobs("preview.yml").values()
    assert graph["permissions"] == {"contents": "read"}
    assert "head.repo.full_name == github.repository" in pulumi["if"]
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        assert "secrets." not in path.read_text(), path.name
        assert "pull_request_target" not in path.read_text(), path.name


def test_what_may_write_on_pull_requests_takes_nothing_of_the_event_into_its_script() -> None:
    assert set(triggers("preview-comment.yml")) == {"workflow_run"}
    assert triggers("preview-comment.yml")["workflow_run"]["workflows"] == [
        WORKFLOWS["preview.yml"]["name"]
    ]
    assert scripts("preview-comment.yml") == "python3 .github/preview_comment.py"


def test_roles_are_taken_on_where_aws_trusts_the_job() -> None:
    """As infra/deployment_roles has it: the environment deploys; pull requests and main read."""
    roles = {
        (name, step["with"]["role-to-assume"], "environment" in job)
        for name in WORKFLOWS
        for job in jobs(name).values()
        for step in job["steps"]
        if step.get("uses", "").startswith("aws-actions/configure-aws-credentials@")
    }
    assert roles == {
        ("deploy.yml", "${{ vars.DEPLOY_ROLE_ARN }}", True),
        ("drift.yml", "${{ matrix.role }}", False),
        ("preview.yml", "${{ matrix.role }}", False),
    }
    assert jobs("deploy.yml")["deploy"]["environment"] == (
        "${{ github.event_name == 'release' && 'prod' || 'dev' }}"
    )
    assert set(triggers("drift.yml")) == {"schedule", "workflow_dispatch"}


def test_only_jobs_that_take_on_a_role_get_a_token_for_it() -> None:
    for name in WORKFLOWS:
        for job in jobs(name).values():
            takes = any("role-to-assume" in step.get("with", {}) for step in job["steps"])
            assert job["permissions"].get("id-token") == ("write" if takes else None), name


def test_each_stage_of_the_repository_is_previewed_and_looked_after() -> None:
    stages = {path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")} - {"local"}
    for job in (jobs("preview.yml")["pulumi"], jobs("drift.yml")["refresh"]):
        assert {each["stage"]: each["role"] for each in job["strategy"]["matrix"]["include"]} == {
            stage: f"${{{{ vars.{stage.upper()}_PREVIEW_ROLE_ARN }}}}" for stage in stages
        }


@pytest.mark.parametrize(("name", "job"), [("deploy.yml", "deploy"), ("preview.yml", "pulumi")])
@pytest.mark.parametrize(
    ("options", "built"),
    [
        ("  orderflow:storefront: true\n  orderflow:waf: true\n", True),
        ('  orderflow:waf: true\n  orderflow:storefront: "true"\n', True),
        ("  orderflow:storefront: false\n", False),
        ("  # orderflow:storefront: true\n", False),
        ("  orderflow:waf: true\n", False),
    ],
)
def test_the_storefront_is_built_where_the_stage_serves_it(
    tmp_path: Path, name: str, job: str, options: str, built: bool
) -> None:
    [step] = [each for each in jobs(name)[job]["steps"] if "make storefront" in each.get("run", "")]
    (tmp_path / "Pulumi.dev.yaml").write_text(f"config:\n{options}")
    ran = subprocess.run(  # noqa: S603 (the workflow's own script)
        # What GitHub runs it by, with a command for make.
        ["bash", "-e", "-c", f'make() {{ echo "made $1"; }}\n{step["run"]}'],  # noqa: S607
        cwd=tmp_path,
        env={**os.environ, "STAGE": "dev"},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert ran.stdout == ("made storefront\n" if built else "")
    # It is built before it is needed, and after that which builds it.
    commands = [
        each.get("run") or each["uses"].partition("@")[0] for each in jobs(name)[job]["steps"]
    ]
    assert commands.index("make setup") < commands.index(step["run"])
    assert commands.index(step["run"]) < commands.index("pulumi/actions")


def test_the_readme_names_each_variable() -> None:
    used = {
        name
        for path in (ROOT / ".github" / "workflows").glob("*.yml")
        for name in re.findall(r"\bvars\.(\w+)", path.read_text())
    }
    assert used <= set(re.findall(r"`(\w+)`", README))


def test_front_ends_get_the_files_that_the_readme_says_they_get() -> None:
    made = re.findall(r"make outputs FORMAT=(\w+) OUT=(\S+)", scripts("deploy.yml"))
    assert {form for form, _ in made} <= {AMPLIFY, *FORMATS}
    [said] = re.findall(r"^\| `deploy\.yml` \|(.*)$", README, re.MULTILINE)
    for _, file in made:
        assert f"`{file}`" in said


def test_the_readme_names_the_outputs_of_front_ends() -> None:
    [said] = re.findall(r"gives front ends what they need:(.*?);", README, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", said)) == {*PUBLIC} <= set(record_everything().outputs)
