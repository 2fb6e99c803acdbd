"""AppSync's data plane: serves GraphQL for the APIs deployed on the emulator's control plane.

A room imports only from those below it: protocols, control_plane, execution, resolvers, access,
documents; and all of them from `errors`, `aws` and `json_text`.
"""

from local.appsync.protocols.gateway import Answered, Gateway

__all__ = ["Answered", "Gateway"]
