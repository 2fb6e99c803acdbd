"""Serves the components to Pulumi's engine, whatever language the program is written in."""

import sys
from pathlib import Path

# Pulumi starts this folder, and the components are beside it.
sys.path.insert(0, str(Path(__file__).parents[1]))

import pulumi.provider

from package.provider import OrderflowProvider

pulumi.provider.main(OrderflowProvider(), sys.argv[1:])
