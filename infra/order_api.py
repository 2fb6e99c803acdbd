"""The customers' door: GraphQL on AppSync."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.location import Location
from infra.order_store import BY_PLACED_AT, BY_RESTAURANT
from infra.policy import ServiceRole, Statement, allow, assumed_by, service_role
from infra.substitution import substitute

GRAPHQL = Path(__file__).parents[1] / "graphql"
APPSYNC = "appsync.amazonaws.com"
RUNTIME = "APPSYNC_JS"
RUNTIME_VERSION = "1.0.0"
# How a request is let in where the schema's directives say nothing, and how else it can be.
DEFAULT_AUTHORIZATION_MODE = "AMAZON_COGNITO_USER_POOLS"
ADDITIONAL_AUTHORIZATION_MODES = ["AWS_IAM"]

# The data sources, by the names that they have in the API.
ORDERS = "Orders"
RESTAURANT_STAFF = "RestaurantStaff"
QUEUE = "OrderQueue"
NONE = "None"
# Which data source each of graphql/functions talks to.
FUNCTIONS = {
    "validateOrder": NONE,
    "admitStaff": RESTAURANT_STAFF,
    "recallOrder": ORDERS,
    "queueOrder": QUEUE,
    "queryOrders": ORDERS,
    "readOrder": ORDERS,
    "changeOrder": ORDERS,
    "beginAttempt": ORDERS,
    "undoAttempt": ORDERS,
    "eraseOrder": ORDERS,
}
# The fields that one call to a data source resolves, and those that take functions one by one.
UNITS = {
    ("Query", "getOrder"): ORDERS,
    ("Mutation", "publishOrderUpdate"): NONE,
    ("Subscription", "onOrderUpdated"): NONE,
}
# readOrder reads only what is not at hand: first, and again after a write whose condition failed.
PIPELINES = {
    ("Query", "listOrders"): ["queryOrders"],
    ("Query", "listRestaurantOrders"): ["validateOrder", "admitStaff", "queryOrders"],
    ("Mutation", "placeOrder"): ["validateOrder", "recallOrder", "queueOrder"],
    ("Mutation", "updateOrder"): ["validateOrder", "changeOrder", "readOrder"],
    ("Mutation", "retryPayment"): [
        "validateOrder",
        "readOrder",
        "beginAttempt",
        "readOrder",
        "queueOrder",
        "undoAttempt",
        "readOrder",
    ],
    ("Mutation", "deleteOrder"): [
        "validateOrder",
        "readOrder",
        "eraseOrder",
        "readOrder",
        # Once more, where the order has changed in between.
        "eraseOrder",
        "readOrder",
    ],
}
# A page of orders is one field with a resolver; more at once than that is no front end's.
MOST_RESOLVERS = 20
# Of one IP address: several orders a second, more than people place.
MOST_REQUESTS_IN_FIVE_MINUTES = 2000
# One function publishes all updates, signed and from one address: of 500 orders a second, two each.
# AppSync refuses a forged signature by itself, but whoever writes one is limited too.
MOST_SIGNED_REQUESTS_IN_FIVE_MINUTES = 300_000
SIGNED: Any = {
    "byte_match_statement": {
        "field_to_match": {"single_header": {"name": "authorization"}},
        "positional_constraint": "STARTS_WITH",
        "search_string": "AWS4-HMAC-SHA256",
        "text_transformations": [{"priority": 0, "type": "NONE"}],
    }
}
NOT_SIGNED: Any = {"not_statement": {"statement": SIGNED}}


@dataclass(frozen=True, kw_only=True)
class OrderApiArgs:
    """What the API reads and fills, who may call it, and how it is guarded."""

    table_name: pulumi.Input[str]
    table_arn: pulumi.Input[str]
    staff_table_name: pulumi.Input[str]
    staff_table_arn: pulumi.Input[str]
    queue_url: pulumi.Input[str]
    queue_arn: pulumi.Input[str]
    user_pool_id: pulumi.Input[str]
    user_pool_client_id: pulumi.Input[str]
    introspection: bool
    query_depth_limit: int
    waf: bool
    log_retention_days: pulumi.Input[int]


class OrderApi(pulumi.ComponentResource):
    """An AppSync API whose resolvers talk to SQS and DynamoDB themselves: no Lambda starts cold.

    Each file of graphql/resolvers is the resolver of the field that it is named for; each of
    graphql/functions is a step that pipelines share. Customers come with the pool's tokens;
    IAM roles reach only what the schema's directives open to them.
    """

    arn: pulumi.Output[str]
    api_id: pulumi.Output[str]
    log_group_name: pulumi.Output[str]
    graphql_url: pulumi.Output[str]
    realtime_url: pulumi.Output[str]
    default_authorization_mode: pulumi.Output[str]
    additional_authorization_modes: pulumi.Output[list[str]]

    def __init__(
        self, name: str, args: OrderApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:api:OrderApi", name, None, opts)
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        self._location = Location.of(args.table_arn)
        self._api, logs = self._make_api(args)
        if args.waf:
            self._guard()
        sources = {
            ORDERS: self._orders_source(args),
            RESTAURANT_STAFF: self._staff_source(args),
            QUEUE: self._queue_source(args),
            NONE: aws.appsync.DataSource(
                f"{name}-none", api_id=self._api.id, name=NONE, type="NONE", opts=self._named()
            ),
        }
        functions = {
            function: self._function(function, sources[source], args.queue_url)
            for function, source in FUNCTIONS.items()
        }
        for (parent_type, field), source in UNITS.items():
            self._resolve(parent_type, field, source=sources[source])
        for (parent_type, field), steps in PIPELINES.items():
            self._resolve(parent_type, field, steps=[functions[step] for step in steps])
        self.arn = self._api.arn
        self.api_id = self._api.id
        self.log_group_name = logs.name
        self.graphql_url = self._api.uris["GRAPHQL"]
        self.realtime_url = self._api.uris["REALTIME"]
        self.default_authorization_mode = self._api.authentication_type
        self.additional_authorization_modes = pulumi.Output.from_input(
            ADDITIONAL_AUTHORIZATION_MODES
        )
        self.register_outputs({"graphqlUrl": self.graphql_url, "realtimeUrl": self.realtime_url})

    def _make_api(
        self, args: OrderApiArgs
    ) -> tuple[aws.appsync.GraphQLApi, aws.cloudwatch.LogGroup]:
        logs_role = assumed_by(APPSYNC, self._location, f"{self._name}-logs", self._child)
        api = aws.appsync.GraphQLApi(
            self._name,
            schema=(GRAPHQL / "schema.graphql").read_text(),
            authentication_type=DEFAULT_AUTHORIZATION_MODE,
            user_pool_config=aws.appsync.GraphQLApiUserPoolConfigArgs(
                user_pool_id=args.user_pool_id,
                aws_region=self._location.region,
                default_action="ALLOW",
                # A token of the pool's other clients does not open this API.
                app_id_client_regex=pulumi.Output.concat("^", args.user_pool_client_id, "$"),
            ),
            additional_authentication_providers=[
                aws.appsync.GraphQLApiAdditionalAuthenticationProviderArgs(authentication_type=mode)
                for mode in ADDITIONAL_AUTHORIZATION_MODES
            ],
            introspection_config="ENABLED" if args.introspection else "DISABLED",
            query_depth_limit=args.query_depth_limit,
            resolver_count_limit=MOST_RESOLVERS,
            log_config=aws.appsync.GraphQLApiLogConfigArgs(
                cloudwatch_logs_role_arn=logs_role.arn,
                field_log_level="ERROR",
                exclude_verbose_content=True,
            ),
            xray_enabled=True,
            opts=self._child,
        )
        logs = aws.cloudwatch.LogGroup(
            self._name,
            # AppSync writes to the group of this name; made here, it has the stage's retention.
            name=pulumi.Output.concat("/aws/appsync/apis/", api.id),
            retention_in_days=args.log_retention_days,
            opts=self._child,
        )
        allow(
            logs_role,
            f"{self._name}-logs",
            [
                {
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    # The streams of this one group.
                    "Resource": pulumi.Output.concat(logs.arn, ":*"),
                }
            ],
            self._child,
        )
        return api, logs

    def _guard(self) -> None:
        """Put AWS WAF before the API."""

        def metrics(name: str) -> aws.wafv2.WebAclRuleVisibilityConfigArgs:
            return aws.wafv2.WebAclRuleVisibilityConfigArgs(
                cloudwatch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
            )

        def rate(name: str, priority: int, limit: int, counted: Any) -> aws.wafv2.WebAclRuleArgs:
            return aws.wafv2.WebAclRuleArgs(
                name=name,
                priority=priority,
                action=aws.wafv2.WebAclRuleActionArgs(block=aws.wafv2.WebAclRuleActionBlockArgs()),
                statement=aws.wafv2.WebAclRuleStatementArgs(
                    rate_based_statement=aws.wafv2.WebAclRuleStatementRateBasedStatementArgs(
                        limit=limit, aggregate_key_type="IP", scope_down_statement=counted
                    )
                ),
                visibility_config=metrics(name),
            )

        bad_input = aws.wafv2.WebAclRuleArgs(
            name="bad-input",
            priority=2,
            override_action=aws.wafv2.WebAclRuleOverrideActionArgs(
                none=aws.wafv2.WebAclRuleOverrideActionNoneArgs()
            ),
            statement=aws.wafv2.WebAclRuleStatementArgs(
                managed_rule_group_statement=(
                    aws.wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs(
                        vendor_name="AWS", name="AWSManagedRulesKnownBadInputsRuleSet"
                    )
                )
            ),
            visibility_config=metrics("bad-input"),
        )
        acl = aws.wafv2.WebAcl(
            self._name,
            scope="REGIONAL",
            default_action=aws.wafv2.WebAclDefaultActionArgs(
                allow=aws.wafv2.WebAclDefaultActionAllowArgs()
            ),
            rules=[
                rate("rate", 0, MOST_REQUESTS_IN_FIVE_MINUTES, NOT_SIGNED),
                rate("signed-rate", 1, MOST_SIGNED_REQUESTS_IN_FIVE_MINUTES, SIGNED),
                bad_input,
            ],
            visibility_config=aws.wafv2.WebAclVisibilityConfigArgs(
                cloudwatch_metrics_enabled=True,
                metric_name=f"{pulumi.get_project()}-{pulumi.get_stack()}",
                sampled_requests_enabled=True,
            ),
            opts=self._child,
        )
        aws.wafv2.WebAclAssociation(
            self._name, resource_arn=self._api.arn, web_acl_arn=acl.arn, opts=self._child
        )

    def _orders_source(self, args: OrderApiArgs) -> aws.appsync.DataSource:
        role = self._source_role(
            "orders",
            {
                "Action": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
                "Resource": args.table_arn,
            },
            {
                "Action": ["dynamodb:Query"],
                "Resource": [
                    pulumi.Output.concat(args.table_arn, "/index/", index)
                    for index in (BY_PLACED_AT, BY_RESTAURANT)
                ],
            },
        )
        return self._table_source("orders", ORDERS, args.table_name, role)

    def _staff_source(self, args: OrderApiArgs) -> aws.appsync.DataSource:
        role = self._source_role(
            "staff", {"Action": ["dynamodb:GetItem"], "Resource": args.staff_table_arn}
        )
        return self._table_source("staff", RESTAURANT_STAFF, args.staff_table_name, role)

    def _table_source(
        self,
        source: str,
        name: str,
        table_name: pulumi.Input[str],
        role: ServiceRole,
    ) -> aws.appsync.DataSource:
        return aws.appsync.DataSource(
            f"{self._name}-{source}",
            api_id=self._api.id,
            name=name,
            type="AMAZON_DYNAMODB",
            dynamodb_config=aws.appsync.DataSourceDynamodbConfigArgs(
                table_name=table_name, region=self._location.region
            ),
            service_role_arn=role.arn,
            opts=self._named(role.policy),
        )

    def _queue_source(self, args: OrderApiArgs) -> aws.appsync.DataSource:
        role = self._source_role(
            "queue", {"Action": ["sqs:SendMessage"], "Resource": args.queue_arn}
        )
        return aws.appsync.DataSource(
            f"{self._name}-queue",
            api_id=self._api.id,
            name=QUEUE,
            type="HTTP",
            http_config=aws.appsync.DataSourceHttpConfigArgs(
                endpoint=pulumi.Output.concat(
                    "https://sqs.", self._location.region, ".", self._location.dns_suffix
                ),
                authorization_config=aws.appsync.DataSourceHttpConfigAuthorizationConfigArgs(
                    authorization_type="AWS_IAM",
                    aws_iam_config=(
                        aws.appsync.DataSourceHttpConfigAuthorizationConfigAwsIamConfigArgs(
                            signing_region=self._location.region, signing_service_name="sqs"
                        )
                    ),
                ),
            ),
            service_role_arn=role.arn,
            opts=self._named(role.policy),
        )

    def _source_role(self, source: str, *statements: Statement) -> ServiceRole:
        return service_role(
            APPSYNC, self._location, f"{self._name}-{source}", statements, self._child
        )

    def _named(self, *depends_on: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of what has a fixed name in the API: there cannot be two at once."""
        return pulumi.ResourceOptions(
            parent=self, depends_on=list(depends_on), delete_before_replace=True
        )

    def _function(
        self, name: str, source: aws.appsync.DataSource, queue_url: pulumi.Input[str]
    ) -> aws.appsync.Function:
        """Make graphql/functions/<name>.js a function of the API, its `${OrderQueueUrl}` filled."""
        code = (GRAPHQL / "functions" / f"{name}.js").read_text()
        return aws.appsync.Function(
            f"{self._name}-{name}",
            api_id=self._api.id,
            name=name,
            data_source=source.name,
            runtime=aws.appsync.FunctionRuntimeArgs(name=RUNTIME, runtime_version=RUNTIME_VERSION),
            code=pulumi.Output.from_input(queue_url).apply(
                lambda url: substitute(code, {"OrderQueueUrl": url})
            ),
            opts=self._child,
        )

    def _resolve(
        self,
        parent_type: str,
        field: str,
        *,
        source: aws.appsync.DataSource | None = None,
        steps: Sequence[aws.appsync.Function] | None = None,
    ) -> None:
        """Attach graphql/resolvers/<field>.js, with its one data source or a pipeline's steps."""
        aws.appsync.Resolver(
            f"{self._name}-{field}",
            api_id=self._api.id,
            type=parent_type,
            field=field,
            kind="UNIT" if source else "PIPELINE",
            data_source=source.name if source else None,
            pipeline_config=aws.appsync.ResolverPipelineConfigArgs(
                functions=[step.function_id for step in steps]
            )
            if steps
            else None,
            runtime=aws.appsync.ResolverRuntimeArgs(name=RUNTIME, runtime_version=RUNTIME_VERSION),
            code=(GRAPHQL / "resolvers" / f"{field}.js").read_text(),
            opts=self._named(),
        )
