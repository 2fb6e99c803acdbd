"""The storefront under Pulumi's own engine: refused unbuilt, deployed, built anew, and removed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from local.embedded_cloud import EmbeddedCloud
from local.engine.program import ROOT, name_prefix
from tests.engine.pulumi import Pulumi
from tests.local.commands import change

pytestmark = pytest.mark.engine

OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"


@pytest.fixture
def dist(pulumi: Pulumi) -> Path:
    """Where the storefront of a copy of this program is built; it is not yet."""
    storefront = pulumi.project / "storefront"
    storefront.mkdir()
    shutil.copy2(ROOT / "storefront" / "headers.json", storefront)
    return storefront / "dist"


def build(dist: Path) -> None:
    (dist / "assets").mkdir(parents=True)
    (dist / "assets" / "index-1.js").write_text("export {};")
    (dist / "index.html").write_text("<!doctype html>1")


def buckets(cloud: EmbeddedCloud) -> list[str]:
    names = [each.get("Name", "") for each in cloud.aws.s3.list_buckets()["Buckets"]]
    return [name for name in names if name.startswith(name_prefix("dev"))]


def distributions(cloud: EmbeddedCloud) -> list[Any]:
    return list(cloud.aws.cloudfront.list_distributions()["DistributionList"].get("Items", []))


def test_the_storefront_of_a_stage(pulumi: Pulumi, cloud: EmbeddedCloud, dist: Path) -> None:
    pulumi("stack", "init", "dev").done()
    pulumi("config", "set", "storefront", "true").done()
    refused = pulumi.up()
    assert not refused.succeeded
    assert refused.steps <= {("create", "pulumi:pulumi:Stack", "orderflow-dev")}
    assert "The storefront is not built: storefront/dist has no index.html." in refused.messages
    assert "Traceback" not in refused.messages
    assert buckets(cloud) == []

    build(dist)
    created = pulumi.up()
    assert created.succeeded, created.messages
    outputs = pulumi.outputs()
    [bucket], [distribution] = buckets(cloud), distributions(cloud)
    assert outputs["storefrontUrl"] == f"https://{distribution['DomainName']}"
    config = cloud.aws.s3.get_object(Bucket=bucket, Key="config.json")["Body"].read()
    assert json.loads(config)["graphqlUrl"] == outputs["graphqlUrl"]
    again = pulumi.up("--expect-no-changes")
    assert again.succeeded, again.messages
    refreshed = pulumi.refresh("--expect-no-changes")
    assert refreshed.succeeded, refreshed.messages

    # A new build changes its own files, and nothing else.
    change(dist / "index.html", "1", "2")
    (dist / "assets" / "index-1.js").rename(dist / "assets" / "index-2.js")
    rebuilt = pulumi.up()
    assert rebuilt.succeeded, rebuilt.messages
    assert rebuilt.steps == {
        ("update", OBJECT, "storefront-index.html"),
        ("create", OBJECT, "storefront-assets/index-2.js"),
        ("delete", OBJECT, "storefront-assets/index-1.js"),
    }
    page = cloud.aws.s3.get_object(Bucket=bucket, Key="index.html")["Body"].read()
    assert page == b"<!doctype html>2"

    destroyed = pulumi.destroy()
    assert destroyed.succeeded, destroyed.messages
    assert buckets(cloud) == []
    assert distributions(cloud) == []
