"""AWS Budgets: what a month may cost, and who is told."""

from typing import Any, ClassVar

from local.engine.aws import ACCOUNT, Aws
from local.engine.providers.provider import (
    ANY,
    FIXED,
    TAGS,
    Inputs,
    Provider,
    State,
    camel,
    pascal,
    retag,
    structure,
    tag_list,
    tag_map,
)


class Budget(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "namePrefix": FIXED,
        "budgetType": ANY,
        "timeUnit": ANY,
        "limitAmount": ANY,
        "limitUnit": ANY,
        "costFilters": structure("name", "values"),
        "notifications": structure(
            "comparisonOperator",
            "notificationType",
            "subscriberEmailAddresses",
            "threshold",
            "thresholdType",
        ),
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": ()}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        aws.budgets.create_budget(
            AccountId=ACCOUNT,
            Budget=_budget(inputs),
            NotificationsWithSubscribers=[
                {"Notification": _notification(each), "Subscribers": _subscribers(each)}
                for each in _asked(inputs)
            ],
            ResourceTags=tag_list(inputs["tags"]),
        )
        return f"{ACCOUNT}:{inputs['name']}"

    def read(self, aws: Aws, state: State) -> State:
        name = _name(state)
        found: Any = aws.budgets.describe_budget(AccountId=ACCOUNT, BudgetName=name)["Budget"]
        filters: dict[str, list[str]] = found.get("CostFilters", {})
        return {
            "name": name,
            "arn": _arn(name),
            "budgetType": found["BudgetType"],
            "timeUnit": found["TimeUnit"],
            "limitAmount": found["BudgetLimit"]["Amount"],
            "limitUnit": found["BudgetLimit"]["Unit"],
            "costFilters": [{"name": key, "values": values} for key, values in filters.items()],
            "notifications": [
                {**camel(each), "subscriberEmailAddresses": _addresses(aws, name, each)}
                for each in _notifications(aws, name)
            ],
            "tags": tag_map(
                aws.budgets.list_tags_for_resource(ResourceARN=_arn(name))["ResourceTags"]
            ),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        name = _name(state)
        if changed - {"notifications", "tags"}:
            aws.budgets.update_budget(AccountId=ACCOUNT, NewBudget=_budget(inputs))
        if "notifications" in changed:
            for each in _notifications(aws, name):
                aws.budgets.delete_notification(
                    AccountId=ACCOUNT, BudgetName=name, Notification=each
                )
            for each in _asked(inputs):
                aws.budgets.create_notification(
                    AccountId=ACCOUNT,
                    BudgetName=name,
                    Notification=_notification(each),
                    Subscribers=_subscribers(each),
                )
        retag(
            state,
            inputs,
            lambda tags: aws.budgets.tag_resource(
                ResourceARN=_arn(name), ResourceTags=tag_list(tags)
            ),
            lambda keys: aws.budgets.untag_resource(ResourceARN=_arn(name), ResourceTagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.budgets.delete_budget(AccountId=ACCOUNT, BudgetName=_name(state))


def _name(state: State) -> str:
    return state["id"].partition(":")[2]


def _arn(name: str) -> str:
    return f"arn:aws:budgets::{ACCOUNT}:budget/{name}"


def _budget(inputs: Inputs) -> Any:
    return {
        "BudgetName": inputs["name"],
        "BudgetType": inputs["budgetType"],
        "TimeUnit": inputs["timeUnit"],
        "BudgetLimit": {"Amount": inputs["limitAmount"], "Unit": inputs["limitUnit"]},
        "CostFilters": {each["name"]: each["values"] for each in inputs["costFilters"] or []},
    }


def _asked(inputs: Inputs) -> list[Inputs]:
    return inputs["notifications"] or []


def _notifications(aws: Aws, name: str) -> list[Any]:
    answer = aws.budgets.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName=name)
    # Its state is AWS's alone.
    return [
        {key: value for key, value in each.items() if key != "NotificationState"}
        for each in answer.get("Notifications", [])
    ]


def _notification(asked: Inputs) -> Any:
    return pascal({key: asked[key] for key in asked if key != "subscriberEmailAddresses"})


def _subscribers(asked: Inputs) -> list[Any]:
    return [
        {"SubscriptionType": "EMAIL", "Address": address}
        for address in asked["subscriberEmailAddresses"]
    ]


def _addresses(aws: Aws, name: str, notification: Any) -> list[str]:
    answer = aws.budgets.describe_subscribers_for_notification(
        AccountId=ACCOUNT, BudgetName=name, Notification=notification
    )
    return [each["Address"] for each in answer["Subscribers"]]


PROVIDERS: dict[str, Provider] = {"aws:budgets/budget:Budget": Budget()}
