"""Of ten changes, Pulumi's own engine says what `make preview` says."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from preview.evaluation.evaluator import Evaluator
from preview.resources.comparison import compared
from tests.engine.pulumi import Pulumi, Step
from tests.local.commands import change, copy_program

pytestmark = pytest.mark.engine

SALT = "as good as any"
# Above all that `__main__.py` says of the mail.
MAIL = "mail = notifications.customer_mail\n"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of the program: file, old text and new text of each edit."""

    edits: tuple[tuple[str, str, str], ...]
    does: set[str]


CHANGES = {
    "a renamed table key": Change(
        edits=(
            ("infra/payments.py", 'range_key="payment"', 'range_key="paymentId"'),
            ("infra/payments.py", '("customerId", "payment")', '("customerId", "paymentId")'),
        ),
        does={"replace", "update"},
    ),
    "a new index": Change(
        edits=(
            (
                "infra/order_store.py",
                '"placedAt", "restaurantId")',
                '"placedAt", "restaurantId", "status")',
            ),
            (
                "infra/order_store.py",
                "global_secondary_indexes=[\n",
                "global_secondary_indexes=[\n"
                "                    aws.dynamodb.TableGlobalSecondaryIndexArgs(\n"
                '                        name="byStatus",\n'
                "                        key_schemas=[\n"
                "                            aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(\n"
                '                                attribute_name="status", key_type="HASH"\n'
                "                            )\n"
                "                        ],\n"
                '                        projection_type="KEYS_ONLY",\n'
                "                    ),\n",
            ),
        ),
        does={"update"},
    ),
    "a wider policy": Change(
        edits=(
            (
                "infra/order_queue.py",
                '"Action": ["states:StartExecution"], "Resource": args.workflow_arn',
                '"Action": ["states:StartExecution", "states:StopExecution"], "Resource": "*"',
            ),
        ),
        does={"update"},
    ),
    "a removed field": Change(
        edits=(
            (
                "graphql/schema.graphql",
                '  "Why the payment failed."\n  statusReason: String\n',
                "",
            ),
        ),
        does={"update"},
    ),
    "a changed definition": Change(
        edits=(
            (
                "infra/order_workflow.asl.yaml",
                "    TimeoutSeconds: 10\n",
                "    TimeoutSeconds: 9\n",
            ),
        ),
        does={"update"},
    ),
    "a new queue without dead letters": Change(
        edits=(
            (
                "__main__.py",
                MAIL,
                f'{MAIL}import pulumi_aws as aws\naws.sqs.Queue("errands")\n',
            ),
        ),
        does={"create"},
    ),
    "a changed option": Change(
        edits=(("Pulumi.dev.yaml", 'queryDepthLimit: "15"', 'queryDepthLimit: "12"'),),
        does={"update"},
    ),
    "a function's code alone": Change(
        edits=(("functions/take_payment/handler.py", '"""', '"""Changed. '),),
        does={"update"},
    ),
    "a refactoring with aliases": Change(
        edits=(
            (
                "__main__.py",
                'store = OrderStore("orders", OrderStoreArgs(guards=guards))',
                'moved = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="orders")])\n'
                'store = OrderStore("order-store", OrderStoreArgs(guards=guards), moved)',
            ),
        ),
        does=set(),
    ),
    "nothing at all": Change(edits=(), does=set()),
}


def foreseen_by_preview(before: Path, after: Path) -> set[Step]:
    """What `make preview` says of two folders' programs, as stage `dev`."""
    with Evaluator(before, SALT) as old, Evaluator(after, SALT) as new:
        comparison = compared(
            old.evaluate("dev"),
            new.evaluate("dev"),
            lambda known_as: new.evaluate("dev", known_as),
        )
    return {
        (each.operation, each.type, each.name)
        for each in comparison.changes
        if each.operation != "same"
    }


def test_both_say_the_same_of_each_change(pulumi: Pulumi, tmp_path: Path) -> None:
    pulumi("stack", "init", "dev").done()
    deployed = pulumi.up()
    assert deployed.succeeded, deployed.messages
    before = copy_program(tmp_path / "before")
    # Pulumi's CLI has written what it set.
    (before / "Pulumi.dev.yaml").write_text((pulumi.project / "Pulumi.dev.yaml").read_text())

    for name, each in CHANGES.items():
        originals = dict[Path, str]()
        for file, old, new in each.edits:
            path = pulumi.project / file
            originals.setdefault(path, path.read_text())
            change(path, old, new)
        foreseen = pulumi.foreseen()
        assert foreseen == foreseen_by_preview(before, pulumi.project), name
        assert {step for step, _, _ in foreseen} == each.does, name
        for path, text in originals.items():
            path.write_text(text)
    assert pulumi.destroy().succeeded
