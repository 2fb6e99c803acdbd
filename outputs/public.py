"""What a front end may know of a stage: these outputs, and no other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, cast
from urllib.parse import urlsplit

# As the stack exports them (`__main__.py`); what is not here leaves in no format.
PUBLIC = (
    "stage",
    "region",
    "graphqlUrl",
    "realtimeUrl",
    "userPoolId",
    "userPoolClientId",
    "passwordPolicy",
    "userGroups",
    "defaultAuthorizationMode",
    "authorizationModes",
)
PASSWORD_REQUIREMENTS = (
    "requireLowercase",
    "requireNumbers",
    "requireSymbols",
    "requireUppercase",
)


class OutputsError(Exception):
    """The outputs cannot be had or used; the message says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class PublicOutputs:
    """A stage's public outputs, all that any front end is given.

    Args:
        password_policy: `{"minimumLength": 12, "requireLowercase": true, …}`.
        user_groups: the pool's, such as `staff`.
        default_authorization_mode: how a request is let in where the schema says nothing.
        authorization_modes: how else a request can be.
    """

    region: str
    graphql_url: str
    realtime_url: str
    user_pool_id: str
    user_pool_client_id: str
    password_policy: Mapping[str, int | bool]
    user_groups: list[str]
    default_authorization_mode: str
    authorization_modes: list[str]

    @classmethod
    def of(cls, outputs: Mapping[str, Any]) -> Self:
        """Pick them from all that a stage has.

        Raises:
            OutputsError: one is missing, as from a stage of an older program, or not of its kind.
        """
        return cls(
            region=_text(outputs, "region"),
            graphql_url=_text(outputs, "graphqlUrl"),
            realtime_url=_text(outputs, "realtimeUrl"),
            user_pool_id=_text(outputs, "userPoolId"),
            user_pool_client_id=_text(outputs, "userPoolClientId"),
            password_policy=_password_policy(outputs),
            user_groups=_texts(outputs, "userGroups"),
            default_authorization_mode=_text(outputs, "defaultAuthorizationMode"),
            authorization_modes=_texts(outputs, "authorizationModes"),
        )

    @property
    def local(self) -> dict[str, str] | None:
        """What the embedded cloud has beside AWS's: `{userPoolEndpoint, mailboxUrl}`; None on AWS.

        AppSync on AWS has no address that begins with http.
        """
        address = urlsplit(self.graphql_url)
        if address.scheme != "http":
            return None
        gateway = f"http://{address.netloc}"
        return {
            "userPoolEndpoint": f"{gateway}/graphiql/cognito",
            "mailboxUrl": f"{gateway}/mailbox",
        }


def _text(outputs: Mapping[str, Any], name: str) -> str:
    value = _given(outputs, name)
    if not isinstance(value, str) or not value:
        raise _unfit(name, value, "a text")
    return value


def _texts(outputs: Mapping[str, Any], name: str) -> list[str]:
    value = _given(outputs, name)
    if not isinstance(value, list):
        raise _unfit(name, value, "a list of texts")
    texts = cast(list[Any], value)
    if not all(isinstance(each, str) for each in texts):
        raise _unfit(name, texts, "a list of texts")
    return texts


def _password_policy(outputs: Mapping[str, Any]) -> dict[str, int | bool]:
    name = "passwordPolicy"
    value = _given(outputs, name)
    if not isinstance(value, Mapping):
        raise _unfit(name, value, "an object")
    policy = cast(Mapping[str, Any], value)
    length = policy.get("minimumLength")
    # Pulumi's numbers are no whole ones: 12 can come as 12.0.
    if isinstance(length, bool) or not isinstance(length, int | float):
        raise _unfit(f"{name}.minimumLength", length, "a number")
    for each in PASSWORD_REQUIREMENTS:
        if not isinstance(policy.get(each), bool):
            raise _unfit(f"{name}.{each}", policy.get(each), "true or false")
    return {
        "minimumLength": int(length),
        **{each: policy[each] for each in PASSWORD_REQUIREMENTS},
    }


def _given(outputs: Mapping[str, Any], name: str) -> Any:
    assert name in PUBLIC, name
    if name not in outputs:
        raise OutputsError(
            f"Output {name} is missing: the stage was deployed by an older program, or these are "
            "not all of its outputs. Deploy it again, or take them all."
        )
    return outputs[name]


def _unfit(name: str, value: Any, kind: str) -> OutputsError:
    return OutputsError(f"Output {name} is {value!r}, but must be {kind}: take the outputs again.")
