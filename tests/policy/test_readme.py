"""What the READMEs say of the rules is so."""

import json
import re

from local.engine.program import ROOT
from policy.config import settings
from policy.rule import Rule
from policy.rules import RULES

README = ROOT / "README.md"
TABLE = ROOT / "policy" / "README.md"


def row(rule: Rule) -> str:
    options = ", ".join(
        f"`{name}`: {schema['description']} ({told(schema['default'])})"
        for name, schema in rule.options.items()
    )
    holds = f"[{rule.description.removesuffix('.')}]({rule.source})"
    asked = "all are there" if rule.of_stack else "before it is made"
    return f"| `{rule.name}` | {rule.level} | {asked} | {holds} | {options} |"


def told(default: int | list[str]) -> str:
    return ", ".join(f"`{each}`" for each in (default if isinstance(default, list) else [default]))


def test_the_table_has_every_rule() -> None:
    rows = [line for line in TABLE.read_text().splitlines() if line.startswith("| `")]
    assert rows == [row(rule) for rule in RULES]


def test_the_configuration_by_example_is_one() -> None:
    section = README.read_text().split("\n### Policies\n")[1].split("\n### ")[0]
    [example] = re.findall(r"```json\n(.+?)```", section, re.DOTALL)
    asked = settings(json.loads(example))
    assert asked["topics-encrypted"].level == "mandatory"
    assert asked["functions-on-arm64"].level == "disabled"
    assert asked["concurrency-within-quota"].options == {"executions": 10}
