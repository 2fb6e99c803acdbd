"""One `make up` at a time has the files by which others find it."""

from pathlib import Path

import pytest

from local import running
from local.cloud import CloudError


@pytest.fixture(autouse=True)
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / ".local"
    monkeypatch.setattr(running, "LOCAL", folder)
    files = {"OUTPUTS": "outputs.json", "ADDRESSES": "cloud.json", "TRUSTED": "ca.pem"}
    for name, file in {**files, "LOCK": "up.lock"}.items():
        monkeypatch.setattr(running, name, folder / file)
    return folder


def test_a_second_one_is_refused_and_leaves_the_firsts_files(local: Path) -> None:
    with running.the_only_one():
        (local / "outputs.json").write_text("{}")
        (local / "cloud.json").write_text('{"gatewayUrl": "http://127.0.0.1:4567"}')
        with (
            pytest.raises(CloudError, match=r"Another `make up` runs at http://127.0.0.1:4567"),
            running.the_only_one(),
        ):
            pass
        assert (local / "outputs.json").exists()
    assert [file.name for file in local.iterdir()] == ["up.lock"]


def test_what_a_killed_one_left_is_removed(local: Path) -> None:
    local.mkdir()
    (local / "outputs.json").write_text("{}")
    with running.the_only_one():
        assert not (local / "outputs.json").exists()


def test_a_folder_that_cannot_be_made_is_told_in_one_line(local: Path) -> None:
    local.write_text("in the way")
    with (
        pytest.raises(CloudError, match=r"\.local cannot be made \(.*\)\. Copy the project"),
        running.the_only_one(),
    ):
        pass


@pytest.mark.parametrize("left", [None, "{", '{"awsUrl": "http://127.0.0.1:9"}'])
def test_without_a_running_one_it_says_what_to_do(local: Path, left: str | None) -> None:
    local.mkdir()
    if left:
        (local / "cloud.json").write_text(left)
    with pytest.raises(CloudError, match="No embedded cloud runs: start one with `make up`"):
        running.addresses()
