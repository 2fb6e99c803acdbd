"""A workflow that lets strangers in, or that GitHub would not run, is found."""

from pathlib import Path

import pytest

from tests.lint.definition import ROOT
from tests.lint.workflows import checks_scripts, findings_of_workflows

WORKFLOWS = ROOT / ".github" / "workflows"
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"


def broken(tmp_path: Path, name: str, old: str, new: str) -> set[str]:
    """What is found in a workflow of the repository's with one change."""
    text = (WORKFLOWS / name).read_text()
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1))
    before = findings_of_workflows([WORKFLOWS / name])[name]
    return findings_of_workflows([tmp_path / name])[name] - before


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (
            "preview.yml",
            "status=0\n",
            "echo ${{ github.head_ref }}\n",
            "zizmor: template-injection: echo ${{ github.head_ref }}",
        ),
        ("test.yml", CHECKOUT, "actions/checkout@v7", "zizmor: unpinned-uses: actions/checkout@v7"),
        ("preview.yml", "  pull_request:\n", "  pull_request_target:\n", "zizmor: dangerous-"),
        ("test.yml", "persist-credentials: false", "submodules: false", "zizmor: artipacked: "),
        ("drift.yml", "permissions: {}", "permissions: write-all", "zizmor: excessive-permi"),
        ("test.yml", "matrix.python }}", "matrix.pyhton }}", "actionlint: expression: "),
        ("deploy.yml", "runs-on: ubuntu-24.04", "runs-on: ubuntu", "actionlint: runner-label: "),
        pytest.param(
            "preview.yml",
            '"$GITHUB_STEP_SUMMARY"',
            "$GITHUB_STEP_SUMMARY",
            "actionlint: shellcheck: ",
            marks=pytest.mark.skipif(not checks_scripts(), reason="PyPI has no shellcheck here"),
        ),
    ],
)
def test_a_fault_is_told(tmp_path: Path, name: str, old: str, new: str, told: str) -> None:
    findings = broken(tmp_path, name, old, new)
    assert any(finding.startswith(told) for finding in findings), findings
