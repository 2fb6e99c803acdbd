"""What tools find against what accepted.yaml lets pass."""

from collections.abc import Mapping

# By what it was found in, such as `rolePolicy take-payment` or `test.yml`.
Findings = dict[str, set[str]]


def faults(found: Findings, accepted: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What is found and not accepted, or accepted and not found."""
    unknown = [
        f"{where}: {finding}"
        for where, findings in sorted(found.items())
        for finding in sorted(findings - set(accepted.get(where, ())))
    ]
    gone = [
        f"{where}: {finding} is accepted and does not occur any more"
        for where, findings in accepted.items()
        for finding in findings
        if finding not in found.get(where, ())
    ]
    return unknown + gone
