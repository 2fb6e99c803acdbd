"""`nextToken`: an encrypted LastEvaluatedKey that only the query it came from can use."""

import base64
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from local.appsync.errors import DataSourceError

_NONCE_BYTES = 12


class PaginationTokens:
    """Seals and opens tokens of one API.

    The key lives as long as the gateway: anything it could be derived from is known to clients,
    and a token that they can make themselves reads pages of other customers.
    """

    def __init__(self, key: bytes, api_id: str) -> None:
        self._cipher = AESGCM(key)
        self._api_id = api_id

    def seal(self, key: dict[str, Any], scope: list[Any]) -> str:
        """A token for the LastEvaluatedKey of the query that `scope` describes."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, json.dumps(key).encode(), self._bound_to(scope))
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, token: Any, scope: list[Any]) -> dict[str, Any]:
        """The LastEvaluatedKey.

        Raises:
            DataSourceError: the token is not of this API and this query, or was changed.
        """
        try:
            raw = base64.b64decode(token, altchars=b"-_", validate=True)
            sealed = self._cipher.decrypt(
                raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], self._bound_to(scope)
            )
        except (InvalidTag, ValueError, TypeError) as error:
            raise DataSourceError(
                "com.amazonaws.deepdish.common.pagination.InvalidPaginationTokenException: "
                "Invalid pagination token given.",
                "DynamoDB:UserIllegalArgumentException",
            ) from error
        return json.loads(sealed)

    def _bound_to(self, scope: list[Any]) -> bytes:
        return json.dumps([self._api_id, *scope], sort_keys=True).encode()
