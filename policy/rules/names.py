"""Tags and names: whose a thing is, and that there can be two of it."""

import re
from typing import Annotated

from policy.resource_types import (
    ALARM,
    EVENT_RULE,
    FUNCTION,
    GRAPHQL_API,
    LOG_GROUP,
    QUEUE,
    ROLE,
    STATE_MACHINE,
    TABLE,
    TOPIC,
    USER_POOL,
    WEB_ACL,
)
from policy.rule import Faults, resource_rule
from policy.view import Resource

# Types of AWS's without tags of their own; a test compares them with the provider's.
UNTAGGABLE = {
    "aws:appsync/apiKey:ApiKey",
    "aws:appsync/dataSource:DataSource",
    "aws:appsync/function:Function",
    "aws:appsync/resolver:Resolver",
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    "aws:cloudwatch/queryDefinition:QueryDefinition",
    "aws:cognito/userGroup:UserGroup",
    "aws:cognito/userPoolClient:UserPoolClient",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    "aws:lambda/permission:Permission",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sns/topicSubscription:TopicSubscription",
    "aws:sqs/queuePolicy:QueuePolicy",
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
    "aws:sqs/redrivePolicy:RedrivePolicy",
    "aws:wafv2/webAclAssociation:WebAclAssociation",
}
TAGS = ["project", "stage"]
# Those whose names are one account's, where a fixed name would be there only once.
NAMED = (
    ALARM,
    EVENT_RULE,
    FUNCTION,
    GRAPHQL_API,
    LOG_GROUP,
    QUEUE,
    ROLE,
    STATE_MACHINE,
    TABLE,
    TOPIC,
    USER_POOL,
    WEB_ACL,
)


@resource_rule()
def tagged(
    resource: Resource,
    *,
    tags: Annotated[list[str], "tags that each resource has"] = TAGS,
) -> Faults:
    """Whatever can have tags says of which project and stage it is.

    Bills are told apart by them.
    https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """
    if not resource.type.startswith("aws:") or resource.type in UNTAGGABLE:
        return
    own = resource.get("tags") or {}
    if missing := [tag for tag in tags if not own.get(tag)]:
        yield (
            f"It has no tag {', '.join(missing)}: __main__.py gives everything its tags, by"
            " infra/tags.py; or, where AWS has no tags for the type, add it to UNTAGGABLE in"
            " policy/rules/names.py."
        )
    elif "stage" in tags and own["stage"] != resource.stage:
        yield f"Its tag stage is {own['stage']}, and the stage is {resource.stage}."


@resource_rule(*NAMED)
def no_fixed_names(resource: Resource) -> Faults:
    """Names are Pulumi's: two stages fit one account, and a replacement comes before the old goes.

    https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
    """
    name = resource.get("name")
    # A log group of a service's is named by the service, after what it logs.
    if not name or (resource.type == LOG_GROUP and name.startswith("/aws/")):
        return
    if not re.fullmatch(rf"(.*-)?{re.escape(resource.name)}-[0-9a-f]{{7}}", name):
        yield f"{name} is fixed: leave name out, and Pulumi makes it of project, stage and name."
