"""How the program's resources are found on the cloud, whoever deployed them."""

import re

from local import STAGE
from local.engine import name_prefix

# Pulumi.yaml's pattern: orderflow-local-order-queue-1a2b3c4.
NAMED = re.compile(rf"{re.escape(name_prefix(STAGE))}(.+)-[0-9a-f]{{7}}")


def program_name(physical: str) -> str | None:
    """What the program calls what AWS knows by this name; None where that is not the stage's."""
    named = NAMED.fullmatch(physical)
    return named[1] if named else None
