"""The component alone, with every name that it is handed told from the others."""

import pytest

from infra.order_operations import OrderOperations, OrderOperationsArgs, WatchedMail
from infra.python_function import FunctionNames
from preview.recording import Recording, record


def function(name: str) -> FunctionNames:
    return {"name": name, "logGroup": f"{name}-logs"}


MAIL = WatchedMail(
    dead_letter_queue_name="mail-dead-letters",
    undelivered_queue_name="undelivered",
    email_customer=function("email-customer"),
    table_name="mails",
)


def operations(mail: WatchedMail | None, monthly_budget: int) -> Recording:
    return record(
        lambda: OrderOperations(
            "order-operations",
            OrderOperationsArgs(
                alarm_emails=["ops@shop.example", "boss@shop.example"],
                monthly_budget=monthly_budget,
                api_id="api",
                api_log_group_name="api-logs",
                queue_name="queue",
                dead_letter_queue_name="dead-letters",
                refund_dead_letter_queue_name="refund-dead-letters",
                broadcast_dead_letter_queue_name="broadcast-dead-letters",
                workflow_arn="arn:workflow",
                workflow_log_group_name="workflow-logs",
                start_workflow=function("start-workflow"),
                take_payment=function("take-payment"),
                refund_payment=function("refund-payment"),
                broadcast_update=function("broadcast-update"),
                order_table_name="orders",
                payment_table_name="payments",
                staff_table_name="staff",
                notification_topic_name="notifications",
                mail=mail,
                region="eu-central-1",
            ),
        )
    )


@pytest.fixture(scope="session")
def recording() -> Recording:
    return operations(MAIL, 200)


@pytest.fixture(scope="session")
def without_mail_and_budget() -> Recording:
    return operations(None, 0)
