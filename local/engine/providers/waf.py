"""WAF web ACLs; the emulator stores them."""

from typing import Any

from local.engine.aws import Aws
from local.engine.providers.provider import (
    Created,
    Inputs,
    Provider,
    pascal,
    physical_name,
    tag_list,
)


def web_acl(aws: Aws, name: str, inputs: Inputs) -> Created:
    acl_name = physical_name(name, inputs)
    rules: list[Any] = [_rule(rule) for rule in inputs["rules"]]
    acl = aws.waf.create_web_acl(
        Name=acl_name,
        Scope=inputs["scope"],
        DefaultAction=pascal(inputs["defaultAction"]),
        Rules=rules,
        VisibilityConfig=_visibility(inputs),
        Tags=tag_list(inputs),
    )["Summary"]
    return acl.get("Id", ""), {"name": acl_name, "arn": acl.get("ARN")}


def _rule(rule: Inputs) -> dict[str, Any]:
    return pascal(rule) | {"VisibilityConfig": _visibility(rule)}


def _visibility(inputs: Inputs) -> Any:
    config = inputs["visibilityConfig"]
    return {
        "CloudWatchMetricsEnabled": config["cloudwatchMetricsEnabled"],
        "MetricName": config["metricName"],
        "SampledRequestsEnabled": config["sampledRequestsEnabled"],
    }


def web_acl_association(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.waf.associate_web_acl(WebACLArn=inputs["webAclArn"], ResourceArn=inputs["resourceArn"])
    return f"{inputs['webAclArn']},{inputs['resourceArn']}", {}


PROVIDERS: dict[str, Provider] = {
    "aws:wafv2/webAcl:WebAcl": web_acl,
    "aws:wafv2/webAclAssociation:WebAclAssociation": web_acl_association,
}
