"""What rules know of AWS is what others' data says."""

import importlib
import json

from policy.resource_types import GRAPHQL_API
from policy.rules.access import ANY_RESOURCE
from policy.rules.names import NAMED, UNTAGGABLE
from preview.recording import STAGES, record_everything, record_program
from tests.lint.policies import parliament


def provider_class(resource_type: str) -> type:
    """The class of `aws:sqs/queue:Queue`: `pulumi_aws.sqs.Queue`."""
    _, module, name = resource_type.split(":")
    module = module.split("/")[0]
    return getattr(
        importlib.import_module(f"pulumi_aws.{module.replace('lambda', 'lambda_')}"), name
    )


def test_what_has_no_tags_is_what_the_provider_has_none_for() -> None:
    registered = {each for stage in STAGES for each in record_program(stage, **STAGES[stage]).types}
    for each in {*UNTAGGABLE, *(each for each in registered if each.startswith("aws:"))}:
        assert hasattr(provider_class(each), "tags") == (each not in UNTAGGABLE), each


def test_actions_without_resources_are_those_for_which_iam_has_none() -> None:
    takes: dict[str, bool] = {
        f"{service['prefix']}:{action['privilege']}": any(
            each["resource_type"] for each in action["resource_types"]
        )
        for service in parliament.iam_definition
        for action in service["privileges"]
    }
    assert {action: takes[action] for action in ANY_RESOURCE} == dict.fromkeys(ANY_RESOURCE, False)
    policies = record_everything().of("aws:iam/rolePolicy:RolePolicy")
    used = {
        action
        for policy in policies
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        if statement["Resource"] == "*"
        for action in statement["Action"]
    }
    assert used == ANY_RESOURCE


def test_what_pulumi_names_has_a_name_of_its_own() -> None:
    assert GRAPHQL_API in NAMED
    assert all(hasattr(provider_class(each), "name") for each in NAMED)
