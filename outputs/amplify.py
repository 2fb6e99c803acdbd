"""amplify_outputs.json, which Amplify's libraries are configured with."""

from collections.abc import Mapping
from typing import Any

from outputs.public import PublicOutputs

VERSION = "1.4"
# How customers sign up and in (infra/customer_pool.py).
SIGNS_IN_BY = ["email"]


def amplify_outputs(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """What the file holds, of all of a stage's outputs.

    `auth` and `data` refuse keys that they do not know: what Amplify has no place for, which is the
    embedded cloud's alone, is in `custom.local`.
    https://docs.amplify.aws/react/reference/amplify_outputs/

    Raises:
        OutputsError: an output is missing or not of its kind.
    """
    public = PublicOutputs.of(outputs)
    policy = public.password_policy
    return {
        "version": VERSION,
        "auth": {
            "aws_region": public.region,
            "user_pool_id": public.user_pool_id,
            "user_pool_client_id": public.user_pool_client_id,
            "password_policy": {
                "min_length": policy["minimumLength"],
                "require_lowercase": policy["requireLowercase"],
                "require_numbers": policy["requireNumbers"],
                "require_symbols": policy["requireSymbols"],
                "require_uppercase": policy["requireUppercase"],
            },
            "username_attributes": SIGNS_IN_BY,
            "standard_required_attributes": SIGNS_IN_BY,
            "user_verification_types": SIGNS_IN_BY,
            "groups": [{group: {}} for group in public.user_groups],
        },
        "data": {
            "aws_region": public.region,
            "url": public.graphql_url,
            "default_authorization_type": public.default_authorization_mode,
            "authorization_types": public.authorization_modes,
        },
        **({"custom": {"local": public.local}} if public.local else {}),
    }
