"""What is told, and how it ends."""

import json
from dataclasses import dataclass
from typing import Any

from outputs.public import PUBLIC
from preview.resources.comparison import ResourceChange
from preview.resources.differences import ABSENT, Difference
from preview.stage_preview import StagePreview

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Report:
    """A change, and what it does to each stage.

    Args:
        base: what it is compared with, as its user names it, such as `main`.
        commit: where the two parted.
        gone: stages that have no file any more. What they have stays until it is destroyed.
        allow_breaking: clients' sake does not make the exit code 1.
    """

    base: str
    commit: str
    stages: tuple[StagePreview, ...]
    gone: tuple[str, ...] = ()
    allow_breaking: bool = False

    @property
    def exit_code(self) -> int:
        """1 where a mandatory policy is broken, or the API breaks and may not; else 0."""
        if any(each.breaks_a_policy for each in self.stages):
            return 1
        return (
            1 if not self.allow_breaking and any(each.api.breaking for each in self.stages) else 0
        )

    def as_json(self) -> str:
        """One object; README's "What a change does" says what is in it.

        A difference has `old` and `new`; the one is left out where there was, or is, nothing.
        """
        return json.dumps(
            {
                "format": FORMAT,
                "base": self.base,
                "commit": self.commit,
                "stages": [_stage(each) for each in self.stages],
                "gone": list(self.gone),
                "exitCode": self.exit_code,
            },
            indent=2,
        )


def _stage(stage: StagePreview) -> dict[str, Any]:
    return {
        "stage": stage.stage,
        "isNew": stage.is_new,
        "resources": [_resource(each) for each in stage.resources if each.is_told],
        "same": sum(not each.is_told for each in stage.resources),
        "permissions": [
            {"holder": each.holder, "gained": each.gained, "lost": each.lost}
            for each in stage.permissions
        ],
        "api": {
            "breaking": stage.api.breaking,
            "dangerous": stage.api.dangerous,
            "added": stage.api.added,
            "removed": stage.api.removed,
            "fields": [{"field": each.field, "by": each.by} for each in stage.api.fields],
        },
        "workflows": [
            {
                "name": each.name,
                "added": each.added,
                "removed": each.removed,
                "changed": each.changed,
                "path": {"old": each.path_before, "new": each.path_after},
            }
            for each in stage.workflows
        ],
        "options": [_difference(each) for each in stage.options],
        "outputs": [
            _difference(each) | {"frontEnd": each.root in PUBLIC} for each in stage.outputs
        ],
        "cost": {
            when: {
                "fixedUsdPerMonth": estimate.fixed_usd_per_month,
                "usdPerMillionOrders": estimate.usd_per_million_orders,
            }
            for when, estimate in (("old", stage.cost_before), ("new", stage.cost_after))
            if estimate
        },
        "violations": [
            {
                "rule": each.rule,
                "level": each.level,
                "type": each.resource_type,
                "name": each.resource_name,
                "message": each.message,
            }
            for each in stage.violations
        ],
    }


def _resource(change: ResourceChange) -> dict[str, Any]:
    return {
        "operation": change.operation,
        "type": change.type,
        "name": change.name,
        "identity": change.identity,
        "was": change.was,
        "component": not change.custom,
        "properties": [
            _difference(each) | {"replaces": each.path in change.replaced_by}
            for each in change.properties
        ],
        "options": [_difference(each) for each in change.options],
        "loses": change.loses,
        "refused": change.refused,
        "kept": change.kept,
        "replacementKnown": change.known,
    }


def _difference(difference: Difference) -> dict[str, Any]:
    values = {"old": difference.old, "new": difference.new}
    return {"path": difference.path} | {
        when: value for when, value in values.items() if value is not ABSENT
    }
