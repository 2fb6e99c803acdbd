"""What tells an operator how a stage does: alarms, a budget, a dashboard, queries."""

from infra.order_operations.operations import (
    OrderOperations,
    OrderOperationsArgs,
    WatchedMail,
)

__all__ = ["OrderOperations", "OrderOperationsArgs", "WatchedMail"]
