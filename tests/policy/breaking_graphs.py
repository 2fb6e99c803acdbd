"""A graph that breaks each rule, and that rule alone."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from policy.resource_types import (
    ALARM,
    API_KEY,
    BUCKET,
    BUCKET_POLICY,
    DATA_SOURCE,
    DISTRIBUTION,
    EDGE_FUNCTION,
    EVENT_SOURCE_MAPPING,
    EVENT_TARGET,
    FUNCTION,
    GRAPHQL_API,
    INVOKE_CONFIG,
    LOG_GROUP,
    PERMISSION,
    PUBLIC_ACCESS_BLOCK,
    QUEUE,
    QUEUE_POLICY,
    RESPONSE_HEADERS_POLICY,
    ROLE,
    ROLE_POLICY,
    STACK,
    STATE_MACHINE,
    SUBSCRIPTION,
    TABLE,
    TOPIC,
    TOPIC_POLICY,
    USER_POOL,
    USER_POOL_CLIENT,
)
from preview.recording import ACCOUNT, Key, arn
from tests.policy.graph import Graph

DEAD_LETTERS = "order-queue-dead-letters"


@dataclass(frozen=True, kw_only=True)
class Break:
    """A change that breaks a rule.

    Args:
        resource: the one that is accused.
        mend: a part of the message, that says what to do.
    """

    rule: str
    resource: Key
    mend: str
    change: Callable[[Graph], None]

    def __str__(self) -> str:
        return f"{self.rule}: {self.change.__name__.replace('_', ' ')}"


BREAKS: list[Break] = []


def breaks(
    rule: str, resource_type: str, name: str, mend: str
) -> Callable[[Callable[[Graph], None]], Callable[[Graph], None]]:
    """Note a change of the graph: the rule that it breaks, and by which resource."""

    def note(change: Callable[[Graph], None]) -> Callable[[Graph], None]:
        BREAKS.append(Break(rule=rule, resource=(resource_type, name), mend=mend, change=change))
        return change

    return note


def change_statement(
    inputs: dict[str, Any], index: int = 0, document: str = "policy", **fields: Any
) -> None:
    """Set fields of a policy's statement; None takes one out."""
    policy = json.loads(inputs[document])
    statement = {**policy["Statement"][index], **fields}
    policy["Statement"][index] = {k: v for k, v in statement.items() if v is not None}
    inputs[document] = json.dumps(policy)


@breaks("exact-actions", ROLE_POLICY, "take-payment", "name the actions that are")
def a_wildcard_among_the_actions(graph: Graph) -> None:
    change_statement(graph.inputs(ROLE_POLICY, "take-payment"), Action=["dynamodb:Put*"])


@breaks("exact-actions", ROLE_POLICY, "take-payment", "by Action")
def all_actions_but_some(graph: Graph) -> None:
    policy = graph.inputs(ROLE_POLICY, "take-payment")
    change_statement(policy, Action=None, NotAction=["dynamodb:DeleteTable"])


@breaks("exact-resources", ROLE_POLICY, "take-payment", "dynamodb:PutItem on *: name the ARN")
def any_resource(graph: Graph) -> None:
    change_statement(graph.inputs(ROLE_POLICY, "take-payment"), Resource="*")


@breaks("exact-resources", ROLE_POLICY, "email-customer", "narrow all of a type by a Condition")
def all_of_a_type_without_a_condition(graph: Graph) -> None:
    change_statement(graph.inputs(ROLE_POLICY, "email-customer"), 1, Condition=None)


@breaks("exact-resources", ROLE_POLICY, "take-payment", "sqs:SendMessage on *")
def an_action_beside_those_that_take_no_resource(graph: Graph) -> None:
    policy = graph.inputs(ROLE_POLICY, "take-payment")
    change_statement(policy, 2, Action=["xray:PutTraceSegments", "sqs:SendMessage"])


@breaks("exact-resources", ROLE_POLICY, "take-payment", "by Resource")
def all_resources_but_some(graph: Graph) -> None:
    policy = graph.inputs(ROLE_POLICY, "take-payment")
    change_statement(policy, Resource=None, NotResource=[arn(TABLE, "orders")])


@breaks("no-public-principals", QUEUE_POLICY, DEAD_LETTERS, "name who may")
def a_queue_that_everyone_may_fill(graph: Graph) -> None:
    policy = graph.inputs(QUEUE_POLICY, DEAD_LETTERS)
    change_statement(policy, 1, Principal={"AWS": "*"}, Condition=None)


@breaks("no-public-principals", ROLE, "take-payment", "by Principal")
def a_role_for_all_but_some(graph: Graph) -> None:
    change_statement(
        graph.inputs(ROLE, "take-payment"),
        document="assumeRolePolicy",
        Principal=None,
        NotPrincipal={"AWS": ACCOUNT},
    )


@breaks("no-public-principals", PERMISSION, "anyone", "name the service or the account")
def a_function_that_everyone_may_invoke(graph: Graph) -> None:
    graph.add(PERMISSION, "anyone", principal="*", action="lambda:InvokeFunction")


@breaks("no-confused-deputies", ROLE, "take-payment", "add a Condition on aws:SourceArn")
def a_role_that_a_service_assumes_for_whomever(graph: Graph) -> None:
    role = graph.inputs(ROLE, "take-payment")
    change_statement(role, document="assumeRolePolicy", Condition=None)


@breaks(
    "no-confused-deputies", QUEUE_POLICY, DEAD_LETTERS, "events.amazonaws.com may, for whomever"
)
def a_queue_that_a_service_fills_for_whomever(graph: Graph) -> None:
    policy = graph.inputs(QUEUE_POLICY, DEAD_LETTERS)
    change_statement(policy, 1, Condition={"Bool": {"aws:SecureTransport": "true"}})


@breaks("no-confused-deputies", PERMISSION, "topics", "set source_arn or source_account")
def a_function_that_a_service_invokes_for_whomever(graph: Graph) -> None:
    graph.add(PERMISSION, "topics", principal="sns.amazonaws.com", action="lambda:InvokeFunction")


@breaks("passed-roles-named", ROLE_POLICY, "take-payment", "add a Condition on iam:PassedToService")
def a_role_passed_to_any_service(graph: Graph) -> None:
    policy = graph.inputs(ROLE_POLICY, "take-payment")
    change_statement(policy, Action=["iam:PassRole"], Resource=arn(ROLE, "take-payment"))


@breaks("passed-roles-named", ROLE_POLICY, "take-payment", "name the ARN of each role")
def roles_of_a_prefix_passed(graph: Graph) -> None:
    change_statement(
        graph.inputs(ROLE_POLICY, "take-payment"),
        Action=["iam:PassRole"],
        Resource=f"arn:aws:iam::{ACCOUNT}:role/orderflow-*",
        Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    )


@breaks("tls-only", QUEUE, "order-queue", "denies sqs:* to everyone")
def a_queue_without_a_policy(graph: Graph) -> None:
    graph.remove(QUEUE_POLICY, "order-queue")


@breaks("tls-only", QUEUE, "order-queue", "where aws:SecureTransport is false")
def a_queue_that_denies_only_some_actions(graph: Graph) -> None:
    change_statement(graph.inputs(QUEUE_POLICY, "order-queue"), Action="sqs:SendMessage")


@breaks("tls-only", QUEUE, "order-queue", "where aws:SecureTransport is false")
def a_queue_that_denies_another(graph: Graph) -> None:
    other = arn(QUEUE, "refunds")
    change_statement(graph.inputs(QUEUE_POLICY, "order-queue"), Resource=other)


@breaks("tls-only", QUEUE, "order-queue", "where aws:SecureTransport is false")
def a_queue_that_denies_only_an_account(graph: Graph) -> None:
    change_statement(graph.inputs(QUEUE_POLICY, "order-queue"), Principal={"AWS": ACCOUNT})


@breaks("tls-only", TOPIC, "order-notifications", "denies sns:* to everyone")
def a_topic_that_denies_with_tls(graph: Graph) -> None:
    policy = graph.inputs(TOPIC_POLICY, "order-notifications")
    change_statement(policy, Condition={"Bool": {"aws:SecureTransport": "true"}})


@breaks("tls-only", TOPIC, "order-notifications", "where aws:SecureTransport is false")
def a_topic_that_lets_in_whoever_comes_without_tls(graph: Graph) -> None:
    change_statement(graph.inputs(TOPIC_POLICY, "order-notifications"), Effect="Allow")


@breaks("tls-only", BUCKET, "storefront", "denies s3:* to everyone")
def a_bucket_that_lets_in_whoever_comes_without_tls(graph: Graph) -> None:
    change_statement(graph.inputs(BUCKET_POLICY, "storefront"), Condition={"Bool": {}})


@breaks("tls-only", BUCKET, "storefront", "where aws:SecureTransport is false")
def a_bucket_whose_objects_are_to_be_had_without_tls(graph: Graph) -> None:
    change_statement(graph.inputs(BUCKET_POLICY, "storefront"), Resource=arn(BUCKET, "storefront"))


@breaks("no-confused-deputies", BUCKET_POLICY, "storefront", "add a Condition on aws:SourceArn")
def a_bucket_that_every_distribution_reads(graph: Graph) -> None:
    policy = graph.inputs(BUCKET_POLICY, "storefront")
    change_statement(policy, 1, Resource=f"{arn(BUCKET, 'storefront')}/index.html", Condition=None)


@breaks("queues-encrypted", QUEUE, "refunds", "sqs_managed_sse_enabled=True")
def a_queue_that_says_no_to_encryption(graph: Graph) -> None:
    graph.inputs(QUEUE, "refunds")["sqsManagedSseEnabled"] = False


@breaks("topics-encrypted", TOPIC, "order-notifications", "kms_master_key_id")
def a_topic_without_a_key(graph: Graph) -> None:
    del graph.inputs(TOPIC, "order-notifications")["kmsMasterKeyId"]


@breaks("queues-have-dead-letters", QUEUE, "refunds-again", "set a redrive_policy")
def a_new_queue_without_dead_letters(graph: Graph) -> None:
    queue = graph.add(QUEUE, "refunds-again")
    policy = graph.of(QUEUE_POLICY, "refunds").inputs["policy"]
    policy = policy.replace(arn(QUEUE, "refunds"), queue.arn)
    graph.add(QUEUE_POLICY, "refunds-again", queueUrl=queue.outputs["url"], policy=policy)


@breaks("receives-before-rest", QUEUE, "order-queue", "maxReceiveCount of the redrive policy to 5")
def a_message_that_is_received_four_times(graph: Graph) -> None:
    queue = graph.inputs(QUEUE, "order-queue")
    queue["redrivePolicy"] = json.dumps(
        {**json.loads(queue["redrivePolicy"]), "maxReceiveCount": 4}
    )


@breaks("dead-letters-kept", QUEUE, DEAD_LETTERS, "set message_retention_seconds to 1209600")
def dead_letters_of_thirteen_days(graph: Graph) -> None:
    graph.inputs(QUEUE, DEAD_LETTERS)["messageRetentionSeconds"] = 13 * 24 * 3600


@breaks("dead-letters-kept", QUEUE, "undelivered-mail", "for 4 days")
def dead_letters_of_a_subscription_kept_as_sqs_does_by_itself(graph: Graph) -> None:
    del graph.inputs(QUEUE, "undelivered-mail")["messageRetentionSeconds"]


@breaks("dead-letters-alarmed", QUEUE, DEAD_LETTERS, "add an alarm with alarm_actions")
def a_dead_letter_queue_without_an_alarm(graph: Graph) -> None:
    graph.remove(ALARM, "orders-rejected")


@breaks("dead-letters-alarmed", QUEUE, "order-broadcast-dead-letters", "add an alarm")
def an_alarm_that_does_nothing(graph: Graph) -> None:
    graph.inputs(ALARM, "orders-unannounced")["alarmActions"] = []


@breaks("dead-letters-alarmed", QUEUE, DEAD_LETTERS, "for more than 0 of ApproximateNumberOf")
def an_alarm_for_more_than_one_message(graph: Graph) -> None:
    graph.inputs(ALARM, "orders-rejected")["threshold"] = 1


@breaks("dead-letters-alarmed", QUEUE, DEAD_LETTERS, "of ApproximateNumberOfMessagesVisible")
def an_alarm_on_something_else(graph: Graph) -> None:
    graph.inputs(ALARM, "orders-rejected")["metricName"] = "ApproximateAgeOfOldestMessage"


@breaks("visibility-timeout", QUEUE, "order-queue", "set visibility_timeout_seconds to that")
def a_second_less_of_visibility(graph: Graph) -> None:
    graph.inputs(QUEUE, "order-queue")["visibilityTimeoutSeconds"] = 179


@breaks("visibility-timeout", QUEUE, "refunds", "6 times the timeout of refund-payment is 96 s")
def a_second_more_of_work(graph: Graph) -> None:
    graph.inputs(FUNCTION, "refund-payment")["timeout"] = 16


@breaks("visibility-timeout", QUEUE, "order-queue", "It is 30 s")
def visibility_as_sqs_has_it_by_itself(graph: Graph) -> None:
    del graph.inputs(QUEUE, "order-queue")["visibilityTimeoutSeconds"]


@breaks("visibility-timeout", QUEUE, "order-queue", "the timeout of start-workflow is 18 s")
def a_timeout_as_lambda_has_it_by_itself(graph: Graph) -> None:
    del graph.inputs(FUNCTION, "start-workflow")["timeout"]
    graph.inputs(QUEUE, "order-queue")["visibilityTimeoutSeconds"] = 17


@breaks("deliveries-have-dead-letters", SUBSCRIPTION, "audit", "set a redrive_policy")
def a_delivery_that_is_discarded(graph: Graph) -> None:
    queue, topic = arn(QUEUE, "customer-mail"), arn(TOPIC, "order-notifications")
    graph.add(SUBSCRIPTION, "audit", protocol="sqs", endpoint=queue, topic=topic)


@breaks("batch-item-failures", EVENT_SOURCE_MAPPING, "refunds", "ReportBatchItemFailures")
def a_batch_that_fails_as_a_whole(graph: Graph) -> None:
    del graph.inputs(EVENT_SOURCE_MAPPING, "refunds")["functionResponseTypes"]


@breaks("stream-failures-kept", EVENT_SOURCE_MAPPING, "order-broadcast", "on_failure")
def a_stream_without_dead_letters(graph: Graph) -> None:
    del graph.inputs(EVENT_SOURCE_MAPPING, "order-broadcast")["destinationConfig"]
    # By itself it would be a queue that lacks one.
    graph.remove(QUEUE, "order-broadcast-dead-letters")


@breaks("stream-failures-kept", EVENT_SOURCE_MAPPING, "order-broadcast", "maximum_retry_attempts")
def a_stream_that_is_tried_for_ever(graph: Graph) -> None:
    graph.inputs(EVENT_SOURCE_MAPPING, "order-broadcast")["maximumRetryAttempts"] = -1


@breaks("asynchronous-failures-kept", FUNCTION, "take-payment", "nightly calls it")
def a_function_that_a_rule_calls(graph: Graph) -> None:
    graph.add(EVENT_TARGET, "nightly", rule="nightly", arn=arn(FUNCTION, "take-payment"))


@breaks("asynchronous-failures-kept", FUNCTION, "take-payment", "set dead_letter_config")
def a_function_that_a_topic_calls(graph: Graph) -> None:
    graph.add(
        SUBSCRIPTION,
        "payments",
        protocol="lambda",
        endpoint=arn(FUNCTION, "take-payment"),
        topic=arn(TOPIC, "order-notifications"),
        redrivePolicy=json.dumps({"deadLetterTargetArn": arn(QUEUE, "undelivered-mail")}),
    )


@breaks("asynchronous-failures-kept", FUNCTION, "take-payment", "set dead_letter_config")
def a_destination_of_another_function(graph: Graph) -> None:
    a_function_that_a_rule_calls(graph)
    graph.add(
        INVOKE_CONFIG,
        "refund-payment",
        functionName=arn(FUNCTION, "refund-payment"),
        destinationConfig={"onFailure": {"destination": arn(QUEUE, "refunds-dead-letters")}},
    )


@breaks(
    "own-log-group", FUNCTION, "take-payment", "The stack has no log group /aws/lambda/take-pay"
)
def a_function_whose_log_group_lambda_makes(graph: Graph) -> None:
    del graph.inputs(FUNCTION, "take-payment")["loggingConfig"]["logGroup"]


@breaks("own-log-group", FUNCTION, "take-payment", "give each its own")
@breaks("own-log-group", FUNCTION, "refund-payment", "give each its own")
def two_functions_with_one_log_group(graph: Graph) -> None:
    logging = graph.inputs(FUNCTION, "take-payment")["loggingConfig"]
    logging["logGroup"] = graph.of(LOG_GROUP, "refund-payment").outputs["name"]


@breaks("supported-runtimes", FUNCTION, "start-workflow", "set runtime to the newest")
def a_runtime_that_aws_has_given_up(graph: Graph) -> None:
    graph.inputs(FUNCTION, "start-workflow")["runtime"] = "python3.9"


@breaks("functions-on-arm64", FUNCTION, "start-workflow", 'architectures=["arm64"]')
def the_architecture_that_lambda_has_by_itself(graph: Graph) -> None:
    del graph.inputs(FUNCTION, "start-workflow")["architectures"]


@breaks("consumers-bounded", EVENT_SOURCE_MAPPING, "customer-mail", "maximum_concurrency")
def a_consumer_without_a_limit(graph: Graph) -> None:
    del graph.inputs(EVENT_SOURCE_MAPPING, "customer-mail")["scalingConfig"]


@breaks("concurrency-within-quota", STACK, "prod", "They may take 1000 of 1000")
def consumers_that_take_all_concurrency(graph: Graph) -> None:
    graph.inputs(EVENT_SOURCE_MAPPING, "refunds")["scalingConfig"] = {"maximumConcurrency": 993}


@breaks(
    "starts-within-quotas",
    EVENT_SOURCE_MAPPING,
    "order-queue",
    "350 starts a second are more than 300",
)
def a_consumer_that_starts_more_than_step_functions_takes(graph: Graph) -> None:
    graph.inputs(EVENT_SOURCE_MAPPING, "order-queue")["scalingConfig"] = {"maximumConcurrency": 7}


@breaks(
    "starts-within-quotas",
    EVENT_SOURCE_MAPPING,
    "order-queue",
    "1750 transitions a second are more than 1500",
)
def a_longer_happy_path(graph: Graph) -> None:
    machine = graph.inputs(STATE_MACHINE, "order-workflow")
    definition = json.loads(machine["definition"])
    definition["States"] |= {
        "Weigh": {"Type": "Choice", "Choices": [{"Condition": True, "Next": "Wrap"}]},
        "Wrap": {"Type": "Pass", "Next": "Seal"},
        "Seal": {"Type": "Pass", "Next": "SaveOrder"},
    }
    definition["StartAt"] = "Weigh"
    machine["definition"] = json.dumps(definition)


@breaks("starts-within-quotas", EVENT_SOURCE_MAPPING, "order-queue", "more than 6000")
def more_starts_than_express_takes(graph: Graph) -> None:
    graph.inputs(STATE_MACHINE, "order-workflow")["type"] = "EXPRESS"
    graph.inputs(EVENT_SOURCE_MAPPING, "order-queue")["scalingConfig"] = {"maximumConcurrency": 121}


@breaks("logs-expire", LOG_GROUP, "order-workflow", "retention_in_days")
def logs_that_are_kept_for_ever(graph: Graph) -> None:
    del graph.inputs(LOG_GROUP, "order-workflow")["retentionInDays"]


@breaks("traced", FUNCTION, "take-payment", "tracing_config")
def a_function_that_is_not_traced(graph: Graph) -> None:
    graph.inputs(FUNCTION, "take-payment")["tracingConfig"]["mode"] = "PassThrough"


@breaks("traced", STATE_MACHINE, "order-workflow", "tracing_configuration")
def a_workflow_that_is_not_traced(graph: Graph) -> None:
    del graph.inputs(STATE_MACHINE, "order-workflow")["tracingConfiguration"]


@breaks("traced", GRAPHQL_API, "order-api", "xray_enabled=True")
def an_api_that_is_not_traced(graph: Graph) -> None:
    graph.inputs(GRAPHQL_API, "order-api")["xrayEnabled"] = False


@breaks("api-logs-without-content", GRAPHQL_API, "order-api", "Set log_config")
def an_api_without_logs(graph: Graph) -> None:
    del graph.inputs(GRAPHQL_API, "order-api")["logConfig"]


@breaks("api-logs-without-content", GRAPHQL_API, "order-api", "exclude_verbose_content=True")
def an_api_that_logs_what_customers_wrote(graph: Graph) -> None:
    graph.inputs(GRAPHQL_API, "order-api")["logConfig"]["excludeVerboseContent"] = False


@breaks("workflow-logs-without-content", STATE_MACHINE, "order-workflow", 'level="ERROR"')
def a_workflow_without_logs(graph: Graph) -> None:
    graph.inputs(STATE_MACHINE, "order-workflow")["loggingConfiguration"]["level"] = "OFF"


@breaks("workflow-logs-without-content", STATE_MACHINE, "order-workflow", "execution_data=False")
def a_workflow_that_logs_orders(graph: Graph) -> None:
    logging = graph.inputs(STATE_MACHINE, "order-workflow")["loggingConfiguration"]
    logging["includeExecutionData"] = True


@breaks("no-function-at-the-door", DATA_SOURCE, "order-api-queue", "an HTTP data source")
def a_function_as_a_data_source(graph: Graph) -> None:
    graph.inputs(DATA_SOURCE, "order-api-queue")["type"] = "AWS_LAMBDA"


@breaks("no-api-keys", API_KEY, "front-end", "customers sign in by the user pool")
def an_api_key(graph: Graph) -> None:
    graph.add(API_KEY, "front-end", apiId="order-api-GraphQLApi")


@breaks("no-api-keys", GRAPHQL_API, "order-api", "Take API_KEY out")
def an_api_that_takes_keys_too(graph: Graph) -> None:
    api = graph.inputs(GRAPHQL_API, "order-api")
    api["additionalAuthenticationProviders"].append({"authenticationType": "API_KEY"})


@breaks("closed-where-protected", GRAPHQL_API, "order-api", "option introspection to false")
def a_schema_that_everyone_reads(graph: Graph) -> None:
    graph.inputs(GRAPHQL_API, "order-api")["introspectionConfig"] = "ENABLED"


@breaks("closed-where-protected", GRAPHQL_API, "order-api", "option queryDepthLimit")
def queries_of_any_depth(graph: Graph) -> None:
    graph.inputs(GRAPHQL_API, "order-api")["queryDepthLimit"] = 0


@breaks("clients-without-secrets", USER_POOL_CLIENT, "customers", "generate_secret=False")
def a_front_end_with_a_secret(graph: Graph) -> None:
    graph.inputs(USER_POOL_CLIENT, "customers")["generateSecret"] = True


@breaks("clients-without-secrets", USER_POOL_CLIENT, "customers", "ALLOW_USER_SRP_AUTH is enough")
def passwords_that_travel(graph: Graph) -> None:
    client = graph.inputs(USER_POOL_CLIENT, "customers")
    client["explicitAuthFlows"].append("ALLOW_USER_PASSWORD_AUTH")


@breaks("sign-in-hides-who-exists", USER_POOL_CLIENT, "customers", 'errors="ENABLED"')
def a_sign_in_that_tells_who_exists(graph: Graph) -> None:
    graph.inputs(USER_POOL_CLIENT, "customers")["preventUserExistenceErrors"] = "LEGACY"


@breaks("data-protected", TABLE, "payments", "infra/guarded_table.py")
def a_ledger_that_may_be_deleted(graph: Graph) -> None:
    del graph.inputs(TABLE, "payments")["deletionProtectionEnabled"]


@breaks("data-protected", TABLE, "payments", "protect=True")
def a_ledger_that_pulumi_may_replace(graph: Graph) -> None:
    graph.unprotect(TABLE, "payments")


@breaks("data-protected", USER_POOL, "customers", 'deletion_protection="ACTIVE"')
def customers_that_may_be_deleted(graph: Graph) -> None:
    graph.inputs(USER_POOL, "customers")["deletionProtection"] = "INACTIVE"


@breaks("data-protected", USER_POOL, "customers", "protect=True")
def customers_that_pulumi_may_replace(graph: Graph) -> None:
    graph.unprotect(USER_POOL, "customers")


@breaks("data-restorable", TABLE, "orders", "pointInTimeRecovery to true")
def orders_that_cannot_be_restored(graph: Graph) -> None:
    graph.inputs(TABLE, "orders")["pointInTimeRecovery"]["enabled"] = False


@breaks("somebody-is-told", TOPIC, "order-alarms", "pulumi config set --path 'alarmEmails[0]'")
def alarms_that_nobody_hears(graph: Graph) -> None:
    graph.remove(SUBSCRIPTION, "order-alarms-ops@shop.example")


@breaks(
    "no-secrets-in-outputs", STACK, "prod", "signingSecret is a secret by its name: take it out"
)
def a_secret_by_name_among_the_outputs(graph: Graph) -> None:
    graph.outputs["signingSecret"] = "hunter2"


@breaks("no-secrets-in-outputs", STACK, "prod", "apiAddress is an API key of AppSync")
def a_secret_by_value_among_the_outputs(graph: Graph) -> None:
    graph.outputs["apiAddress"] = "https://api.example/graphql?key=da2-" + 26 * "a"


@breaks("no-secrets-in-variables", FUNCTION, "take-payment", "keep it in Secrets Manager")
def a_password_among_the_variables(graph: Graph) -> None:
    variables = graph.inputs(FUNCTION, "take-payment")["environment"]["variables"]
    variables["PROCESSOR_PASSWORD"] = "hunter2"


@breaks("no-secrets-in-variables", FUNCTION, "take-payment", "PROCESSOR is an access key of AWS")
def an_access_key_among_the_variables(graph: Graph) -> None:
    variables = graph.inputs(FUNCTION, "take-payment")["environment"]["variables"]
    variables["PROCESSOR"] = "AKIA" + 16 * "A"


@breaks("tagged", QUEUE, "order-queue", "It has no tag project, stage")
def a_resource_without_tags(graph: Graph) -> None:
    del graph.inputs(QUEUE, "order-queue")["tags"]


@breaks("tagged", QUEUE, "order-queue", "the stage is prod")
def a_resource_of_another_stage(graph: Graph) -> None:
    graph.inputs(QUEUE, "order-queue")["tags"]["stage"] = "dev"


@breaks("tagged", "aws:kinesis/stream:Stream", "receipts", "add it to UNTAGGABLE")
def a_new_type_without_tags(graph: Graph) -> None:
    graph.add("aws:kinesis/stream:Stream", "receipts", tags=None)


@breaks("no-fixed-names", STATE_MACHINE, "order-workflow", "orders is fixed: leave name out")
def a_fixed_name(graph: Graph) -> None:
    graph.inputs(STATE_MACHINE, "order-workflow")["name"] = "orders"


@breaks("no-fixed-names", LOG_GROUP, "order-workflow", "leave name out")
def a_fixed_name_that_says_the_stage(graph: Graph) -> None:
    graph.inputs(LOG_GROUP, "order-workflow")["name"] = "orderflow-prod-order-workflow"


@breaks("buckets-closed", BUCKET, "storefront", "Give it an aws.s3.BucketPublicAccessBlock")
def a_bucket_that_can_be_made_public(graph: Graph) -> None:
    graph.remove(PUBLIC_ACCESS_BLOCK, "storefront")


@breaks("buckets-closed", BUCKET, "storefront", "Set restrictPublicBuckets of storefront to true")
def a_bucket_that_a_policy_can_make_public(graph: Graph) -> None:
    graph.inputs(PUBLIC_ACCESS_BLOCK, "storefront")["restrictPublicBuckets"] = False


@breaks("origins-ask-signed", DISTRIBUTION, "storefront", "origin_access_control_id of origin")
def a_distribution_that_asks_a_bucket_unsigned(graph: Graph) -> None:
    [origin] = graph.inputs(DISTRIBUTION, "storefront")["origins"]
    del origin["originAccessControlId"]


@breaks("viewers-by-tls", DISTRIBUTION, "storefront", "of the behaviour of all other paths")
def a_distribution_that_answers_without_tls(graph: Graph) -> None:
    behaviour = graph.inputs(DISTRIBUTION, "storefront")["defaultCacheBehavior"]
    behaviour["viewerProtocolPolicy"] = "allow-all"


@breaks("viewers-by-tls", DISTRIBUTION, "storefront", "of the behaviour of /assets/*")
def a_distribution_that_answers_some_paths_without_tls(graph: Graph) -> None:
    [behaviour] = graph.inputs(DISTRIBUTION, "storefront")["orderedCacheBehaviors"]
    behaviour["viewerProtocolPolicy"] = "allow-all"


@breaks(
    "minimum-tls-version", DISTRIBUTION, "storefront", 'minimum_protocol_version="TLSv1.2_2021"'
)
def a_distribution_that_speaks_old_tls_at_its_own_domain(graph: Graph) -> None:
    graph.inputs(DISTRIBUTION, "storefront")["viewerCertificate"] = {
        "acmCertificateArn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/shop",
        "minimumProtocolVersion": "TLSv1.1_2016",
        "sslSupportMethod": "sni-only",
    }


@breaks("answers-with-headers", DISTRIBUTION, "storefront", "of the behaviour of /assets/*")
def a_distribution_whose_files_come_without_headers(graph: Graph) -> None:
    [behaviour] = graph.inputs(DISTRIBUTION, "storefront")["orderedCacheBehaviors"]
    del behaviour["responseHeadersPolicyId"]


@breaks("security-headers", RESPONSE_HEADERS_POLICY, "storefront", "Content-Security-Policy is not")
def a_page_that_may_load_anything(graph: Graph) -> None:
    headers = graph.inputs(RESPONSE_HEADERS_POLICY, "storefront")["securityHeadersConfig"]
    del headers["contentSecurityPolicy"]


@breaks("security-headers", RESPONSE_HEADERS_POLICY, "storefront", "another X-Frame-Options")
def a_page_that_says_itself_who_frames_it(graph: Graph) -> None:
    headers = graph.inputs(RESPONSE_HEADERS_POLICY, "storefront")["securityHeadersConfig"]
    headers["frameOptions"]["override"] = False


@breaks("no-fixed-names", BUCKET, "storefront", "shop is fixed")
def a_bucket_of_a_fixed_name(graph: Graph) -> None:
    # What is of this bucket follows it.
    graph.inputs(BUCKET, "storefront")["bucket"] = "shop"
    graph.inputs(BUCKET_POLICY, "storefront")["bucket"] = "shop"
    graph.inputs(PUBLIC_ACCESS_BLOCK, "storefront")["bucket"] = "shop"


@breaks("no-fixed-names", EDGE_FUNCTION, "storefront", "routes is fixed")
def a_function_at_the_edge_of_a_fixed_name(graph: Graph) -> None:
    graph.inputs(EDGE_FUNCTION, "storefront")["name"] = "routes"
