"""When somebody is told that a stage costs more than it may."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

# What AWS sends of one notification to.
MOST_ADDRESSES = 10


def monthly_budget(
    name: str, dollars: int, emails: Sequence[str], opts: pulumi.ResourceOptions
) -> aws.budgets.Budget:
    """AWS's budget of what is tagged with the stage, as infra/tags.py does.

    AWS tells of the month's costs when they are above it, and of the month's forecast before that.
    It knows of no tag before the account that pays has made it a cost allocation tag.

    Args:
        dollars: US dollars a month.
        emails: 1 to 10, which AWS mails itself.
    """
    return aws.budgets.Budget(
        name,
        budget_type="COST",
        time_unit="MONTHLY",
        limit_amount=str(dollars),
        limit_unit="USD",
        # https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html
        cost_filters=[
            aws.budgets.BudgetCostFilterArgs(
                name="TagKeyValue", values=[f"user:stage${pulumi.get_stack()}"]
            )
        ],
        notifications=[
            aws.budgets.BudgetNotificationArgs(
                notification_type=of,
                comparison_operator="GREATER_THAN",
                threshold=100,
                threshold_type="PERCENTAGE",
                subscriber_email_addresses=emails,
            )
            for of in ("ACTUAL", "FORECASTED")
        ],
        opts=opts,
    )
