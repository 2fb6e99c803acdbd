"""How each resource type is made, read, changed and removed: one module for each AWS service.

Inputs and outputs are named as Pulumi's provider of AWS names them.
"""

from local.engine.providers import (
    appsync,
    budgets,
    cloudfront,
    cloudwatch,
    cognito,
    dynamodb,
    events,
    functions,
    iam,
    s3,
    sns,
    sqs,
    step_functions,
    waf,
)
from local.engine.providers.provider import Provider

PROVIDERS: dict[str, Provider] = {
    **appsync.PROVIDERS,
    **budgets.PROVIDERS,
    **cloudfront.PROVIDERS,
    **cloudwatch.PROVIDERS,
    **cognito.PROVIDERS,
    **dynamodb.PROVIDERS,
    **events.PROVIDERS,
    **functions.PROVIDERS,
    **iam.PROVIDERS,
    **s3.PROVIDERS,
    **sns.PROVIDERS,
    **sqs.PROVIDERS,
    **step_functions.PROVIDERS,
    **waf.PROVIDERS,
}
