"""Serves the rules to Pulumi's engine: `pulumi up --policy-pack policy`."""

import sys
from pathlib import Path

# Pulumi runs this folder, which puts it on the path; `policy` is found where the folder is.
sys.path[0] = str(Path(__file__).parents[1])

from policy.config import ConfigError
from policy.pack import serve

try:
    serve()
except ConfigError as error:
    sys.exit(str(error))
