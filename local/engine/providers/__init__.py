"""How each resource type is made, read, changed and removed: one module for each AWS service.

Inputs and outputs are named as Pulumi's provider of AWS names them.
"""

from local.engine.providers import (
    appsync,
    cloudwatch,
    cognito,
    dynamodb,
    events,
    functions,
    iam,
    sns,
    sqs,
    step_functions,
    waf,
)
from local.engine.providers.provider import Provider

PROVIDERS: dict[str, Provider] = {
    **appsync.PROVIDERS,
    **cloudwatch.PROVIDERS,
    **cognito.PROVIDERS,
    **dynamodb.PROVIDERS,
    **events.PROVIDERS,
    **functions.PROVIDERS,
    **iam.PROVIDERS,
    **sns.PROVIDERS,
    **sqs.PROVIDERS,
    **step_functions.PROVIDERS,
    **waf.PROVIDERS,
}
