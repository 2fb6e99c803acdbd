"""CloudFront distributions, and what they are made of.

Of a distribution those properties are known that the program gives.
"""

import secrets
from collections.abc import Iterable
from typing import Any, ClassVar

from local.engine.aws import Aws
from local.engine.providers.provider import (
    ANY,
    FIXED,
    SET,
    TAGS,
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

# The stage of a function that is not published yet.
MADE = "DEVELOPMENT"


def _items(values: Iterable[Any]) -> dict[str, Any]:
    """A list, as CloudFront's API has it."""
    listed = list(values)
    return {"Quantity": len(listed), **({"Items": listed} if listed else {})}


def _listed(items: Any) -> list[Any]:
    """The list in what CloudFront's API has for one; empty where that is None."""
    found: list[Any] | None = items and items.get("Items")
    return found or []


def _retag(aws: Aws, state: State, inputs: Inputs) -> None:
    arn = state["arn"]
    retag(
        state,
        inputs,
        lambda tags: aws.cloudfront.tag_resource(Resource=arn, Tags={"Items": tag_list(tags)}),
        lambda keys: aws.cloudfront.untag_resource(Resource=arn, TagKeys={"Items": keys}),
    )


def _tags(aws: Aws, arn: str) -> dict[str, str]:
    return tag_map(_listed(aws.cloudfront.list_tags_for_resource(Resource=arn)["Tags"]))


class OriginAccessControl(Provider):
    inputs: ClassVar = {
        "name": ANY,
        "description": Property(default=""),
        "originAccessControlOriginType": ANY,
        "signingBehavior": ANY,
        "signingProtocol": ANY,
    }
    outputs: ClassVar = {"etag": tuple(inputs)}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        made: Any = aws.cloudfront.create_origin_access_control(
            OriginAccessControlConfig=pascal(inputs)
        )
        return made["OriginAccessControl"]["Id"]

    def read(self, aws: Aws, state: State) -> State:
        found: Any = aws.cloudfront.get_origin_access_control_config(Id=state["id"])
        return {"etag": found["ETag"], **camel(found["OriginAccessControlConfig"])}

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        aws.cloudfront.update_origin_access_control(
            Id=state["id"], IfMatch=state["etag"], OriginAccessControlConfig=pascal(inputs)
        )

    def delete(self, aws: Aws, state: State) -> None:
        etag = self.read(aws, state)["etag"]
        aws.cloudfront.delete_origin_access_control(Id=state["id"], IfMatch=etag)


class Function(Provider):
    """A CloudFront function, published whenever it changes."""

    inputs: ClassVar = {
        "name": FIXED,
        "runtime": ANY,
        "code": ANY,
        "comment": Property(default=""),
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": (), "etag": ("runtime", "code", "comment")}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        aws.cloudfront.create_function(
            Name=inputs["name"],
            FunctionConfig=self._config(inputs),
            FunctionCode=inputs["code"].encode(),
            Tags={"Items": tag_list(inputs["tags"])},
        )
        return inputs["name"]

    def settle(self, aws: Aws, made: str, inputs: Inputs) -> None:
        self._publish(aws, made)

    def read(self, aws: Aws, state: State) -> State:
        found: Any = aws.cloudfront.describe_function(Name=state["id"], Stage=MADE)
        code: Any = aws.cloudfront.get_function(Name=state["id"], Stage=MADE)
        summary = found["FunctionSummary"]
        arn = summary["FunctionMetadata"]["FunctionARN"]
        return {
            "name": summary["Name"],
            "arn": arn,
            "etag": found["ETag"],
            "runtime": summary["FunctionConfig"]["Runtime"],
            "comment": summary["FunctionConfig"]["Comment"],
            "code": code["FunctionCode"].read().decode(),
            "tags": _tags(aws, arn),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        if changed - {"tags"}:
            aws.cloudfront.update_function(
                Name=state["id"],
                IfMatch=state["etag"],
                FunctionConfig=self._config(inputs),
                FunctionCode=inputs["code"].encode(),
            )
            self._publish(aws, state["id"])
        _retag(aws, state, inputs)

    def delete(self, aws: Aws, state: State) -> None:
        etag = self.read(aws, state)["etag"]
        aws.cloudfront.delete_function(Name=state["id"], IfMatch=etag)

    def _config(self, inputs: Inputs) -> Any:
        return {"Comment": inputs["comment"], "Runtime": inputs["runtime"]}

    def _publish(self, aws: Aws, name: str) -> None:
        found: Any = aws.cloudfront.describe_function(Name=name, Stage=MADE)
        aws.cloudfront.publish_function(Name=name, IfMatch=found["ETag"])


class ResponseHeadersPolicy(Provider):
    inputs: ClassVar = {
        "name": ANY,
        "comment": Property(default=""),
        "securityHeadersConfig": structure(
            *("contentSecurityPolicy", "contentTypeOptions", "frameOptions", "referrerPolicy"),
            "strictTransportSecurity",
        ),
        "customHeadersConfig": structure("items"),
    }
    outputs: ClassVar = {"etag": tuple(inputs)}

    def create(self, aws: Aws, inputs: Inputs) -> str:
        made: Any = aws.cloudfront.create_response_headers_policy(
            ResponseHeadersPolicyConfig=self._config(inputs)
        )
        return made["ResponseHeadersPolicy"]["Id"]

    def read(self, aws: Aws, state: State) -> State:
        found: Any = aws.cloudfront.get_response_headers_policy_config(Id=state["id"])
        config = found["ResponseHeadersPolicyConfig"]
        custom = _listed(config.get("CustomHeadersConfig"))
        return {
            "name": config["Name"],
            "comment": config.get("Comment", ""),
            "etag": found["ETag"],
            "securityHeadersConfig": camel(config.get("SecurityHeadersConfig", {})),
            "customHeadersConfig": {"items": camel(custom)} if custom else {},
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        aws.cloudfront.update_response_headers_policy(
            Id=state["id"], IfMatch=state["etag"], ResponseHeadersPolicyConfig=self._config(inputs)
        )

    def delete(self, aws: Aws, state: State) -> None:
        etag = self.read(aws, state)["etag"]
        aws.cloudfront.delete_response_headers_policy(Id=state["id"], IfMatch=etag)

    def _config(self, inputs: Inputs) -> Any:
        config = {"Name": inputs["name"], "Comment": inputs["comment"]}
        if security := inputs["securityHeadersConfig"]:
            config["SecurityHeadersConfig"] = pascal(security)
        if custom := inputs["customHeadersConfig"]:
            config["CustomHeadersConfig"] = _items(pascal(custom["items"]))
        return config


_BEHAVIOUR = (
    *("targetOriginId", "viewerProtocolPolicy", "allowedMethods", "cachedMethods"),
    *("cachePolicyId", "compress", "responseHeadersPolicyId", "functionAssociations"),
)


class Distribution(Provider):
    inputs: ClassVar = {
        "enabled": ANY,
        "comment": Property(default=""),
        "isIpv6Enabled": Property(default=False),
        "httpVersion": Property(default="http2"),
        "priceClass": Property(default="PriceClass_All"),
        "defaultRootObject": Property(default=""),
        "origins": Property(
            fields=frozenset({"originId", "domainName", "originAccessControlId"}),
            compared=SET.compared,
        ),
        "defaultCacheBehavior": structure(*_BEHAVIOUR),
        "orderedCacheBehaviors": structure("pathPattern", *_BEHAVIOUR, default=[]),
        "restrictions": structure("geoRestriction"),
        "viewerCertificate": structure("cloudfrontDefaultCertificate"),
        "tags": TAGS,
    }
    outputs: ClassVar = {
        "arn": (),
        "domainName": (),
        "callerReference": (),
        "etag": tuple(set(inputs) - {"tags"}),
    }
    name: ClassVar = None

    def create(self, aws: Aws, inputs: Inputs) -> str:
        config = self._config(inputs, secrets.token_hex(8))
        made: Any = aws.cloudfront.create_distribution_with_tags(
            DistributionConfigWithTags={
                "DistributionConfig": config,
                "Tags": {"Items": tag_list(inputs["tags"])},
            }
        )
        return made["Distribution"]["Id"]

    def read(self, aws: Aws, state: State) -> State:
        found: Any = aws.cloudfront.get_distribution(Id=state["id"])
        distribution = found["Distribution"]
        config = distribution["DistributionConfig"]
        geography = config["Restrictions"]["GeoRestriction"]
        return {
            "arn": distribution["ARN"],
            "domainName": distribution["DomainName"],
            "callerReference": config["CallerReference"],
            "etag": found["ETag"],
            "enabled": config["Enabled"],
            "comment": config["Comment"],
            "isIpv6Enabled": config["IsIPV6Enabled"],
            "httpVersion": config["HttpVersion"],
            "priceClass": config["PriceClass"],
            "defaultRootObject": config["DefaultRootObject"],
            "origins": [
                {
                    "originId": each["Id"],
                    "domainName": each["DomainName"],
                    "originAccessControlId": each["OriginAccessControlId"],
                }
                for each in _listed(config["Origins"])
            ],
            "defaultCacheBehavior": _read_behaviour(config["DefaultCacheBehavior"]),
            "orderedCacheBehaviors": [
                {"pathPattern": each["PathPattern"], **_read_behaviour(each)}
                for each in _listed(config.get("CacheBehaviors"))
            ],
            "restrictions": {
                "geoRestriction": {
                    "restrictionType": geography["RestrictionType"],
                    **({"locations": geography["Items"]} if geography["Quantity"] else {}),
                }
            },
            "viewerCertificate": {
                "cloudfrontDefaultCertificate": config["ViewerCertificate"][
                    "CloudFrontDefaultCertificate"
                ]
            },
            "tags": _tags(aws, distribution["ARN"]),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        if changed - {"tags"}:
            aws.cloudfront.update_distribution(
                Id=state["id"],
                IfMatch=state["etag"],
                DistributionConfig=self._config(inputs, state["callerReference"]),
            )
        _retag(aws, state, inputs)

    def delete(self, aws: Aws, state: State) -> None:
        """CloudFront deletes what is disabled alone."""
        found: Any = aws.cloudfront.get_distribution_config(Id=state["id"])
        etag = found["ETag"]
        if found["DistributionConfig"]["Enabled"]:
            config: Any = {**found["DistributionConfig"], "Enabled": False}
            etag = aws.cloudfront.update_distribution(
                Id=state["id"], IfMatch=etag, DistributionConfig=config
            )["ETag"]
        aws.cloudfront.delete_distribution(Id=state["id"], IfMatch=etag)

    def _config(self, inputs: Inputs, reference: str) -> Any:
        geography = inputs["restrictions"]["geoRestriction"]
        return {
            "CallerReference": reference,
            "Comment": inputs["comment"],
            "Enabled": inputs["enabled"],
            "IsIPV6Enabled": inputs["isIpv6Enabled"],
            "HttpVersion": inputs["httpVersion"],
            "PriceClass": inputs["priceClass"],
            "DefaultRootObject": inputs["defaultRootObject"],
            "Origins": _items(
                {
                    "Id": each["originId"],
                    "DomainName": each["domainName"],
                    "OriginAccessControlId": each.get("originAccessControlId", ""),
                    # Of an origin access identity, which is what was before.
                    "S3OriginConfig": {"OriginAccessIdentity": ""},
                }
                for each in inputs["origins"]
            ),
            "DefaultCacheBehavior": _behaviour(inputs["defaultCacheBehavior"]),
            "CacheBehaviors": _items(
                {"PathPattern": each["pathPattern"], **_behaviour(each)}
                for each in inputs["orderedCacheBehaviors"]
            ),
            "Restrictions": {
                "GeoRestriction": {
                    "RestrictionType": geography["restrictionType"],
                    **_items(geography.get("locations", ())),
                }
            },
            "ViewerCertificate": {
                "CloudFrontDefaultCertificate": inputs["viewerCertificate"][
                    "cloudfrontDefaultCertificate"
                ]
            },
        }


def _behaviour(given: Inputs) -> dict[str, Any]:
    functions = (
        {"EventType": each["eventType"], "FunctionARN": each["functionArn"]}
        for each in given.get("functionAssociations", ())
    )
    return {
        "TargetOriginId": given["targetOriginId"],
        "ViewerProtocolPolicy": given["viewerProtocolPolicy"],
        "AllowedMethods": {
            **_items(given["allowedMethods"]),
            "CachedMethods": _items(given["cachedMethods"]),
        },
        "CachePolicyId": given["cachePolicyId"],
        "Compress": given.get("compress", False),
        "FunctionAssociations": _items(functions),
        **(
            {"ResponseHeadersPolicyId": given["responseHeadersPolicyId"]}
            if "responseHeadersPolicyId" in given
            else {}
        ),
    }


def _read_behaviour(found: Any) -> Inputs:
    """A behaviour by Pulumi's names, without what is not set."""
    functions = [
        {"eventType": each["EventType"], "functionArn": each["FunctionARN"]}
        for each in _listed(found.get("FunctionAssociations"))
    ]
    read = {
        "targetOriginId": found["TargetOriginId"],
        "viewerProtocolPolicy": found["ViewerProtocolPolicy"],
        "allowedMethods": _listed(found["AllowedMethods"]),
        "cachedMethods": _listed(found["AllowedMethods"]["CachedMethods"]),
        "cachePolicyId": found["CachePolicyId"],
        "compress": found["Compress"],
        "responseHeadersPolicyId": found.get("ResponseHeadersPolicyId"),
        "functionAssociations": functions,
    }
    return {key: value for key, value in read.items() if value}


PROVIDERS: dict[str, Provider] = {
    "aws:cloudfront/distribution:Distribution": Distribution(),
    "aws:cloudfront/function:Function": Function(),
    "aws:cloudfront/originAccessControl:OriginAccessControl": OriginAccessControl(),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": ResponseHeadersPolicy(),
}
