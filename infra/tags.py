"""The tags of every resource that can carry any, from this one place."""

from typing import Any, cast

import pulumi


def tag_everything(tags: dict[str, str]) -> None:
    """Add the tags to each resource registered from now on; its own tags win."""

    def add(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        # Generated resource classes list every property that they have, set or not.
        props = cast(dict[str, Any], args.props)
        if "tags" not in props:
            return None
        props["tags"] = {**tags, **(props["tags"] or {})}
        return pulumi.ResourceTransformationResult(props, args.opts)

    pulumi.runtime.register_stack_transformation(add)
