"""The trace of an order, from the request that placed it on, as messages carry it.

X-Ray's header is a message's system attribute `AWSTraceHeader`, such as
`Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html
"""

import json
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

ROOT = "Root="


def trace_header(record: SQSRecord) -> str | None:
    """Of the request, or the execution, that sent the message; None where it was not traced."""
    return record.attributes.aws_trace_header


def trace_keys(record: SQSRecord) -> dict[str, str]:
    """What log lines carry of it: a batch has messages of many traces, and is itself another."""
    for part in (trace_header(record) or "").split(";"):
        if part.startswith(ROOT):
            return {"traceId": part.removeprefix(ROOT)}
    return {}


def trace_by_header(client: Any) -> None:
    """Have StartExecution go on with the trace that it is handed, not with the call's own.

    botocore sends Lambda's own as an HTTP header, which Step Functions prefers to `traceHeader`.
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """

    def prefer(params: dict[str, Any], **_: Any) -> None:
        if handed := json.loads(params["body"]).get("traceHeader"):
            params["headers"]["X-Amzn-Trace-Id"] = handed

    client.meta.events.register("before-call.sfn.StartExecution", prefer)
