"""Lambda workers are forked from a process with the libraries, and see none of what it is else."""

import json
from typing import Any

import psutil
import pytest

from local.engine.aws import Aws
from tests.local.cloud.mends.workflows import python_function

pytestmark = pytest.mark.cloud

CODE = """
import sys

imported = set(sys.modules)
import boto3, json, os

def handle(event, context):
    return {
        "process": os.getpid(),
        "parent": os.getppid(),
        "imported": sorted(imported & {"boto3", "local", "local.cloud"}),
        "boto3": boto3.__file__,
        "path": sys.path,
        "folder": os.getcwd(),
        "name": __name__,
        "variables": dict(os.environ),
    }
"""


def seen(aws: Aws, **files: str) -> dict[str, Any]:
    """What a new function of these files sees of itself."""
    variables = {"Variables": {"TABLE": "orders"}}
    name = python_function(aws, {"code": CODE, **files}, Environment=variables)
    return json.load(aws.functions.invoke(FunctionName=name)["Payload"])


def test_workers_come_from_one_process_that_has_imported_boto3(aws: Aws) -> None:
    one, another = seen(aws), seen(aws)

    assert one["parent"] == another["parent"]
    assert one["process"] != another["process"]
    assert one["imported"] == another["imported"] == ["boto3"]
    assert psutil.Process(one["process"]).ppid() == one["parent"]


def test_a_worker_sees_its_own_code_and_variables_alone(aws: Aws) -> None:
    worker = seen(aws)

    assert worker["name"] == "code"
    assert worker["variables"]["TABLE"] == "orders"
    assert worker["variables"]["LAMBDA_TASK_ROOT"] == worker["folder"] == worker["path"][0]
    assert worker["imported"] == ["boto3"]
    assert not any((path or ".").endswith("orderflow") for path in worker["path"])


def test_a_function_that_brings_a_library_itself_has_its_own(aws: Aws) -> None:
    worker = seen(aws, boto3="")

    assert worker["boto3"].startswith(worker["folder"])
    assert worker["imported"] == []


READ = """
from botocore.loaders import Loader

def handle(event, context):
    known = {name for name, *_ in Loader()._cache}
    return [sorted(known), len(Loader(extra_search_paths=["/nowhere"])._cache)]
"""


def test_what_botocore_has_read_is_shared_where_it_would_read_the_same(aws: Aws) -> None:
    name = python_function(aws, {"code": READ})
    known, elsewhere = json.load(aws.functions.invoke(FunctionName=name)["Payload"])

    assert {"list_available_services", "load_service_model"} <= set(known)
    assert elsewhere == 0
