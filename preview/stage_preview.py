"""All that a change does to one stage."""

from collections.abc import Mapping
from dataclasses import dataclass

from cost import Estimate, estimate
from policy import Violation, violations
from preview.api.api_change import ApiChange, api_change
from preview.evaluation.evaluated import Evaluated
from preview.permissions import PermissionChange, permission_changes
from preview.resources.comparison import Again, ResourceChange, compared
from preview.resources.differences import Difference, differences
from preview.workflow import WorkflowChange, workflow_changes


@dataclass(frozen=True, kw_only=True)
class StagePreview:
    """What differs in a stage.

    Args:
        is_new: it was not there before.
        resources: what happens to each; those to which nothing happens are there too.
        options, outputs: by their names.
        cost_before: None where the stage was not there.
        violations: policies that the stage breaks as it is after the change.
    """

    stage: str
    is_new: bool
    resources: tuple[ResourceChange, ...]
    permissions: tuple[PermissionChange, ...]
    api: ApiChange
    workflows: tuple[WorkflowChange, ...]
    options: tuple[Difference, ...]
    outputs: tuple[Difference, ...]
    cost_before: Estimate | None
    cost_after: Estimate
    violations: tuple[Violation, ...]

    @property
    def changes(self) -> bool:
        """Whether anything differs."""
        return any(each.is_told for each in self.resources) or bool(self.options or self.outputs)

    @property
    def breaks_a_policy(self) -> bool:
        return any(each.level == "mandatory" for each in self.violations)


def preview_stage(
    stage: str, before: Evaluated | None, after: Evaluated, again: Again
) -> StagePreview:
    """Compare a stage as it was, None where it was not there, with the stage as it is.

    Raises:
        GraphQLError: a schema is none.
    """
    was = before or Evaluated()
    comparison = compared(was, after, again)
    return StagePreview(
        stage=stage,
        is_new=before is None,
        resources=comparison.changes,
        permissions=permission_changes(comparison),
        api=api_change(comparison),
        workflows=workflow_changes(comparison),
        options=_by_name(was.config, after.config),
        outputs=_by_name(was.outputs, comparison.after.outputs),
        cost_before=estimate(before.recording) if before else None,
        cost_after=estimate(after.recording),
        violations=tuple(violations(after.recording, stage)),
    )


def _by_name(old: Mapping[str, object], new: Mapping[str, object]) -> tuple[Difference, ...]:
    return tuple(
        Difference(path=each.path.removeprefix("orderflow:"), old=each.old, new=each.new)
        for each in differences(dict(old), dict(new))
    )
