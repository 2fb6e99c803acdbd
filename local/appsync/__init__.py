"""AppSync's data plane: serves GraphQL for the APIs deployed on the emulator's control plane."""

from local.appsync.gateway import Gateway

__all__ = ["Gateway"]
