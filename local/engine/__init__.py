"""Runs the Pulumi program in this process, and creates what it registers on the emulator."""

from local.engine.deployment import DeploymentError, deploy
from local.engine.program import name_prefix, run_program, stage_config

__all__ = ["DeploymentError", "deploy", "name_prefix", "run_program", "stage_config"]
