"""Has a caller's policies read where a request is decided, and each document parsed once.

For each request the emulator parses all of the caller's policies, and for the caller's name alone
it does so once more, or twice: together a quarter of what a request cost. A document that changes
is another text, and parsed.
"""

import functools
from typing import Any

from ministack.core import (  # pyright: ignore[reportMissingTypeStubs]
    iam_evaluator,
    responses,
    router,
)

_iam: Any = iam_evaluator
_responses: Any = responses
_router: Any = router

PARSED_DOCUMENTS = 1000


def read_policies_once() -> None:
    """Patch the emulator that this process runs."""
    parse = _iam.parse_policy_document
    parsed = functools.lru_cache(PARSED_DOCUMENTS)(parse)

    def parse_once(document: str | dict[str, Any]) -> Any:
        return parsed(document) if isinstance(document, str) else parse(document)

    _iam.parse_policy_document = parse_once
    _iam.request_caller_arn = _caller_arn


def _caller_arn(headers: dict[str, Any], query: dict[str, Any] | None = None) -> str:
    """Whose key signed a request; the account's root where nobody is known by it."""
    account = _responses.get_account_id()
    key = _router.extract_access_key_id(headers, query or {})
    if key:
        found = _iam.resolve_credential(key, _responses._account_from_sts_session(key))
        if not isinstance(found, _iam.CredentialResolutionError) and found.principal_arn:
            return found.principal_arn
    return f"arn:aws:iam::{account}:root"
