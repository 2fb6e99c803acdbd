"""The customers' door: GraphQL, and who comes in."""

from policy.resource_types import API_KEY, DATA_SOURCE, GRAPHQL_API, USER_POOL_CLIENT
from policy.rule import Faults, resource_rule, stack_rule
from policy.rules.data import is_protected
from policy.view import Resource, Stack, listed

PASSWORD_FLOWS = {
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "USER_PASSWORD_AUTH",
    "ADMIN_NO_SRP_AUTH",
}


@resource_rule(DATA_SOURCE)
def no_function_at_the_door(source: Resource) -> Faults:
    """No Lambda function stands between a customer and the queue or the table.

    None can start cold there; AppSync talks to SQS and DynamoDB itself.
    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-reference-overview-js.html
    """
    if source.get("type") == "AWS_LAMBDA":
        yield "Resolve the field by a table or an HTTP data source, as infra/order_api.py does."


@resource_rule(GRAPHQL_API, API_KEY)
def no_api_keys(resource: Resource) -> Faults:
    """Nobody comes in by an API key.

    A key is in every front end, says nothing of who comes, and is meant for development.
    https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#api-key-authorization
    """
    if resource.type == API_KEY:
        yield "Take it out: customers sign in by the user pool, services sign by IAM."
        return
    others = listed(resource.get("additionalAuthenticationProviders"))
    ways = [resource.get("authenticationType"), *(each["authenticationType"] for each in others)]
    if "API_KEY" in ways:
        yield "Take API_KEY out: customers sign in by the user pool, services sign by IAM."


@stack_rule(GRAPHQL_API)
def closed_where_protected(api: Resource, stack: Stack) -> Faults:
    """Where data is protected, the API shows no schema and answers no query of any depth.

    https://docs.aws.amazon.com/appsync/latest/devguide/graphql-introspection.html
    """
    if not is_protected(stack):
        return
    if api.get("introspectionConfig") != "DISABLED":
        yield "Set the stage's option introspection to false."
    if not api.get("queryDepthLimit"):
        yield "Set the stage's option queryDepthLimit to what its clients need, 5 by default."


@resource_rule(USER_POOL_CLIENT)
def clients_without_secrets(client: Resource) -> Faults:
    """Front ends have no secret, and no password travels.

    Whoever has a browser's or a phone's client has its secret; by SRP a password stays there.
    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-client-apps.html
    """
    if client.get("generateSecret"):
        yield "Set generate_secret=False."
    if flows := sorted(PASSWORD_FLOWS & set(listed(client.get("explicitAuthFlows")))):
        yield f"Take {', '.join(flows)} out of explicit_auth_flows: ALLOW_USER_SRP_AUTH is enough."


@resource_rule(USER_POOL_CLIENT)
def sign_in_hides_who_exists(client: Resource) -> Faults:
    """Signing in does not tell whether there is such a customer.

    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-managing-errors.html
    """
    if client.get("preventUserExistenceErrors") != "ENABLED":
        yield 'Set prevent_user_existence_errors="ENABLED".'
