"""The storefront's runtime configuration, config.json: one build serves every stage."""

from collections.abc import Mapping
from typing import Any

from outputs.public import PublicOutputs


def storefront_config(outputs: Mapping[str, Any], *, stage: str) -> dict[str, Any]:
    """What the storefront reads when it starts, of all of a stage's outputs.

    Returns:
        `{stage, region, graphqlUrl, realtimeUrl, userPoolId, userPoolClientId, passwordPolicy}`;
        where the stage is on the embedded cloud also `local: {userPoolEndpoint, mailboxUrl}`.

    Raises:
        OutputsError: an output is missing or not of its kind.
    """
    public = PublicOutputs.of(outputs)
    return {
        "stage": stage,
        "region": public.region,
        "graphqlUrl": public.graphql_url,
        "realtimeUrl": public.realtime_url,
        "userPoolId": public.user_pool_id,
        "userPoolClientId": public.user_pool_client_id,
        "passwordPolicy": dict(public.password_policy),
        **({"local": public.local} if public.local else {}),
    }
