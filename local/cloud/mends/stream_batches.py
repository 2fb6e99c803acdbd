"""Has changes of a table delivered until they are processed or given up, as Lambda does.

The emulator takes every answer of a function for "all done", so that the changes which it reported
as failed were lost; and it tries a batch that fails as a whole again until it is too old.

- What follows the earliest reported failure is delivered again (`ReportBatchItemFailures`); a
  report that names no record of the batch fails all of it.
- A batch that fails is halved where the mapping says so, which does not count as a retry.
- What has failed too often, or is too old, is told to the mapping's destination, and left.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from ministack.core import arn  # pyright: ignore[reportMissingTypeStubs]
from ministack.services import (  # pyright: ignore[reportMissingTypeStubs]
    dynamodb,
    lambda_svc,
)

_functions: Any = lambda_svc
_tables: Any = dynamodb

REPORTS = "ReportBatchItemFailures"


@dataclass(frozen=True, kw_only=True)
class _Failing:
    """What fails at a position of a stream: the records tried at once, and the retries so far."""

    position: int
    length: int
    retries: int = 0


# By event source mapping.
_failing: dict[str, _Failing] = {}


def deliver_streams_whole() -> None:
    """Patch the emulator that this process runs."""
    _functions._poll_dynamodb_streams = _poll


def _poll() -> bool:
    """Call each mapping's function with its next batch; whether any came further."""
    further = False
    for account, region, mapping in _functions._iter_all_esms():
        with _scope(account, region):
            further = _deliver_next(mapping) or further
    return further


@contextmanager
def _scope(account: str, region: str) -> Generator[None]:
    """As if a request of this account, to this region, were answered."""
    in_account = _functions._request_account_id.set(account)
    in_region = _functions._request_region.set(region)
    try:
        yield
    finally:
        _functions._request_account_id.reset(in_account)
        _functions._request_region.reset(in_region)


def _deliver_next(mapping: dict[str, Any]) -> bool:
    """Call the mapping's function once, if it is time; whether the mapping came further."""
    mapping_id, table = mapping["UUID"], _table_of(mapping.get("EventSourceArn", ""))
    function, _ = _functions._get_func_record_for_qualifier(
        mapping["FunctionName"], mapping.get("Qualifier")
    )
    waits = _functions._esm_backoff_until.get(mapping_id, 0) > time.time()
    if table is None or function is None or waits or not mapping.get("Enabled", True):
        return False
    position = _position(mapping, table)
    failing = _failing.get(mapping_id)
    if failing is None or failing.position != position:
        failing = _Failing(position=position, length=mapping.get("BatchSize", 100))
    records = _tables.stream_records_since(table, position, failing.length)
    if not records:
        return False
    batch = _functions._apply_filter_criteria(records, mapping)
    # What the mapping filters out is done with, unseen.
    result: dict[str, Any] = (
        _functions._execute_function(function, {"Records": batch}) if batch else {}
    )
    done = _processed(mapping, records, batch, result)
    mapping["LastProcessingResult"] = "OK" if done == len(records) else "FAILED"
    if not done:
        done = _after_failure(mapping, failing, records, function, result)
    with _functions._dynamodb_stream_positions_lock:
        _functions._dynamodb_stream_positions[mapping_id] = position + done
    return done > 0


def _table_of(stream: str) -> str | None:
    """The table whose present stream this is."""
    try:
        of_stream = _functions._dynamodb_stream_table_from_arn_spec(arn.parse_arn(stream))
    except arn.ArnParseError:
        return None
    table = _tables._tables.get(of_stream[0]) if of_stream else None
    return of_stream[0] if table and table.get("LatestStreamArn") == stream else None


def _position(mapping: dict[str, Any], table: str) -> int:
    """Of the next record in the stream; what has expired is passed over."""
    begin = _tables.stream_start_position(table)
    from_begin = mapping.get("StartingPosition", "LATEST") == "TRIM_HORIZON"
    with _functions._dynamodb_stream_positions_lock:
        if mapping["UUID"] in _functions._dynamodb_stream_positions:
            return max(_functions._dynamodb_stream_positions[mapping["UUID"]], begin)
        return begin if from_begin else _tables.stream_end_position(table)


def _processed(
    mapping: dict[str, Any], records: list[Any], batch: list[Any], result: dict[str, Any]
) -> int:
    """How many records, from the first on, need not be delivered again."""
    if result.get("error"):
        return 0
    body = result.get("body")
    reports = REPORTS in mapping.get("FunctionResponseTypes", []) and isinstance(body, dict)
    failures = cast(dict[str, Any], body).get("batchItemFailures") if reports else None
    failed = {each.get("itemIdentifier") for each in failures or []}
    if failed - {_number(record) for record in batch}:
        return 0
    return next((at for at, each in enumerate(records) if _number(each) in failed), len(records))


def _number(record: dict[str, Any]) -> str:
    return record["dynamodb"]["SequenceNumber"]


def _after_failure(
    mapping: dict[str, Any],
    failing: _Failing,
    records: list[Any],
    function: dict[str, Any],
    result: dict[str, Any],
) -> int:
    """How many records are given up; the rest is delivered again."""
    oldest = min(each["dynamodb"]["ApproximateCreationDateTime"] for each in records)
    most_age = mapping.get("MaximumRecordAgeInSeconds") or -1
    most_retries = mapping.get("MaximumRetryAttempts", -1)
    if 0 < most_age < time.time() - oldest:
        why = "MaxRecordAgeExceeded"
    elif mapping.get("BisectBatchOnFunctionError") and len(records) > 1:
        _failing[mapping["UUID"]] = replace(failing, length=len(records) // 2)
        return 0
    elif 0 <= most_retries <= failing.retries:
        why = "RetryAttemptsExhausted"
    else:
        _failing[mapping["UUID"]] = replace(failing, retries=failing.retries + 1)
        wait = _functions._ESM_BACKOFF_SECONDS
        _functions._esm_backoff_until[mapping["UUID"]] = time.time() + wait
        return 0
    stream = mapping["EventSourceArn"]
    _functions._send_ddb_stream_failure_record(mapping, function, records, stream, result, why)
    return len(records)
