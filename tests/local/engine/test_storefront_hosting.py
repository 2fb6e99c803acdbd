"""The storefront as the embedded cloud's distribution serves it, and what a new build changes."""

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra import storefront_build
from infra.security_headers import security_headers
from local.embedded_cloud import STAGE, EmbeddedCloud
from local.engine import name_prefix, stage_config
from local.engine.evaluation import Evaluation, evaluate_program
from local.engine.redeployment import redeploy
from outputs.config import storefront_config

pytestmark = pytest.mark.cloud

PAGE = "<!doctype html><title>Pizza</title>"


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


class Stage:
    """A stage with a storefront, whose build a test changes."""

    def __init__(self, cloud: EmbeddedCloud, dist: Path) -> None:
        self._cloud = cloud
        self.dist = dist

    @property
    def outputs(self) -> dict[str, Any]:
        return self._cloud.deployed.outputs

    def deploy(self, **options: Any) -> list[str]:
        """Deploy what has changed, and say what that was."""
        config = stage_config(STAGE, {"storefront": True, **options})

        def evaluate(known: Any) -> Evaluation:
            return evaluate_program(STAGE, config, known)

        prefix = name_prefix(STAGE)
        return list(map(str, redeploy(self._cloud.deployed, evaluate, self._cloud.aws, prefix)))

    def get(self, path: str, *, tls: bool = True, method: str = "GET") -> Answer:
        """Ask the distribution, as a viewer at its own address would."""
        host = self.outputs["storefrontUrl"].removeprefix("https://")
        proto = "https" if tls else "http"
        return self._ask(method, path, {"Host": host, "X-Forwarded-Proto": proto})

    def get_from_the_bucket(self, key: str) -> Answer:
        """Ask S3 itself, as anyone."""
        [bucket] = self._cloud.aws.s3.list_buckets()["Buckets"]
        return self._ask("GET", f"/{bucket.get('Name')}/{key}", {})

    def _ask(self, method: str, path: str, headers: dict[str, str]) -> Answer:
        emulator = urlsplit(self._cloud.aws.url)
        connection = http.client.HTTPConnection(str(emulator.hostname), emulator.port, timeout=60)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(status=answer.status, headers=found, body=answer.read().decode())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    dist = tmp_path_factory.mktemp("dist")
    (dist / "assets").mkdir()
    (dist / "index.html").write_text(PAGE)
    (dist / "assets" / "index-1.js").write_text("export {};")
    with EmbeddedCloud() as cloud, pytest.MonkeyPatch.context() as patch:
        patch.setattr(storefront_build, "DIST", dist)
        cloud.deploy({"storefront": True})
        yield Stage(cloud, dist)


@pytest.mark.parametrize("path", ["/", "/basket", "/orders/01M8803FMV0A3ZRAK805F6NXY5?from=mail"])
def test_each_page_of_the_application_is_the_one_page(stage: Stage, path: str) -> None:
    answer = stage.get(path)
    assert (answer.status, answer.body) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


def test_what_is_hashed_is_kept_for_ever(stage: Stage) -> None:
    answer = stage.get("/assets/index-1.js")
    assert (answer.status, answer.body) == (200, "export {};")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_a_file_that_is_not_there_is_no_page(stage: Stage) -> None:
    # As S3 says it to whoever may not list what there is.
    for path in ("/assets/index-0.js", "/favicon.ico"):
        assert stage.get(path).status == 403


def test_the_configuration_is_of_the_stages_own_outputs(stage: Stage) -> None:
    answer = stage.get("/config.json")
    assert json.loads(answer.body) == storefront_config(stage.outputs, stage=STAGE)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-cache"


def test_every_answer_has_every_header(stage: Stage) -> None:
    config = storefront_config(stage.outputs, stage=STAGE)
    headers = {name.lower(): value for name, value in security_headers(config).items()}
    for path in ("/", "/config.json", "/assets/index-1.js", "/assets/index-0.js"):
        assert headers.items() <= stage.get(path).headers.items(), path


def test_without_tls_a_viewer_is_sent_to_where_there_is(stage: Stage) -> None:
    answer = stage.get("/orders?status=PAID", tls=False)
    assert answer.status == 301
    assert answer.headers["location"] == f"{stage.outputs['storefrontUrl']}/orders?status=PAID"


def test_there_is_nothing_but_reading(stage: Stage) -> None:
    assert stage.get("/", method="HEAD").status == 200
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert stage.get("/index.html", method=method).status == 403


def test_nobody_else_reads_the_bucket(stage: Stage) -> None:
    assert stage.get_from_the_bucket("index.html").status == 403


def test_a_new_build_is_served_at_once_and_goes_with_the_option(stage: Stage) -> None:
    page = "<!doctype html><title>Pasta</title>"
    (stage.dist / "index.html").write_text(page)
    (stage.dist / "assets" / "index-2.js").write_text("export { };")
    (stage.dist / "assets" / "index-1.js").unlink()
    # The page does not name what is not there yet, and what it named is there until it does not.
    assert stage.deploy() == [
        "bucket object assets/index-2.js created",
        "bucket object index.html updated",
        "bucket object assets/index-1.js deleted",
    ]
    assert stage.get("/orders").body == page
    assert stage.get("/assets/index-2.js").status == 200
    assert stage.get("/assets/index-1.js").status == 403
    assert stage.deploy() == []
    gone = stage.deploy(storefront=False)
    assert len(gone) == 10
    assert all(each.endswith(" deleted") for each in gone)
    assert "storefrontUrl" not in stage.outputs
    assert stage.deploy()
    assert stage.get("/").body == page
