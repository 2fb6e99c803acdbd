"""Has UpdateGraphqlApi change all that it is told to, as AppSync does.

The emulator takes these settings when an API is created, and leaves them as they are ever after.
https://docs.aws.amazon.com/appsync/latest/APIReference/API_UpdateGraphqlApi.html
"""

from typing import Any

from ministack.services import appsync  # pyright: ignore[reportMissingTypeStubs]

SETTINGS = ("introspectionConfig", "queryDepthLimit", "resolverCountLimit")

_appsync: Any = appsync


def change_api_settings() -> None:
    """Patch the emulator that this process runs."""
    update = _appsync._update_graphql_api

    def update_all(api_id: str, body: dict[str, Any]) -> Any:
        if api := _appsync._apis.get(api_id):
            api |= {name: body[name] for name in SETTINGS if name in body}
        return update(api_id, body)

    _appsync._update_graphql_api = update_all
