"""What a stage may cost a month, and who hears that it costs more."""

from local.engine.program import ROOT
from preview.recording import Recording, record_program

BUDGET = "aws:budgets/budget:Budget"


def test_the_emails_are_told_of_a_month_above_the_budget_and_of_a_forecast(
    recording: Recording,
) -> None:
    [budget] = recording.of(BUDGET)
    assert budget.name == "monthly-costs"
    assert budget.options.parent == ("orderflow:operations:OrderOperations", "order-operations")
    told = ["ops@shop.example", "boss@shop.example"]
    assert budget.inputs == {
        "budgetType": "COST",
        "timeUnit": "MONTHLY",
        "limitAmount": "200",
        "limitUnit": "USD",
        "costFilters": [{"name": "TagKeyValue", "values": ["user:stage$test"]}],
        "notifications": [
            {
                "notificationType": of,
                "comparisonOperator": "GREATER_THAN",
                "threshold": 100,
                "thresholdType": "PERCENTAGE",
                "subscriberEmailAddresses": told,
            }
            for of in ("ACTUAL", "FORECASTED")
        ],
    }


def test_it_filters_by_the_tag_that_everything_has() -> None:
    recording = record_program("prod", alarmEmails=["ops@shop.example"], monthlyBudget=200)
    [budget] = recording.of(BUDGET)
    [values] = [each["values"] for each in budget.inputs["costFilters"]]
    assert values == [f"user:stage${budget.inputs['tags']['stage']}"]


def test_there_is_none_where_none_is_set(without_mail_and_budget: Recording) -> None:
    assert without_mail_and_budget.of(BUDGET) == []
    assert record_program("prod").of(BUDGET) == []


def test_its_mail_leads_to_the_page_of_its_name(recording: Recording) -> None:
    """AWS writes the mail itself: the budget's name is all that it says of ours."""
    [budget] = recording.of(BUDGET)
    assert f"## {budget.name}\n" in (ROOT / "docs" / "runbook.md").read_text()
