"""The deployed stage that an operator works on: its outputs, and clients of its services."""

import os
import threading
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from outputs.public import OutputsError
from outputs.source import read

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

# Of calls at once, the most that any command makes.
CONNECTIONS = 20


class OpsError(Exception):
    """What was asked for could not be done; the message says why, and what to do."""


class Stage:
    """One deployed stage.

    Args:
        outputs: all that the stack exports.
        session: boto3's, with the operator's credentials.
        endpoint_url: of all of AWS's services, where they are not AWS's own.
    """

    def __init__(
        self,
        name: str,
        outputs: Mapping[str, Any],
        session: boto3.Session,
        endpoint_url: str | None = None,
    ) -> None:
        self.name = name
        self._outputs = outputs
        self._session = session
        self._endpoint_url = endpoint_url
        self._making = threading.Lock()

    @classmethod
    def of(cls, name: str | None, file: Path | None) -> Self:
        """The stage of this name, or the one whose outputs are in the file.

        Raises:
            OpsError: it is not known, or is of an older program.
        """
        try:
            found = read(stage=name, file=file)
        except OutputsError as error:
            raise OpsError(str(error)) from error
        region = found.values.get("region")
        if not _is_embedded(found.values):
            return cls(found.stage, found.values, boto3.Session(region_name=region))
        session = boto3.Session(
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 (the emulator's root, whoever asks)
            region_name=region,
        )
        return cls(found.stage, found.values, session, _emulator_url())

    def output(self, name: str) -> str:
        """A text that the stack exports.

        Raises:
            OpsError: it does not.
        """
        try:
            return self._outputs[name]
        except KeyError as error:
            raise OpsError(
                f"Stage {self.name} has no output {name}: an older program is deployed. "
                "Deploy this one (pulumi up), and ask again."
            ) from error

    def has(self, output: str) -> bool:
        """Whether the stack exports this, which only some stages have."""
        return output in self._outputs

    @property
    def functions(self) -> dict[str, dict[str, str]]:
        """Each function's `name` and `logGroup`, by its folder in functions/.

        Raises:
            OpsError: the stage is of an older program.
        """
        return self.output("functions")  # pyright: ignore[reportReturnType]

    @cached_property
    def cognito(self) -> "CognitoIdentityProviderClient":
        return self._client("cognito-idp")

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return self._client("dynamodb")

    @cached_property
    def streams(self) -> "DynamoDBStreamsClient":
        return self._client("dynamodbstreams")

    @cached_property
    def lambda_(self) -> "LambdaClient":
        return self._client("lambda")

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        return self._client("logs")

    @cached_property
    def sqs(self) -> "SQSClient":
        return self._client("sqs")

    @cached_property
    def step_functions(self) -> "SFNClient":
        return self._client("stepfunctions")

    def _client(self, service: Any) -> Any:
        # Making a client is not thread-safe; using one is.
        with self._making:
            return self._session.client(
                service,
                endpoint_url=self._endpoint_url,
                config=Config(
                    max_pool_connections=CONNECTIONS,
                    retries={"mode": "standard", "total_max_attempts": 5},
                    user_agent_extra="orderflow-ops",
                ),
            )


def _is_embedded(outputs: Mapping[str, Any]) -> bool:
    """Whether it is the embedded cloud that they are of: AppSync's own address has https."""
    return urlsplit(str(outputs.get("graphqlUrl", ""))).scheme == "http"


def _emulator_url() -> str:
    if url := os.environ.get("AWS_ENDPOINT_URL"):
        return url
    # Whoever works on AWS need not have the embedded cloud's packages.
    from local.cloud import CloudError
    from local.running import addresses

    try:
        return addresses()["awsUrl"]
    except CloudError as error:
        raise OpsError(str(error)) from error
