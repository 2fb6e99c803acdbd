"""The environment of the functions that talk to the payment processor."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Set by infra/order_workflow.py."""

    payment_success_rate: float

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        return cls(payment_success_rate=float(environ["PAYMENT_SUCCESS_RATE"]))
