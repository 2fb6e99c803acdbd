"""The gateway on an emulator that the data plane's own tests use."""

from tests.local.appsync.conftest import appsync, ca, cognito, emulator, gateway, pool

__all__ = ["appsync", "ca", "cognito", "emulator", "gateway", "pool"]
