"""The payment processor that the stage's functions talk to."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config

from functions.payments.ledger import Ledger
from functions.payments.processor import PaymentProcessor, RandomProcessor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Within the functions' time-outs; whoever called them tries again, with more patience.
ANSWER_WITHIN = Config(
    connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 2, "mode": "standard"}
)


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Set by infra/payments.py."""

    payment_success_rate: float
    payments_table: str

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        return cls(
            payment_success_rate=float(environ["PAYMENT_SUCCESS_RATE"]),
            payments_table=environ["PAYMENTS_TABLE"],
        )


@cache
def _dynamodb() -> "DynamoDBClient":
    return boto3.client("dynamodb", config=ANSWER_WITHIN)


def payment_processor() -> PaymentProcessor:
    """The fake processor, with the stage's ledger as its memory."""
    environment = Environment.read()
    ledger = Ledger(environment.payments_table, _dynamodb())
    return RandomProcessor(environment.payment_success_rate, ledger)
