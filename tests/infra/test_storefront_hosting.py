"""The storefront's bucket, its distribution, and what is in them."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.security_headers import security_headers
from infra.storefront_build import StorefrontBuildError
from infra.storefront_hosting import ROUTES, StorefrontHosting, StorefrontHostingArgs
from local.cloud import ensure_node
from preview.recording import ACCOUNT, BUILD, REGION, Recording, record

OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
BUCKET = "storefront-1a2b3c4"
CONFIG = {
    "stage": "dev",
    "region": REGION,
    "graphqlUrl": "https://abc.appsync-api.us-east-1.amazonaws.com/graphql",
    "realtimeUrl": "wss://abc.appsync-realtime-api.us-east-1.amazonaws.com/graphql",
}
READING = ["GET", "HEAD"]


def hosting(build: Path) -> Recording:
    config = json.dumps(CONFIG)
    return record(
        lambda: StorefrontHosting(
            "storefront", StorefrontHostingArgs(build=str(build), config=config)
        )
    )


@pytest.fixture(scope="module")
def recording() -> Recording:
    return hosting(BUILD)


def test_there_is_one_of_each_and_an_object_for_each_file(recording: Recording) -> None:
    others = [each for each in recording.resources if each.type != OBJECT]
    assert {each.name for each in others} == {"storefront"}
    assert sorted(each.type for each in others) == [
        "aws:cloudfront/distribution:Distribution",
        "aws:cloudfront/function:Function",
        "aws:cloudfront/originAccessControl:OriginAccessControl",
        "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "orderflow:storefront:StorefrontHosting",
    ]
    paths = ["assets/index-B1a2C3d4.js", "config.json", "index.html"]
    assert sorted(each.inputs["key"] for each in recording.of(OBJECT)) == paths
    assert recording.names(OBJECT) == {f"storefront-{path}" for path in paths}


def test_nothing_in_the_bucket_can_be_made_public(recording: Recording) -> None:
    [block] = recording.of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    assert block.inputs == {
        "bucket": BUCKET,
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    # Its name is Pulumi's, and nothing of it is given away by an ACL or as a web site of S3's own.
    [bucket] = recording.of("aws:s3/bucket:Bucket")
    assert bucket.inputs == {}


def test_this_distribution_alone_reads_and_what_is_inside_alone(recording: Recording) -> None:
    [policy] = recording.of("aws:s3/bucketPolicy:BucketPolicy")
    assert policy.inputs["bucket"] == BUCKET
    assert json.loads(policy.inputs["policy"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": ["arn:aws:s3:::storefront", "arn:aws:s3:::storefront/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            {
                "Effect": "Allow",
                "Principal": {"Service": "cloudfront.amazonaws.com"},
                "Action": ["s3:GetObject"],
                "Resource": "arn:aws:s3:::storefront/*",
                "Condition": {
                    "ArnEquals": {
                        "aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/storefront"
                    }
                },
            },
        ],
    }
    # S3 refuses two changes at once.
    assert policy.options.depends_on == (
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "storefront"),
    )


def test_what_the_distribution_asks_of_the_bucket_is_signed(recording: Recording) -> None:
    [access] = recording.of("aws:cloudfront/originAccessControl:OriginAccessControl")
    assert access.inputs == {
        "originAccessControlOriginType": "s3",
        "signingBehavior": "always",
        "signingProtocol": "sigv4",
    }
    assert recording.one(DISTRIBUTION, "storefront").inputs["origins"] == [
        {
            "originId": "storefront",
            "domainName": f"storefront.s3.{REGION}.amazonaws.com",
            "originAccessControlId": "storefront-OriginAccessControl",
        }
    ]


def test_the_page_is_asked_for_each_time_and_what_is_hashed_never_again(
    recording: Recording,
) -> None:
    distribution = recording.one(DISTRIBUTION, "storefront").inputs
    every = {
        "targetOriginId": "storefront",
        "viewerProtocolPolicy": "redirect-to-https",
        "allowedMethods": READING,
        "cachedMethods": READING,
        "responseHeadersPolicyId": "storefront-ResponseHeadersPolicy",
    }
    assert distribution["defaultCacheBehavior"] == {
        **every,
        # AWS's CachingDisabled: nothing is kept that would have to be invalidated.
        "cachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "functionAssociations": [
            {
                "eventType": "viewer-request",
                "functionArn": f"arn:aws:cloudfront::{ACCOUNT}:function/storefront",
            }
        ],
    }
    assert distribution["orderedCacheBehaviors"] == [
        {
            **every,
            "pathPattern": "/assets/*",
            # AWS's CachingOptimized.
            "cachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            "compress": True,
        }
    ]


def test_the_distribution_is_open_to_all_and_hides_no_error(recording: Recording) -> None:
    distribution = recording.one(DISTRIBUTION, "storefront").inputs
    told = {"origins", "defaultCacheBehavior", "orderedCacheBehaviors"}
    # No error page, no logs, no web ACL, no certificate and no domain of its own.
    assert {key: value for key, value in distribution.items() if key not in told} == {
        "enabled": True,
        "isIpv6Enabled": True,
        "httpVersion": "http2and3",
        "priceClass": "PriceClass_100",
        "defaultRootObject": "index.html",
        "restrictions": {"geoRestriction": {"restrictionType": "none"}},
        "viewerCertificate": {"cloudfrontDefaultCertificate": True},
    }


def test_every_header_is_sent_whatever_the_bucket_says(recording: Recording) -> None:
    policy = recording.one(HEADERS, "storefront").inputs
    assert set(policy) == {"securityHeadersConfig", "customHeadersConfig"}
    known = policy["securityHeadersConfig"]
    custom = policy["customHeadersConfig"]["items"]
    assert all(each["override"] is True for each in (*known.values(), *custom))
    transport = known["strictTransportSecurity"]
    assert transport["includeSubdomains"] is True
    sent = {
        "Content-Security-Policy": known["contentSecurityPolicy"]["contentSecurityPolicy"],
        "Strict-Transport-Security": (
            f"max-age={transport['accessControlMaxAgeSec']:.0f}; includeSubDomains"
        ),
        "X-Frame-Options": known["frameOptions"]["frameOption"],
        "Referrer-Policy": known["referrerPolicy"]["referrerPolicy"],
        **{each["header"]: each["value"] for each in custom},
    }
    # Of this one CloudFront knows the value itself.
    assert known["contentTypeOptions"] == {"override": True}
    assert {**sent, "X-Content-Type-Options": "nosniff"} == security_headers(CONFIG)
    # CloudFront refuses these as any other header.
    assert {each["header"] for each in custom}.isdisjoint(
        {"X-XSS-Protection", "X-Content-Type-Options", "X-Frame-Options"}
    )


def test_each_file_is_put_as_it_is(recording: Recording) -> None:
    put = {each.inputs["key"]: each.inputs for each in recording.of(OBJECT)}
    assert put.pop("config.json") == {
        "bucket": BUCKET,
        "key": "config.json",
        "content": json.dumps(CONFIG),
        "contentType": "application/json",
        "cacheControl": "no-cache",
    }
    served = {
        "index.html": ("text/html; charset=utf-8", "no-cache"),
        "assets/index-B1a2C3d4.js": (
            "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
    }
    assert set(put) == set(served)
    for path, (content_type, cache_control) in served.items():
        source = put[path]["source"]
        assert source.path == str(BUILD / path)
        assert put[path] == {
            "bucket": BUCKET,
            "key": path,
            "source": source,
            "contentType": content_type,
            "cacheControl": cache_control,
        }


def test_the_page_comes_after_all_that_it_names(recording: Recording) -> None:
    waiting = {each.name: each.options.depends_on for each in recording.of(OBJECT)}
    others = {(OBJECT, name) for name in waiting if name != "storefront-index.html"}
    assert set(waiting.pop("storefront-index.html")) == others
    assert set(waiting.values()) == {()}


def test_everything_is_in_the_component(recording: Recording) -> None:
    own = ("orderflow:storefront:StorefrontHosting", "storefront")
    assert {each.options.parent for each in recording.resources} == {None, own}
    assert [each.key for each in recording.resources if each.options.parent is None] == [own]


def test_the_function_at_the_edge_is_the_file(recording: Recording) -> None:
    [function] = recording.of("aws:cloudfront/function:Function")
    assert function.inputs == {"runtime": "cloudfront-js-2.0", "code": ROUTES.read_text()}


ADDRESSES = {
    "/": "/index.html",
    "/orders": "/index.html",
    "/orders/": "/index.html",
    "/orders/01M8803FMV0A3ZRAK805F6NXY5": "/index.html",
    "/v1.2/orders": "/index.html",
    "//orders": "/index.html",
    "": "/index.html",
    "/index.html": "/index.html",
    "/config.json": "/config.json",
    "/favicon.ico": "/favicon.ico",
    "/.well-known": "/.well-known",
    # What is no more there is not answered by a page.
    "/gone/index-0.js": "/gone/index-0.js",
}


def test_what_names_no_file_is_the_page() -> None:
    ensure_node()
    script = (
        f"{ROUTES.read_text()}\n"
        "const asked = (uri) => ({ request: { method: 'GET', uri, querystring: { a: 1 } } });\n"
        f"const all = {json.dumps(list(ADDRESSES))};\n"
        "console.log(JSON.stringify(all.map((uri) => handler(asked(uri)))));\n"
    )
    ran = subprocess.run(  # noqa: S603 (our own function)
        ["node", "--eval", script],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    answers: list[dict[str, Any]] = json.loads(ran.stdout)
    assert dict(zip(ADDRESSES, (each["uri"] for each in answers), strict=True)) == ADDRESSES
    # All else of a request goes on as it came.
    assert all(each["method"] == "GET" and each["querystring"] == {"a": 1} for each in answers)


def test_what_is_not_built_registers_nothing(tmp_path: Path) -> None:
    with pytest.raises(StorefrontBuildError, match="The storefront is not built"):
        hosting(tmp_path)
