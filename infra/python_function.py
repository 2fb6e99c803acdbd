"""The one way to make a Lambda function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict, cast

import pulumi
import pulumi_aws as aws

from infra.location import Location
from infra.policy import LAMBDA, Statement, service_role

ROOT = Path(__file__).parents[1]

# AWS publishes each release of Powertools for AWS Lambda (Python) as the next version of a public
# layer. Tests and the embedded cloud have the same release from requirements-dev.txt.
POWERTOOLS_RELEASE = "3.31.1"
POWERTOOLS_LAYER = "AWSLambdaPowertoolsPythonV3-python313-arm64:36"
POWERTOOLS_ACCOUNT = "017000801446"
# https://docs.aws.amazon.com/powertools/python/latest/getting-started/install/
POWERTOOLS_ACCOUNTS = {
    "us-gov-east-1": "165087284144",
    "us-gov-west-1": "165093116878",
    "cn-north-1": "498634801083",
}


@dataclass(frozen=True, kw_only=True)
class PythonFunctionArgs:
    """What a function is.

    Args:
        packages: folders under functions/ that it is made of; the first has `handler.handle`.
        timeout_seconds: how long one call may take.
        log_retention_days: how long CloudWatch keeps its logs.
        statements: what it may do, beyond writing its logs and traces.
        environment: its environment variables.
    """

    packages: Sequence[str]
    timeout_seconds: int
    log_retention_days: pulumi.Input[int]
    statements: Sequence[Statement] = ()
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, str])


class FunctionNames(TypedDict):
    """What operators call and read a function by, as the stack's output `functions` has it."""

    name: str
    logGroup: str


class PythonFunction(pulumi.ComponentResource):
    """A Lambda function with a role and a log group of its own, traced, logging JSON."""

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    names: pulumi.Output[FunctionNames]
    timeout_seconds: int

    def __init__(
        self, name: str, args: PythonFunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:compute:PythonFunction", name, None, opts)
        logs = aws.cloudwatch.LogGroup(
            name,
            retention_in_days=args.log_retention_days,
            opts=pulumi.ResourceOptions(parent=self),
        )
        location = Location.of(logs.arn)
        role = service_role(
            LAMBDA,
            location,
            name,
            [
                *args.statements,
                {
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    # The streams of this one group.
                    "Resource": pulumi.Output.concat(logs.arn, ":*"),
                },
                {
                    "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
                    # X-Ray has no resources that a policy could name for these.
                    "Resource": "*",
                },
            ],
            pulumi.ResourceOptions(parent=self),
        )
        function = aws.lambda_.Function(
            name,
            runtime="python3.13",
            architectures=["arm64"],
            handler=f"functions.{args.packages[0]}.handler.handle",
            code=_code(args.packages),
            layers=[_powertools(location)],
            role=role.arn,
            timeout=args.timeout_seconds,
            memory_size=256,
            environment=aws.lambda_.FunctionEnvironmentArgs(
                variables={
                    "POWERTOOLS_SERVICE_NAME": args.packages[0],
                    "POWERTOOLS_LOG_LEVEL": "INFO",
                    "STAGE": pulumi.get_stack(),
                    **args.environment,
                }
            ),
            logging_config=aws.lambda_.FunctionLoggingConfigArgs(
                log_group=logs.name,
                log_format="JSON",
                # Metrics are lines of no level, which count as INFO: a higher one has none of them.
                application_log_level="INFO",
                # Of Lambda's own lines each call's start and report: duration, memory, init.
                system_log_level="INFO",
            ),
            tracing_config=aws.lambda_.FunctionTracingConfigArgs(mode="Active"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role.policy]),
        )
        self.arn = function.arn
        self.name = function.name
        names = pulumi.Output.all(name=function.name, logGroup=logs.name)
        self.names = cast("pulumi.Output[FunctionNames]", names)
        self.timeout_seconds = args.timeout_seconds
        self.register_outputs({"arn": self.arn, "name": self.name})


def _powertools(location: Location) -> pulumi.Output[str]:
    publisher = location.region.apply(
        lambda region: POWERTOOLS_ACCOUNTS.get(region, POWERTOOLS_ACCOUNT)
    )
    return location.arn("lambda", f"layer:{POWERTOOLS_LAYER}", publisher)


def _code(packages: Sequence[str]) -> pulumi.AssetArchive:
    """The packages' own files, and no compiled ones: the same code is the same archive anywhere."""
    return pulumi.AssetArchive(
        {
            file.relative_to(ROOT).as_posix(): pulumi.FileAsset(str(file))
            for package in packages
            for file in sorted((ROOT / "functions" / package).iterdir())
            if file.suffix in {".py", ".json"}
        }
    )
