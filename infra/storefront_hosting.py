"""The storefront on AWS: its files in a bucket that nobody but its distribution reads."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_aws as aws

from infra.policy import resource_policy
from infra.security_headers import header_names, security_headers
from infra.storefront_build import (
    ASK_EACH_TIME,
    CONFIG,
    CONTENT_TYPES,
    HASHED,
    PAGE,
    BuiltFile,
    built_files,
)

ROUTES = Path(__file__).with_name("storefront_routes.js")
CLOUDFRONT = "cloudfront.amazonaws.com"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
READING = ["GET", "HEAD"]
# CloudFront takes these by settings of their own, and no other way.
CONTENT_SECURITY = "Content-Security-Policy"
CONTENT_TYPE = "X-Content-Type-Options"
FRAME = "X-Frame-Options"
REFERRER = "Referrer-Policy"
TRANSPORT = "Strict-Transport-Security"
BY_SETTING = (CONTENT_SECURITY, CONTENT_TYPE, FRAME, REFERRER, TRANSPORT)


@dataclass(frozen=True, kw_only=True)
class StorefrontHostingArgs:
    """What is served.

    Args:
        build: the folder that the storefront is built in.
        config: the text of `config.json`, which the storefront reads when it starts: JSON with
            `graphqlUrl`, `realtimeUrl` and `region`, which say what its pages may connect to.
    """

    build: str
    config: pulumi.Input[str]


class StorefrontHosting(pulumi.ComponentResource):
    """A private bucket behind a CloudFront distribution, at an address of CloudFront's.

    What is named after its contents is kept by browsers and edges for ever; the page and the
    configuration are asked for each time, so that a deployment is seen at once and nothing has to
    be invalidated. There are no access logs, as they would keep customers' addresses: CloudFront's
    metrics count requests and errors without. WAF is before the API alone: here are only files
    that everybody may have.

    Raises:
        StorefrontBuildError: the storefront is not built, or cannot be served.
    """

    url: pulumi.Output[str]

    def __init__(
        self, name: str, args: StorefrontHostingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:storefront:StorefrontHosting", name, None, opts)
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        files = built_files(Path(args.build))
        self._bucket = aws.s3.Bucket(name, opts=self._child)
        distribution = self._distribute(self._headers(pulumi.Output.from_input(args.config)))
        self._let_in(distribution)
        self._put(files, args.config)
        self.url = pulumi.Output.concat("https://", distribution.domain_name)
        self.register_outputs({"url": self.url})

    # Types are quoted: what has no storefront spares itself their import.
    def _headers(self, config: pulumi.Output[str]) -> "aws.cloudfront.ResponseHeadersPolicy":
        headers = config.apply(lambda text: security_headers(json.loads(text)))
        return aws.cloudfront.ResponseHeadersPolicy(
            self._name,
            security_headers_config={
                "content_security_policy": {
                    "content_security_policy": headers[CONTENT_SECURITY],
                    "override": True,
                },
                # There is one value: nosniff.
                "content_type_options": {"override": True},
                "frame_options": {"frame_option": headers[FRAME], "override": True},
                "referrer_policy": {"referrer_policy": headers[REFERRER], "override": True},
                "strict_transport_security": {
                    "access_control_max_age_sec": headers[TRANSPORT].apply(_max_age),
                    "include_subdomains": headers[TRANSPORT].apply(_includes_subdomains),
                    "override": True,
                },
            },
            custom_headers_config={
                "items": [
                    {"header": name, "value": headers[name], "override": True}
                    for name in header_names()
                    if name not in BY_SETTING
                ]
            },
            opts=self._child,
        )

    def _distribute(
        self, headers: "aws.cloudfront.ResponseHeadersPolicy"
    ) -> "aws.cloudfront.Distribution":
        access = aws.cloudfront.OriginAccessControl(
            self._name,
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
            opts=self._child,
        )
        routes = aws.cloudfront.Function(
            self._name, runtime="cloudfront-js-2.0", code=ROUTES.read_text(), opts=self._child
        )
        return aws.cloudfront.Distribution(
            self._name,
            enabled=True,
            is_ipv6_enabled=True,
            http_version="http2and3",
            # Edges of North America, Europe and Israel, the least expensive.
            price_class="PriceClass_100",
            default_root_object=PAGE,
            origins=[
                {
                    "origin_id": self._name,
                    "domain_name": self._bucket.bucket_regional_domain_name,
                    "origin_access_control_id": access.id,
                }
            ],
            default_cache_behavior={
                "target_origin_id": self._name,
                "viewer_protocol_policy": "redirect-to-https",
                "allowed_methods": READING,
                "cached_methods": READING,
                "cache_policy_id": CACHING_DISABLED,
                "response_headers_policy_id": headers.id,
                "function_associations": [
                    {"event_type": "viewer-request", "function_arn": routes.arn}
                ],
            },
            ordered_cache_behaviors=[
                {
                    "path_pattern": f"/{HASHED}*",
                    "target_origin_id": self._name,
                    "viewer_protocol_policy": "redirect-to-https",
                    "allowed_methods": READING,
                    "cached_methods": READING,
                    "cache_policy_id": CACHING_OPTIMIZED,
                    "compress": True,
                    "response_headers_policy_id": headers.id,
                }
            ],
            restrictions={"geo_restriction": {"restriction_type": "none"}},
            # At an address of its own CloudFront takes TLS 1.0 too, whatever else is asked of it.
            viewer_certificate={"cloudfront_default_certificate": True},
            opts=self._child,
        )

    def _let_in(self, distribution: "aws.cloudfront.Distribution") -> None:
        """The distribution may read what is in the bucket; nobody else comes in from outside."""
        closed = aws.s3.BucketPublicAccessBlock(
            self._name,
            bucket=self._bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child,
        )
        objects = pulumi.Output.concat(self._bucket.arn, "/*")
        aws.s3.BucketPolicy(
            self._name,
            bucket=self._bucket.bucket,
            policy=resource_policy(
                [self._bucket.arn, objects],
                "s3:*",
                {
                    "Principal": {"Service": CLOUDFRONT},
                    "Action": ["s3:GetObject"],
                    "Resource": objects,
                    "Condition": {"ArnEquals": {"aws:SourceArn": distribution.arn}},
                },
            ),
            # S3 refuses two changes of a bucket's access at once.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[closed]),
        )

    def _put(self, files: list[BuiltFile], config: pulumi.Input[str]) -> None:
        # The page comes last: it never names what is not there yet.
        page = next(each for each in files if each.path == PAGE)
        first = [self._object(each, self._child) for each in files if each is not page]
        first.append(
            aws.s3.BucketObjectv2(
                f"{self._name}-{CONFIG}",
                bucket=self._bucket.bucket,
                key=CONFIG,
                content=config,
                content_type=CONTENT_TYPES[".json"],
                cache_control=ASK_EACH_TIME,
                opts=self._child,
            )
        )
        self._object(page, pulumi.ResourceOptions(parent=self, depends_on=first))

    def _object(self, file: BuiltFile, opts: pulumi.ResourceOptions) -> "aws.s3.BucketObjectv2":
        return aws.s3.BucketObjectv2(
            f"{self._name}-{file.path}",
            bucket=self._bucket.bucket,
            key=file.path,
            source=pulumi.FileAsset(str(file.file)),
            content_type=file.content_type,
            cache_control=file.cache_control,
            opts=opts,
        )


def _max_age(header: str) -> int:
    [seconds] = re.findall(r"max-age=(\d+)", header)
    return int(seconds)


def _includes_subdomains(header: str) -> bool:
    return "includeSubDomains" in header
