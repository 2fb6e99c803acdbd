"""Runs the Pulumi program in this process; `deployment` creates what it registers on the emulator."""

from local.engine.program import name_prefix, run_program, stage_config

__all__ = ["name_prefix", "run_program", "stage_config"]
