"""What a type of resource is replaced by, and what is lost with one.

Of a property that AWS cannot change in place the provider makes another resource: its schema says
`ForceNew`. Pulumi's SDK does not have that, so it is here, as of terraform-provider-aws 6, which
pulumi-aws 7 is made of: https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service
Tests hold that each type of the program is here, and compare with what CloudFormation says of it.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A type of resource.

    Args:
        replaced_by: the properties whose change makes another resource.
        holds: what is gone with one; None: it can be made anew.
    """

    replaced_by: frozenset[str] = field(default_factory=frozenset[str])
    holds: str | None = None


def _kind(replaced_by: str, holds: str | None = None) -> Kind:
    # The place of every one.
    return Kind(replaced_by=frozenset({*replaced_by.split(), "region"}), holds=holds)


# The properties in which the order of a list makes no difference: `TypeSet` in those schemas.
SETS = frozenset(
    {
        *("accountRecoverySetting", "alarmActions", "aliasAttributes", "allowedMethods"),
        *("allowedOauthFlows", "allowedOauthScopes", "attributes", "autoVerifiedAttributes"),
        *("cachedMethods", "callbackUrls", "explicitAuthFlows", "filterCriteria"),
        *("functionAssociations", "functionResponseTypes", "items", "origins"),
        *("globalSecondaryIndexes", "insufficientDataActions", "localSecondaryIndexes"),
        *("logoutUrls", "managedPolicyArns", "okActions", "readAttributes", "replicas", "rules"),
        *("schemas", "sourceAccessConfigurations", "supportedIdentityProviders", "topics"),
        *("usernameAttributes", "writeAttributes"),
    }
)
KINDS = {
    "aws:appsync/dataSource:DataSource": _kind("apiId name"),
    "aws:appsync/function:Function": _kind("apiId"),
    "aws:appsync/graphQLApi:GraphQLApi": _kind("apiType visibility"),
    "aws:appsync/resolver:Resolver": _kind("apiId field type"),
    "aws:budgets/budget:Budget": _kind("accountId name namePrefix"),
    "aws:cloudfront/distribution:Distribution": _kind("staging"),
    "aws:cloudfront/function:Function": _kind("name"),
    "aws:cloudfront/originAccessControl:OriginAccessControl": _kind(""),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": _kind(""),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _kind("alarmName"),
    "aws:cloudwatch/dashboard:Dashboard": _kind("dashboardName"),
    "aws:cloudwatch/eventRule:EventRule": _kind("eventBusName name namePrefix"),
    "aws:cloudwatch/eventTarget:EventTarget": _kind("eventBusName rule targetId"),
    "aws:cloudwatch/logGroup:LogGroup": _kind("logGroupClass name namePrefix", "its logs"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": _kind("logGroupName name"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _kind("name"),
    "aws:cloudwatch/queryDefinition:QueryDefinition": _kind(""),
    "aws:cognito/userGroup:UserGroup": _kind("name userPoolId", "who is in it"),
    "aws:cognito/userPool:UserPool": _kind(
        "aliasAttributes name usernameAttributes usernameConfiguration",
        "its users and their passwords",
    ),
    "aws:cognito/userPoolClient:UserPoolClient": _kind("generateSecret userPoolId"),
    "aws:dynamodb/table:Table": _kind(
        "hashKey importTable localSecondaryIndexes name rangeKey restoreDateTime restoreSourceName"
        " restoreSourceTableArn restoreToLatestTime",
        "its items",
    ),
    "aws:iam/role:Role": _kind("name namePrefix path"),
    "aws:iam/rolePolicy:RolePolicy": _kind("name namePrefix role"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _kind("policyArn role"),
    "aws:lambda/eventSourceMapping:EventSourceMapping": _kind(
        "amazonManagedKafkaEventSourceConfig eventSourceArn queues selfManagedEventSource"
        " selfManagedKafkaEventSourceConfig startingPosition startingPositionTimestamp topics"
    ),
    "aws:lambda/function:Function": _kind("name packageType"),
    "aws:lambda/permission:Permission": _kind(
        "action eventSourceToken function functionUrlAuthType principal principalOrgId qualifier"
        " sourceAccount sourceArn statementId statementIdPrefix"
    ),
    "aws:s3/bucket:Bucket": _kind(
        "bucket bucketNamespace bucketPrefix objectLockEnabled", "its objects"
    ),
    "aws:s3/bucketObjectv2:BucketObjectv2": _kind("bucket key"),
    "aws:s3/bucketPolicy:BucketPolicy": _kind("bucket"),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _kind("bucket"),
    "aws:sfn/stateMachine:StateMachine": _kind("name namePrefix type", "its executions"),
    "aws:sns/topic:Topic": _kind("fifoTopic name namePrefix"),
    "aws:sns/topicPolicy:TopicPolicy": _kind("arn"),
    "aws:sns/topicSubscription:TopicSubscription": _kind("endpoint protocol topic"),
    "aws:sqs/queue:Queue": _kind("fifoQueue name namePrefix", "the messages in it"),
    "aws:sqs/queuePolicy:QueuePolicy": _kind("queueUrl"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": _kind("queueUrl"),
    "aws:wafv2/webAcl:WebAcl": _kind("name namePrefix scope"),
    "aws:wafv2/webAclAssociation:WebAclAssociation": _kind("resourceArn webAclArn"),
}
