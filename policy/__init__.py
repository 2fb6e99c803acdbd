"""Policies as code: what every stage keeps to, in previews, in tests and under Pulumi's engine."""

from policy.check import Violation, violations

__all__ = ["Violation", "violations"]
