"""How each resource type is created on the emulator: one module for each AWS service.

A provider takes the clients, the resource's name in the program and its inputs, named as Pulumi's
engine names them; it returns the resource's id and the outputs that its inputs do not give.
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
