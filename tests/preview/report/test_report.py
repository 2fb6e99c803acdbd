"""What is told to people, and when it must fit."""

import re
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from local.engine.program import ROOT
from outputs.public import PUBLIC
from policy import Violation
from preview.api.api_change import ApiChange, FieldChange
from preview.permissions import PermissionChange
from preview.report.markdown import MOST_BYTES, markdown
from preview.report.report import Report
from preview.report.text import show
from preview.resources.comparison import ResourceChange
from preview.resources.differences import ABSENT, Difference
from preview.stage_preview import StagePreview
from preview.workflow import WorkflowChange

TABLE = "aws:dynamodb/table:Table"
COST: Any = SimpleNamespace(fixed_usd_per_month=1.0, usd_per_million_orders=110.0)
NOTHING = StagePreview(
    stage="prod",
    is_new=False,
    resources=(),
    permissions=(),
    api=ApiChange(),
    workflows=(),
    options=(),
    outputs=(),
    cost_before=COST,
    cost_after=COST,
    violations=(),
)
VIOLATION = Violation(
    rule="dead-letters",
    level="mandatory",
    resource_type="aws:sqs/queue:Queue",
    resource_name="errands",
    message="Give it a dead-letter queue.",
)


def changed(name: str = "orders", operation: Any = "update", **what: Any) -> ResourceChange:
    return ResourceChange(
        identity=f"{TABLE}::{name}",
        type=TABLE,
        name=name,
        operation=operation,
        custom=True,
        **what,
    )


def difference(path: str, old: Any = ABSENT, new: Any = ABSENT) -> Difference:
    return Difference(path=path, old=old, new=new)


EVERYTHING = replace(
    NOTHING,
    resources=(
        changed(
            operation="replace",
            properties=(difference("hashKey", "a", "b"), difference("ttl", new={"enabled": True})),
            replaced_by=("hashKey",),
            loses="its items",
        ),
        changed("ledger", operation="delete", refused=True),
        changed("mails", was=f"{TABLE}::letters", operation="same"),
        changed(
            "code", properties=(difference("code", "one\ntwo\n", "one\nthree\n"),), known=False
        ),
    ),
    permissions=(PermissionChange(holder="role r", gained=("Allow a:B on c",), lost=()),),
    api=ApiChange(
        breaking=("FIELD_REMOVED A.b was removed.",),
        fields=(FieldChange(field="Query.a", by=("step b",)),),
    ),
    workflows=(
        WorkflowChange(
            name="w",
            added=("New",),
            removed=(),
            changed={"Old": ("Next",)},
            path_before=("Old",),
            path_after=("Old", "New"),
        ),
    ),
    options=(difference("waf", "false", "true"),),
    outputs=(difference("graphqlUrl", "https://a", "https://b"),),
    violations=(VIOLATION,),
)


def report(*stages: StagePreview, **what: Any) -> Report:
    return Report(base="main", commit="0123456789", stages=stages, **what)


def text(*stages: StagePreview, width: int = 80) -> list[str]:
    out = StringIO()
    show(report(*stages), Console(file=out, width=width))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_it_ends_with_one_where_a_policy_or_the_api_breaks() -> None:
    breaking = replace(NOTHING, api=ApiChange(breaking=("FIELD_REMOVED …",)))
    broken = replace(NOTHING, violations=(VIOLATION,))
    advised = replace(NOTHING, violations=(replace(VIOLATION, level="advisory"),))

    assert report(NOTHING, advised).exit_code == 0
    assert report(NOTHING, breaking).exit_code == 1
    assert report(breaking, allow_breaking=True).exit_code == 0
    assert report(broken, allow_breaking=True).exit_code == 1


def test_what_front_ends_are_configured_with_is_what_the_readme_says() -> None:
    told = (ROOT / "README.md").read_text()
    listed = told.partition("gives front ends what they need:")[2].partition("; and operators")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == {*PUBLIC}


def test_text_fits_a_terminal_and_tells_everything() -> None:
    told = text(EVERYTHING)
    assert max(map(len, told)) <= 80
    for line in (
        "compared with main (0123456)",
        "prod: 1 updated, 1 replaced, 1 deleted, 1 the same",
        "!! dynamodb Table orders is replaced (hashKey), and its items with it.",
        "!! Output graphqlUrl changes: front ends are configured with it.",
        "!! The API breaks its clients: FIELD_REMOVED A.b was removed.",
        "  ! dynamodb Table  orders  is replaced by hashKey",
        "      ~ hashKey: a → b",
        '      + ttl: {"enabled": true}',
        "    dynamodb Table  mails  was letters, for Pulumi alone",
        "      -two",
        "      +three",
        "  + role r  1 gained, 0 lost",
        "      + Allow a:B on c",
        "  ~ resolved otherwise: step b  Query.a",
        "  + w  state New is added",
        "  ~ w  where all is well, 1 → 2 transitions: Old ▸ New",
        "  ~ waf  false → true",
    ):
        assert line in told, line
    joined = " ".join(" ".join(told).split())
    assert "ledger would be removed: Pulumi refuses, as it is protected" in joined
    assert "code changes, and may be replaced: its type is not known here." in joined
    assert "Policy dead-letters is broken by sqs Queue errands: Give it a dead-letter queue." in (
        joined
    )


def test_a_cost_that_differs_is_told_before_and_after() -> None:
    dearer: Any = SimpleNamespace(fixed_usd_per_month=1.0, usd_per_million_orders=1110.0)
    told = text(replace(EVERYTHING, cost_after=dearer))
    assert told[told.index("Cost") + 1] == "  ~ per million orders  $110.00  $1,110.00"
    assert "Cost" not in text(EVERYTHING)


def test_what_comes_of_a_replacement_is_told_by_its_name() -> None:
    policy = difference("policy.Resource", "arn:table/orders", "arn:table/orders~replaced")
    told = text(replace(NOTHING, resources=(changed("reader", properties=(policy,)),)))
    assert "      ~ policy.Resource: new, as orders is replaced" in told


def test_where_nothing_changes_no_section_is_told() -> None:
    assert text(NOTHING) == ["compared with main (0123456)", "Nothing changes in prod."]
    assert markdown(report(NOTHING)).splitlines()[1:] == ["", "### Nothing changes in prod."]


def test_markdown_tells_the_same_in_tables_and_its_details_closed() -> None:
    told = markdown(report(EVERYTHING)).splitlines()
    for line in (
        "### prod: 1 updated, 1 replaced, 1 deleted, 1 the same",
        "> [!CAUTION]",
        "> - `dynamodb Table orders is replaced (hashKey), and its items with it.`",
        "| | type | name | what |",
        "| `!` | `dynamodb Table` | `orders` | `is replaced by hashKey` |",
        "! hashKey: a → b",
        "+three",
        "| `~` | `waf` | `false → true` |",
    ):
        assert line in told, line
    assert told.count("```diff") == told.count("```") == 2


@pytest.mark.parametrize(
    "evil", ["`", "```", "|", "</details>", "@everyone", "\n# loud\n", "<img>"]
)
def test_nothing_that_is_told_means_anything_to_github(evil: str) -> None:
    stage = replace(
        EVERYTHING,
        resources=(
            changed(
                evil,
                properties=(
                    difference(evil, f"{evil}a", f"{evil}b"),
                    difference("code", f"{evil}\none\n", f"{evil}\ntwo\n"),
                ),
            ),
        ),
        options=(difference("waf", evil, "true"),),
    )
    outside: list[str] = []
    fence = ""
    for line in markdown(report(stage)).splitlines():
        if fence:
            # GitHub takes one that is indented by up to three spaces.
            closes = line.strip().startswith(fence) and not line.strip().strip("`")
            fence = "" if closes else fence
        elif line.startswith("```"):
            fence = line.removesuffix("diff")
        else:
            outside.append(line)
    assert not fence
    for line in outside:
        plain = line.replace("\\|", "").split("`")[::2]
        assert not any(each in "".join(plain) for each in ("@everyone", "<img>", "# loud"))
        if line.startswith("| `"):
            assert line.count("`") % 2 == 0
    assert len([line for line in outside if "</details>" in line and "`" not in line]) == 2


def big(number: int) -> StagePreview:
    resources: Sequence[ResourceChange] = [
        changed(
            f"table-{index}",
            operation="replace",
            properties=tuple(difference(f"p{each}", "x" * 200, "y" * 200) for each in range(20)),
            replaced_by=("p0",),
            loses="its items",
        )
        for index in range(number)
    ]
    return replace(EVERYTHING, resources=tuple(resources))


@pytest.mark.parametrize("number", [1, 5, 50, 300])
def test_markdown_fits_a_comment_and_keeps_every_warning(number: int) -> None:
    told = markdown(report(big(number)))
    assert len(told.encode()) <= MOST_BYTES < 65_536
    for index in range(number):
        assert f"Table table-{index} is replaced" in told
    # What is left out is said to be.
    assert ("make preview STAGE=prod" in told) == (number > 5)
    shown = f"| `!` | `dynamodb Table` | `table-{number - 1}` | `is replaced by p0` |" in told
    assert shown or "more: `make preview STAGE=prod` tells them." in told


def test_details_go_before_lines() -> None:
    told = markdown(report(big(50)))
    assert "| `!` | `dynamodb Table` | `table-49` | `is replaced by p0` |" in told
    assert "@@ dynamodb Table table-49 @@" not in told
