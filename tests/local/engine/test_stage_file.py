"""A stage's file that cannot be used is told of in one line: file, line, what is wrong."""

from pathlib import Path

import pytest

from local.engine.stage_file import StageFileError, read_options

GOOD = "config:\n  aws:region: us-east-1\n  orderflow:waf: true\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "Pulumi.local.yaml"


def refusal(file: Path) -> str:
    with pytest.raises(StageFileError) as raised:
        read_options(file, namespaced=True)
    message = str(raised.value)
    assert len(message.splitlines()) == 1
    return message


def test_what_a_file_says(file: Path) -> None:
    file.write_text(GOOD)
    assert read_options(file, namespaced=True) == {"aws:region": "us-east-1", "orderflow:waf": True}


def test_a_file_that_is_missing(file: Path) -> None:
    assert refusal(file) == "Pulumi.local.yaml cannot be read: No such file or directory."


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("", "Pulumi.local.yaml is empty: it must have a mapping by the name of config."),
        ("- a", "Pulumi.local.yaml has no options: it must have a mapping by the name of config."),
        ("config: 1", "Pulumi.local.yaml has no options: it must"),
        (GOOD + "  a: b: c", "Pulumi.local.yaml, line 4: mapping values are not allowed"),
        (
            GOOD + "  waf: true\n",
            "Pulumi.local.yaml, line 4: waf has no namespace: write orderflow:waf.",
        ),
        (
            GOOD + "  orderfow:waf: true\n",
            "Pulumi.local.yaml, line 4: orderfow:waf has none of the namespaces orderflow, aws,",
        ),
        (
            GOOD + "  orderflow:waf: false\n",
            "Pulumi.local.yaml, line 4: orderflow:waf is there already, in line 3.",
        ),
        (
            GOOD + "  aws:endpoints:\n    - sqs: a\n      sqs: b\n",
            "Pulumi.local.yaml, line 6: sqs is there already, in line 5.",
        ),
    ],
)
def test_what_is_wrong_with_a_file(file: Path, content: str, wrong: str) -> None:
    file.write_text(content)
    assert refusal(file).startswith(wrong)


def test_a_file_that_is_not_utf_8(file: Path) -> None:
    file.write_bytes("config:\n  orderflow:senderEmail: ä".encode("latin-1"))
    assert refusal(file).startswith("Pulumi.local.yaml is not UTF-8: ")
