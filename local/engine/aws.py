"""boto3 clients of the emulator, for the engine and for whoever looks at what it made."""

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient
    from mypy_boto3_budgets import BudgetsClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_sts import STSClient
    from mypy_boto3_wafv2 import WAFV2Client

ACCOUNT = "000000000000"


class Aws:
    """The emulator's services, as its root user.

    Args:
        url: the emulator's.
        gateway_url: AppSync's control plane: refuses what AppSync would, gives addresses that work.
        region: where everything is.
    """

    def __init__(self, url: str, gateway_url: str, region: str) -> None:
        self.url = url
        self.region = region
        self.gateway_url = gateway_url
        self._session = boto3.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name=region
        )
        self._making = threading.Lock()

    def _client(self, service: Any) -> Any:
        # Making a client is not thread-safe; using one is.
        with self._making:
            return self._session.client(
                service,
                endpoint_url=self.gateway_url if service == "appsync" else self.url,
                config=Config(max_pool_connections=50, retries={"max_attempts": 2}),
            )

    @cached_property
    def appsync(self) -> "AppSyncClient":
        return self._client("appsync")

    @cached_property
    def budgets(self) -> "BudgetsClient":
        return self._client("budgets")

    @cached_property
    def cloudfront(self) -> "CloudFrontClient":
        return self._client("cloudfront")

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        return self._client("cloudwatch")

    @cached_property
    def cognito(self) -> "CognitoIdentityProviderClient":
        return self._client("cognito-idp")

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return self._client("dynamodb")

    @cached_property
    def events(self) -> "EventBridgeClient":
        return self._client("events")

    @cached_property
    def functions(self) -> "LambdaClient":
        return self._client("lambda")

    @cached_property
    def iam(self) -> "IAMClient":
        return self._client("iam")

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        return self._client("logs")

    @cached_property
    def s3(self) -> "S3Client":
        return self._client("s3")

    @cached_property
    def ses(self) -> "SESV2Client":
        return self._client("sesv2")

    @cached_property
    def sns(self) -> "SNSClient":
        return self._client("sns")

    @cached_property
    def sqs(self) -> "SQSClient":
        return self._client("sqs")

    @cached_property
    def step_functions(self) -> "SFNClient":
        return self._client("stepfunctions")

    @cached_property
    def sts(self) -> "STSClient":
        return self._client("sts")

    @cached_property
    def waf(self) -> "WAFV2Client":
        return self._client("wafv2")
