"""WAF web ACLs; the emulator stores them."""

from typing import Any, ClassVar, cast

from local.engine.aws import Aws
from local.engine.providers.provider import (
    ANY,
    FIXED,
    TAGS,
    Gone,
    Inputs,
    Property,
    Provider,
    State,
    camel,
    pascal,
    retag,
    structure,
    tag_list,
    tag_map,
)


class WebAcl(Provider):
    inputs: ClassVar = {
        "name": FIXED,
        "defaultAction": ANY,
        "rules": Property(default=[]),
        "scope": FIXED,
        "visibilityConfig": structure(
            "cloudwatchMetricsEnabled", "metricName", "sampledRequestsEnabled"
        ),
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": (), "capacity": ("rules",)}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        made: Any = aws.waf.create_web_acl(
            Name=inputs["name"],
            Scope=inputs["scope"],
            # An empty list is refused.
            **({"Tags": tag_list(inputs["tags"])} if inputs["tags"] else {}),
            **self._configuration(inputs),
        )
        return made["Summary"]["Id"]

    def read(self, aws: Aws, state: State) -> State:
        acl: Any = self._get(aws, state)["WebACL"]
        tags: Any = aws.waf.list_tags_for_resource(ResourceARN=acl["ARN"])["TagInfoForResource"]
        return {
            "name": acl["Name"],
            "arn": acl["ARN"],
            "capacity": acl.get("Capacity", 0),
            "defaultAction": camel(acl["DefaultAction"]),
            "rules": [_rule(_text(camel(rule)), str.lower) for rule in acl.get("Rules", [])],
            "scope": state["scope"],
            "visibilityConfig": _visibility(camel(acl["VisibilityConfig"]), str.lower),
            "tags": tag_map(tags["TagList"]),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        if changed - {"tags"}:
            aws.waf.update_web_acl(
                Name=state["name"],
                Scope=state["scope"],
                Id=state["id"],
                LockToken=self._get(aws, state)["LockToken"],
                **self._configuration(inputs),
            )
        arn = state["arn"]
        retag(
            state,
            inputs,
            lambda tags: aws.waf.tag_resource(ResourceARN=arn, Tags=tag_list(tags)),
            lambda keys: aws.waf.untag_resource(ResourceARN=arn, TagKeys=keys),
        )

    def delete(self, aws: Aws, state: State) -> None:
        aws.waf.delete_web_acl(
            Name=state["name"],
            Scope=state["scope"],
            Id=state["id"],
            LockToken=self._get(aws, state)["LockToken"],
        )

    def _get(self, aws: Aws, state: State) -> Any:
        return aws.waf.get_web_acl(Name=state["name"], Scope=state["scope"], Id=state["id"])

    def _configuration(self, inputs: Inputs) -> dict[str, Any]:
        return {
            "DefaultAction": pascal(inputs["defaultAction"]),
            "Rules": [pascal(_rule(rule, str.upper)) for rule in inputs["rules"]],
            "VisibilityConfig": pascal(_visibility(inputs["visibilityConfig"], str.upper)),
        }


def _text(value: Any) -> Any:
    """The same with text for the bytes that WAF looks for."""
    if isinstance(value, dict):
        return {key: _text(each) for key, each in cast(Inputs, value).items()}
    if isinstance(value, list):
        return [_text(each) for each in cast(list[Any], value)]
    return value.decode() if isinstance(value, bytes) else value


def _rule(rule: Inputs, watch: Any) -> Inputs:
    return {**rule, "visibilityConfig": _visibility(rule["visibilityConfig"], watch)}


def _visibility(config: Inputs, watch: Any) -> Inputs:
    """CloudWatch is `cloudwatch` to Pulumi, `cloudWatch` to WAF."""
    spelled = f"cloud{watch('w')}atchMetricsEnabled"
    return {
        (spelled if key.lower() == spelled.lower() else key): value for key, value in config.items()
    }


class WebAclAssociation(Provider):
    inputs: ClassVar = {"resourceArn": FIXED, "webAclArn": FIXED}
    name: ClassVar = None

    def create(self, aws: Aws, inputs: Inputs) -> str:
        aws.waf.associate_web_acl(WebACLArn=inputs["webAclArn"], ResourceArn=inputs["resourceArn"])
        return f"{inputs['webAclArn']},{inputs['resourceArn']}"

    def read(self, aws: Aws, state: State) -> State:
        acl, _, resource = state["id"].partition(",")
        found: Any = aws.waf.get_web_acl_for_resource(ResourceArn=resource)
        if (found.get("WebACL") or {}).get("ARN") != acl:
            raise Gone(acl)
        return {"webAclArn": acl, "resourceArn": resource}

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        raise AssertionError("every input of it replaces it")

    def delete(self, aws: Aws, state: State) -> None:
        # What another has taken the place of is not to be touched.
        self.read(aws, state)
        aws.waf.disassociate_web_acl(ResourceArn=state["id"].partition(",")[2])


PROVIDERS: dict[str, Provider] = {
    "aws:wafv2/webAcl:WebAcl": WebAcl(),
    "aws:wafv2/webAclAssociation:WebAclAssociation": WebAclAssociation(),
}
