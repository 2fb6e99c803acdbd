"""What goes wrong, and is mended where the context ends."""

import io
import zipfile
from collections.abc import Generator
from contextlib import contextmanager

from local.embedded_cloud import STAGE
from local.engine.program import ROOT, stage_config
from tests.e2e.stage import Stage

FUNCTIONS = ROOT / "functions"
# What each brings along, as infra/ has it.
PACKAGES = {
    "start_workflow": ("start_workflow", "telemetry"),
    "take_payment": ("take_payment", "payments"),
    "refund_payment": ("refund_payment", "payments", "telemetry"),
}


@contextmanager
def released(stage: Stage, function: str, file: str, was: str, becomes: str) -> Generator[None]:
    """A release of a function in which one text of a file is another."""
    _deploy(stage, function, file, was, becomes)
    try:
        yield
    finally:
        _deploy(stage, function)


def _deploy(stage: Stage, function: str, file: str = "", was: str = "", becomes: str = "") -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        for package in PACKAGES[function]:
            for path in filter(lambda path: path.is_file(), (FUNCTIONS / package).iterdir()):
                name, text = path.relative_to(FUNCTIONS).as_posix(), path.read_text()
                if name == file:
                    assert text.count(was) == 1, was
                    text = text.replace(was, becomes)
                code.writestr(f"functions/{name}", text)
    stage.cloud.aws.functions.update_function_code(
        FunctionName=stage.outputs["functions"][function]["name"], ZipFile=archive.getvalue()
    )


@contextmanager
def processor_away(stage: Stage) -> Generator[None]:
    """It answers neither who asks for a payment, nor who asks for it back."""
    was, away = "self._memory.give_back(payment)\n", "PaymentProcessorUnreachable(payment)\n"
    with (
        released(
            stage,
            "take_payment",
            "payments/processor.py",
            "        draw = ",
            f"        raise {away}        draw = ",
        ),
        released(
            stage, "refund_payment", "payments/processor.py", f"return {was}", f"raise {away}"
        ),
    ):
        yield


@contextmanager
def table_throttled(stage: Stage) -> Generator[None]:
    """Somebody gave the table of orders one write a second."""
    dynamodb, table = stage.cloud.aws.dynamodb, stage.outputs["orderTableName"]
    dynamodb.update_table(
        TableName=table,
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 1000, "WriteCapacityUnits": 1},
    )
    try:
        yield
    finally:
        dynamodb.update_table(TableName=table, BillingMode="PAY_PER_REQUEST")


@contextmanager
def sender_not_verified(stage: Stage) -> Generator[None]:
    """SES refuses to mail from the stage's address."""
    ses, sender = stage.cloud.aws.ses, stage_config(STAGE)["orderflow:senderEmail"]
    ses.delete_email_identity(EmailIdentity=sender)
    try:
        yield
    finally:
        ses.create_email_identity(EmailIdentity=sender)
