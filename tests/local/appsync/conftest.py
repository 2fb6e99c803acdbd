"""A gateway on an emulator."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.appsync import Gateway
from local.appsync.aws import boto_client
from local.cloud import Emulator
from tests.local.appsync.deployment import REGION, UserPool, make_pool

if TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(tmp_path_factory.mktemp("emulator")) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gateway") / "ca.pem"


@pytest.fixture(scope="session")
def gateway(emulator: Emulator, ca: Path) -> Iterator[Gateway]:
    with Gateway(emulator.url, ca=ca) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def appsync(gateway: Gateway) -> Iterator["AppSyncClient"]:
    client: AppSyncClient = boto_client("appsync", gateway.url, REGION)
    yield client
    client.close()


@pytest.fixture(scope="session")
def cognito(emulator: Emulator) -> Iterator["CognitoIdentityProviderClient"]:
    client: CognitoIdentityProviderClient = boto_client("cognito-idp", emulator.url, REGION)
    yield client
    client.close()


@pytest.fixture(scope="session")
def pool(cognito: "CognitoIdentityProviderClient") -> UserPool:
    return make_pool(cognito)
