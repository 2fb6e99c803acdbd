"""Changes of the program, each with exactly what it does to stage `dev`."""

import re
from typing import Any

from tests.preview.conftest import Program, as_json

TABLE = "aws:dynamodb/table:Table"
FUNCTION = "aws:lambda/function:Function"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
LEDGER = "arn:aws:dynamodb:us-east-1:123456789012:table/payments"
NO_API = {"breaking": [], "dangerous": [], "added": [], "removed": [], "fields": []}
NOTHING: dict[str, Any] = {
    "stage": "dev",
    "isNew": False,
    "resources": [],
    "same": 137,
    "permissions": [],
    "api": NO_API,
    "workflows": [],
    "options": [],
    "outputs": [],
}


def test_a_renamed_key_replaces_its_table_and_updates_what_names_it(program: Program) -> None:
    program.edit("infra/payments.py", 'range_key="payment"', 'range_key="paymentId"')
    program.edit("infra/payments.py", '("customerId", "payment")', '("customerId", "paymentId")')

    renamed = "payments-1a2b3c4", "payments~replaced-1a2b3c4"
    assert as_json(program.preview()) == NOTHING | {
        "resources": [
            resource(
                ("update", "aws:cloudwatch/dashboard:Dashboard", "order-operations"),
                "orderflow:operations:OrderOperations",
                difference("dashboardBody.widgets[6].properties.metrics[6][3]", *renamed),
            ),
            resource(
                ("update", "aws:cloudwatch/metricAlarm:MetricAlarm", "tables-throttled"),
                "orderflow:operations:OrderOperations",
                difference("metricQueries[3].metric.dimensions.TableName", *renamed),
            ),
            resource(
                ("replace", TABLE, "payments"),
                "orderflow:payments:Payments",
                difference("attributes[1].name", "payment", "paymentId"),
                difference("rangeKey", "payment", "paymentId", replaces=True),
                loses="its items",
            ),
            resource(
                ("update", ROLE_POLICY, "refund-payment"),
                REFUND_PAYMENT,
                difference("policy.Statement[0].Resource", LEDGER, f"{LEDGER}~replaced"),
            ),
            resource(
                ("update", ROLE_POLICY, "take-payment"),
                TAKE_PAYMENT,
                difference("policy.Statement[0].Resource", LEDGER, f"{LEDGER}~replaced"),
            ),
            resource(
                ("update", FUNCTION, "refund-payment"),
                REFUND_PAYMENT,
                difference("environment.variables.PAYMENTS_TABLE", *renamed),
            ),
            resource(
                ("update", FUNCTION, "take-payment"),
                TAKE_PAYMENT,
                difference("environment.variables.PAYMENTS_TABLE", *renamed),
            ),
        ],
        "same": 130,
        "outputs": [difference("paymentTableName", *renamed) | {"frontEnd": False}],
    }


REFUND_PAYMENT = (
    "orderflow:payments:Payments$orderflow:queueing:ConsumedQueue$orderflow:compute:PythonFunction"
)
TAKE_PAYMENT = "orderflow:payments:Payments$orderflow:compute:PythonFunction"


def test_a_new_index_updates_its_table(program: Program) -> None:
    program.edit(
        "infra/order_store.py",
        '"placedAt", "restaurantId")',
        '"placedAt", "restaurantId", "status")',
    )
    program.edit(
        "infra/order_store.py",
        "                global_secondary_indexes=[\n",
        "                global_secondary_indexes=[\n"
        "                    aws.dynamodb.TableGlobalSecondaryIndexArgs(\n"
        '                        name="byStatus", hash_key="status", projection_type="KEYS_ONLY"\n'
        "                    ),\n",
    )

    assert as_json(program.preview()) == NOTHING | {
        "resources": [
            resource(
                ("update", TABLE, "orders"),
                "orderflow:storage:OrderStore",
                added("attributes[4]", {"name": "status", "type": "S"}),
                added(
                    "globalSecondaryIndexes[0]",
                    {"name": "byStatus", "hashKey": "status", "projectionType": "KEYS_ONLY"},
                ),
            )
        ],
        "same": 136,
    }


def test_a_wider_policy_names_the_role_and_what_it_gains(program: Program) -> None:
    program.edit(
        "infra/order_queue.py",
        '"Action": ["states:StartExecution"], "Resource": args.workflow_arn',
        '"Action": ["states:StartExecution", "states:StopExecution"], "Resource": "*"',
    )
    workflow = "arn:aws:states:us-east-1:123456789012:stateMachine:order-workflow"

    assert as_json(program.preview()) == NOTHING | {
        "resources": [
            resource(
                ("update", ROLE_POLICY, "start-workflow"),
                "orderflow:queueing:OrderQueue$orderflow:queueing:ConsumedQueue"
                "$orderflow:compute:PythonFunction",
                added("policy.Statement[0].Action[1]", "states:StopExecution"),
                difference("policy.Statement[0].Resource", workflow, "*"),
            )
        ],
        "same": 136,
        "permissions": [
            {
                "holder": "role start-workflow",
                "gained": ["Allow states:StartExecution on *", "Allow states:StopExecution on *"],
                "lost": [f"Allow states:StartExecution on {workflow}"],
            }
        ],
    }


def test_a_removed_field_breaks_the_api(program: Program) -> None:
    old = (program.root / "graphql/schema.graphql").read_text()
    program.edit(
        "graphql/schema.graphql", '  "Why the payment failed."\n  statusReason: String\n', ""
    )
    new = (program.root / "graphql/schema.graphql").read_text()

    stage = program.preview()

    assert as_json(stage) == NOTHING | {
        "resources": [
            resource(
                ("update", "aws:appsync/graphQLApi:GraphQLApi", "order-api"),
                "orderflow:api:OrderApi",
                difference("schema", old, new),
            )
        ],
        "same": 136,
        "api": NO_API
        | {
            "breaking": ["FIELD_REMOVED Order.statusReason was removed."],
            "removed": ["Order.statusReason: String"],
        },
    }


def test_a_changed_definition_tells_the_states_and_the_transitions(program: Program) -> None:
    program.edit(
        "infra/order_workflow.asl.yaml",
        "    TimeoutSeconds: 10\n",
        "    TimeoutSeconds: 9\n",
    )
    program.edit(
        "infra/order_workflow.asl.yaml",
        "    Next: TakePayment\n\n",
        "    Next: Breathe\n\n  Breathe:\n    Type: Pass\n    Next: TakePayment\n\n",
    )

    assert as_json(program.preview()) == NOTHING | {
        "resources": [
            resource(
                ("update", "aws:sfn/stateMachine:StateMachine", "order-workflow"),
                "orderflow:workflow:OrderWorkflow",
                added("definition.States.Breathe", {"Type": "Pass", "Next": "TakePayment"}),
                difference("definition.States.SaveOrder.Next", "TakePayment", "Breathe"),
                difference("definition.States.TakePayment.TimeoutSeconds", 10, 9),
            )
        ],
        "same": 136,
        "workflows": [
            {
                "name": "order-workflow",
                "added": ["Breathe"],
                "removed": [],
                "changed": {"SaveOrder": ["Next"], "TakePayment": ["TimeoutSeconds"]},
                "path": {
                    "old": ["SaveOrder", "TakePayment", "MarkOrder", "Notify"],
                    "new": ["SaveOrder", "Breathe", "TakePayment", "MarkOrder", "Notify"],
                },
            }
        ],
    }


def test_a_new_queue_without_dead_letters_breaks_a_policy(program: Program) -> None:
    program.edit(
        "__main__.py",
        "mail = notifications.customer_mail\n",
        "mail = notifications.customer_mail\n"
        "import pulumi_aws as aws\n"
        'aws.sqs.Queue("errands", visibility_timeout_seconds=60)\n',
    )

    stage = program.preview()

    assert as_json(stage) == NOTHING | {
        "resources": [
            resource(
                ("create", "aws:sqs/queue:Queue", "errands"),
                "",
                added("tags", {"project": "orderflow", "stage": "dev"}),
                added("visibilityTimeoutSeconds", 60),
            )
        ],
    }
    assert stage.breaks_a_policy
    assert {each.resource_name for each in stage.violations if each.level == "mandatory"} == {
        "errands"
    }


def test_a_changed_option_tells_the_option_and_what_it_changes(program: Program) -> None:
    program.edit("Pulumi.dev.yaml", "queryDepthLimit: 15", "queryDepthLimit: 12")

    assert as_json(program.preview()) == NOTHING | {
        "resources": [
            resource(
                ("update", "aws:appsync/graphQLApi:GraphQLApi", "order-api"),
                "orderflow:api:OrderApi",
                difference("queryDepthLimit", 15, 12),
            )
        ],
        "same": 136,
        "options": [difference("queryDepthLimit", "15", "12")],
    }


def test_a_storefront_is_foreseen_without_its_build(program: Program) -> None:
    program.edit("Pulumi.dev.yaml", "config:\n", "config:\n  orderflow:storefront: true\n")

    told = as_json(program.preview())
    assert told["options"] == [difference("storefront", "false", "true")]
    assert told["outputs"] == [
        {
            "path": "storefrontUrl",
            "new": "https://storefront.cloudfront.example",
            "frontEnd": False,
        }
    ]
    made = {(each["operation"], each["type"], each["name"]) for each in told["resources"]}
    assert ("create", "aws:cloudfront/distribution:Distribution", "storefront") in made
    assert {operation for operation, _, _ in made} == {"create"}
    assert {name.partition("-")[0] for _, _, name in made} == {"storefront"}
    assert told["same"] == NOTHING["same"]
    [bucket] = told["permissions"]
    assert bucket["holder"] == "bucketPolicy storefront"
    # Of that program as it was, in a tree without the option, nothing is gone.
    back = program.evaluate()
    program.edit("Pulumi.dev.yaml", "  orderflow:storefront: true\n", "")
    assert {each["operation"] for each in as_json(program.preview(back))["resources"]} == {"delete"}


def test_the_code_alone_tells_the_functions_and_the_files(program: Program) -> None:
    program.write("functions/payments/refunds.py", "")
    program.edit("functions/take_payment/handler.py", '"""', '"""Changed. ')

    told = as_json(program.preview())

    assert summary(told) == [
        ("update", FUNCTION, "refund-payment", ["code.functions/payments/refunds.py"]),
        (
            "update",
            FUNCTION,
            "take-payment",
            ["code.functions/payments/refunds.py", "code.functions/take_payment/handler.py"],
        ),
    ]
    assert told | {"resources": [], "same": 137} == NOTHING


def test_other_resolvers_tell_the_fields_that_they_resolve(program: Program) -> None:
    program.edit("graphql/resolvers/getOrder.js", "export function", "// Changed.\nexport function")
    program.edit("graphql/functions/queueOrder.js", "export function", "// So.\nexport function")
    program.edit("infra/order_api.py", '"listOrders"): ["queryOrders"]', '"listOrders"): []')

    told = as_json(program.preview())

    assert told["api"] == NO_API | {
        "fields": [
            {"field": "Mutation.placeOrder", "by": ["step queueOrder"]},
            {"field": "Mutation.retryPayment", "by": ["step queueOrder"]},
            {"field": "Query.getOrder", "by": ["code"]},
            {"field": "Query.listOrders", "by": ["pipelineConfig"]},
        ]
    }


def test_a_refactoring_with_aliases_does_nothing_to_aws(program: Program) -> None:
    program.edit(
        "__main__.py",
        'store = OrderStore("orders", OrderStoreArgs(guards=guards))',
        'moved = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="orders")])\n'
        'store = OrderStore("order-store", OrderStoreArgs(guards=guards), moved)',
    )

    assert as_json(program.preview()) == NOTHING | {
        "resources": [
            resource(
                ("same", TABLE, "order-store"),
                "orderflow:storage:OrderStore",
                was="orderflow:storage:OrderStore$aws:dynamodb/table:Table::orders",
            ),
            resource(
                ("same", "orderflow:storage:OrderStore", "order-store"),
                "",
                was="orderflow:storage:OrderStore::orders",
                component=True,
            ),
        ],
        "same": 135,
    }


def test_without_aliases_it_would_make_the_orders_anew(program: Program) -> None:
    program.edit("__main__.py", 'OrderStore("orders"', 'OrderStore("order-store"')

    told = as_json(program.preview())

    operations = [
        (kind, each) for kind, resource_type, each, _ in summary(told) if resource_type == TABLE
    ]
    assert operations == [("create", "order-store"), ("delete", "orders")]
    assert [each["loses"] for each in told["resources"] if each["loses"]] == ["its items"]
    # The role and the mapping that name it go on with the new one.
    assert ("replace", "aws:lambda/eventSourceMapping:EventSourceMapping", "order-broadcast") in [
        each[:3] for each in summary(told)
    ]


def test_nothing_at_all_changes_nothing(original: Program) -> None:
    stage = original.preview()

    assert as_json(stage) == NOTHING
    assert not stage.changes


def test_of_a_type_that_is_not_known_all_is_told_but_no_secret(program: Program) -> None:
    program.edit(
        "__main__.py",
        "mail = notifications.customer_mail\n",
        "mail = notifications.customer_mail\n"
        "import pulumi_aws as aws\n"
        'aws.xray.Group("slow", group_name="slow", filter_expression="duration > 5")\n'
        'aws.ssm.Parameter("greeting", type="SecureString", value="hello")\n',
    )
    before = program.evaluate()
    program.edit("__main__.py", "duration > 5", "duration > 9")
    program.edit("__main__.py", 'value="hello"', 'value="good evening"')

    told = as_json(program.preview(before))

    parameter, group = told["resources"]
    assert group == resource(
        ("update", "aws:xray/group:Group", "slow"),
        "",
        difference("filterExpression", "duration > 5", "duration > 9"),
        known=False,
    )
    # That it is another, and no more.
    [secret] = parameter["properties"]
    assert secret["path"] == "value"
    assert re.fullmatch(r"\[secret \w+\]", secret["old"])
    assert re.fullmatch(r"\[secret \w+\]", secret["new"])
    assert told | {"resources": []} == NOTHING


def test_a_pool_that_is_replaced_takes_its_client_with_it_and_what_front_ends_know(
    program: Program,
) -> None:
    program.edit("infra/customer_pool.py", "case_sensitive=False", "case_sensitive=True")

    told = as_json(program.preview())

    assert [each for each in summary(told) if each[0] == "replace"] == [
        ("replace", "aws:cognito/userGroup:UserGroup", "customers", ["userPoolId"]),
        (
            "replace",
            "aws:cognito/userPool:UserPool",
            "customers",
            ["usernameConfiguration.caseSensitive"],
        ),
        ("replace", "aws:cognito/userPoolClient:UserPoolClient", "customers", ["userPoolId"]),
    ]
    assert [each["path"] for each in told["outputs"] if each["frontEnd"]] == [
        "userPoolClientId",
        "userPoolId",
    ]
    assert told["permissions"] == []


def resource(
    what: tuple[str, str, str],
    parents: str,
    *properties: dict[str, Any],
    was: str | None = None,
    loses: str | None = None,
    component: bool = False,
    known: bool = True,
) -> dict[str, Any]:
    operation, resource_type, name = what
    inside = f"{parents}$" if parents else ""
    return {
        "operation": operation,
        "type": resource_type,
        "name": name,
        "identity": f"{inside}{resource_type}::{name}",
        "was": was,
        "component": component,
        "properties": [{"replaces": False} | each for each in properties],
        "options": [],
        "loses": loses,
        "refused": False,
        "kept": False,
        "replacementKnown": known,
    }


def difference(path: str, old: Any, new: Any, **more: bool) -> dict[str, Any]:
    return {"path": path, "old": old, "new": new} | more


def added(path: str, new: Any) -> dict[str, Any]:
    return {"path": path, "new": new}


def summary(told: dict[str, Any]) -> list[tuple[str, str, str, list[str]]]:
    return [
        (
            each["operation"],
            each["type"],
            each["name"],
            [difference["path"] for difference in each["properties"]],
        )
        for each in told["resources"]
    ]
