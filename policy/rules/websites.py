"""What browsers load: from a bucket that only its distribution reads, by TLS, with headers."""

from typing import Any

from policy.resource_types import (
    BUCKET,
    DISTRIBUTION,
    PUBLIC_ACCESS_BLOCK,
    RESPONSE_HEADERS_POLICY,
)
from policy.rule import Faults, resource_rule, stack_rule
from policy.view import Resource, Stack, listed

BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
BY_TLS = {"redirect-to-https", "https-only"}
NEW_TLS = {"TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"}
# By CloudFront's settings.
HEADERS = {
    "contentSecurityPolicy": "Content-Security-Policy",
    "contentTypeOptions": "X-Content-Type-Options",
    "frameOptions": "X-Frame-Options",
    "referrerPolicy": "Referrer-Policy",
    "strictTransportSecurity": "Strict-Transport-Security",
}


@stack_rule(BUCKET)
def buckets_closed(bucket: Resource, stack: Stack) -> Faults:
    """Nothing in a bucket can be made public, by a policy or otherwise.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    block = stack.first(
        PUBLIC_ACCESS_BLOCK, lambda each: each.get("bucket") == bucket.own("bucket")
    )
    if block is None:
        yield "Give it an aws.s3.BucketPublicAccessBlock, as infra/storefront_hosting.py does."
    elif open_by := [each for each in BLOCKS if not block.get(each)]:
        yield f"Set {', '.join(open_by)} of {block.name} to true."


@resource_rule(DISTRIBUTION)
def origins_ask_signed(distribution: Resource) -> Faults:
    """A distribution signs what it asks of a bucket, so that the bucket lets in nobody else.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    """
    for origin in listed(distribution.get("origins")):
        if ".s3." in origin["domainName"] and not origin.get("originAccessControlId"):
            yield f"Set origin_access_control_id of origin {origin['originId']}."


@resource_rule(DISTRIBUTION)
def viewers_by_tls(distribution: Resource) -> Faults:
    """Whoever comes to a distribution without TLS is sent to where there is, or refused.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-viewers-to-cloudfront.html
    """
    for behaviour in _behaviours(distribution):
        if behaviour.get("viewerProtocolPolicy") not in BY_TLS:
            yield f'Set viewer_protocol_policy="redirect-to-https" of {_told(behaviour)}.'


@resource_rule(DISTRIBUTION)
def minimum_tls_version(distribution: Resource) -> Faults:
    """At a domain of its own a distribution speaks TLS 1.2 or newer.

    With CloudFront's certificate, at an address of CloudFront's, the version is TLSv1, and cannot
    be set: that is excused. What browsers of today agree on with it is newer all the same.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesGeneral.html#DownloadDistValues-security-policy
    """
    certificate: dict[str, Any] = distribution.get("viewerCertificate") or {}
    if certificate.get("cloudfrontDefaultCertificate"):
        return
    if certificate.get("minimumProtocolVersion") not in NEW_TLS:
        yield 'Set minimum_protocol_version="TLSv1.2_2021" of viewer_certificate, or a newer one.'


@resource_rule(DISTRIBUTION)
def answers_with_headers(distribution: Resource) -> Faults:
    """Every answer of a distribution has the headers of a policy.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-response-headers.html
    """
    for behaviour in _behaviours(distribution):
        if not behaviour.get("responseHeadersPolicyId"):
            yield f"Set response_headers_policy_id of {_told(behaviour)}."


@resource_rule(RESPONSE_HEADERS_POLICY)
def security_headers(policy: Resource) -> Faults:
    """Browsers are told what a page may load, who may frame it, and to come by TLS alone.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html#understanding-response-headers-policies-security
    """
    for setting, header in HEADERS.items():
        if not policy.has("securityHeadersConfig", setting):
            yield f"{header} is not sent: set it in security_headers_config."
        elif not policy.get("securityHeadersConfig", setting, "override"):
            yield f"A bucket's object could have another {header}: set its override to true."


def _behaviours(distribution: Resource) -> list[dict[str, Any]]:
    return [
        *listed(distribution.get("defaultCacheBehavior")),
        *listed(distribution.get("orderedCacheBehaviors")),
    ]


def _told(behaviour: dict[str, Any]) -> str:
    return f"the behaviour of {behaviour.get('pathPattern', 'all other paths')}"
