"""Two schemas, for those who use them."""

from local.engine.program import ROOT
from preview.api.schema import breaking_changes, dangerous_changes, definitions

SDL = (ROOT / "graphql" / "schema.graphql").read_text()


def test_what_breaks_a_client_is_told() -> None:
    assert breaking_changes(SDL, SDL) == []
    assert breaking_changes(SDL.replace("  statusReason: String\n", ""), SDL) == []
    told = breaking_changes(
        SDL,
        SDL.replace("  statusReason: String\n", "").replace(
            "getOrder(id: ID!)", "getOrder(id: Int!)"
        ),
    )
    assert "FIELD_REMOVED Order.statusReason was removed." in told
    assert any(each.startswith("ARG_CHANGED_KIND Query.getOrder arg id") for each in told)


def test_what_may_surprise_a_client_is_told_apart() -> None:
    after = SDL.replace("  PAYMENT_FAILED\n", "  PAYMENT_FAILED\n  EATEN\n")
    assert breaking_changes(SDL, after) == []
    assert dangerous_changes(SDL, after) == [
        "VALUE_ADDED_TO_ENUM EATEN was added to enum type OrderStatus."
    ]


def test_who_may_call_a_field_is_a_definition_of_its_own() -> None:
    after = SDL.replace('@aws_cognito_user_pools(cognito_groups: ["staff"])', "")
    [gone] = definitions(SDL) - definitions(after)
    assert gone.startswith("Query.listRestaurantOrders @aws_cognito_user_pools(")
    assert definitions(after) <= definitions(SDL)


def test_fields_inputs_and_values_are_definitions() -> None:
    assert {
        "Query.getOrder(id: ID!): Order",
        "Order.version: Int!",
        "PlaceOrderInput.quantity: Int!",
        "OrderStatus.PAID",
        "Mutation.publishOrderUpdate @aws_iam",
    } <= definitions(SDL)
    # What AppSync adds is nobody's change.
    assert "AWSDateTime" not in definitions(SDL)
