"""Runs the Pulumi program in this process, and creates on the emulator what it registers."""

from local.engine.program import name_prefix, program_name, run_program, stage_config

__all__ = ["name_prefix", "program_name", "run_program", "stage_config"]
