"""What roles and resources let whom do."""

import json
from typing import Any

from preview.evaluation.evaluated import Evaluated, Resource
from preview.permissions import permission_changes
from preview.recording import Options, Recording
from preview.resources.comparison import REPLACED, Comparison, ResourceChange

ROLE, POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"


def changes(
    old: list[Resource], new: list[Resource], *told: ResourceChange
) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    before, after = (Evaluated(recording=Recording(), resources=tuple(each)) for each in (old, new))
    comparison = Comparison(before=before, after=after, changes=told)
    return [(each.holder, each.gained, each.lost) for each in permission_changes(comparison)]


def made(resource_type: str, name: str, **properties: Any) -> Resource:
    options = Options(parent=None, identity=f"{resource_type}::{name}")
    return Resource(
        type=resource_type, name=name, properties=properties, options=options, custom=True
    )


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements]})


def role_policy(*statements: dict[str, Any], name: str = "reads") -> list[Resource]:
    """A role by the name of `reader`, and its policy."""
    return [
        made(ROLE, "reader"),
        made(POLICY, name, role="reader-1a2b3c4", policy=policy(*statements)),
    ]


READ = {"Effect": "Allow", "Action": ["s3:Get", "s3:List"], "Resource": ["a", "b"]}


def test_actions_and_resources_are_told_one_by_one() -> None:
    wider = READ | {"Action": ["s3:Get", "s3:List", "s3:Put"]}
    assert changes(role_policy(READ), role_policy(wider)) == [
        ("role reader", ("Allow s3:Put on a", "Allow s3:Put on b"), ())
    ]


def test_how_a_policy_is_written_makes_no_difference() -> None:
    apart = [
        {"Effect": "Allow", "Action": action, "Resource": resource}
        for resource in ("b", "a")
        for action in ("s3:List", "s3:Get")
    ]
    assert changes(role_policy(READ), role_policy(*apart, name="other")) == []


def test_a_condition_that_goes_is_another_permission() -> None:
    bound = {"Effect": "Allow", "Action": "a:B", "Resource": "*", "Condition": {"Bool": {"x": "y"}}}
    free = {"Effect": "Allow", "Action": "a:B", "Resource": "*"}
    assert changes(role_policy(bound), role_policy(free)) == [
        ("role reader", ("Allow a:B on *",), ('Allow a:B on * if {"Bool": {"x": "y"}}',))
    ]


def test_who_may_assume_a_role_is_its_own() -> None:
    def trusted(service: str) -> list[Resource]:
        trust = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": service},
        }
        return [made(ROLE, "reader", assumeRolePolicy=policy(trust))]

    assert changes(trusted("a.amazonaws.com"), trusted("b.amazonaws.com")) == [
        (
            "role reader",
            ("Allow sts:AssumeRole to Service b.amazonaws.com",),
            ("Allow sts:AssumeRole to Service a.amazonaws.com",),
        )
    ]


def test_the_policies_of_queues_and_functions_count() -> None:
    public = {"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": "*", "Resource": "q"}
    new = [
        made("aws:sqs/queuePolicy:QueuePolicy", "orders", policy=policy(public)),
        made(
            "aws:lambda/permission:Permission",
            "call",
            action="lambda:InvokeFunction",
            function="f",
            principal="sns.amazonaws.com",
            sourceArn="t",
        ),
        made(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "admin",
            role="reader-1a2b3c4",
            policyArn="arn:aws:iam::aws:policy/AdministratorAccess",
        ),
    ]
    assert changes([made(ROLE, "reader")], [made(ROLE, "reader"), *new]) == [
        ("permission call", ("Allow lambda:InvokeFunction on f to sns.amazonaws.com from t",), ()),
        ("queuePolicy orders", ("Allow sqs:SendMessage on q to *",), ()),
        ("role reader", ("Allow all of arn:aws:iam::aws:policy/AdministratorAccess",), ()),
    ]


def test_everything_but_is_not_nothing() -> None:
    but = {
        "Effect": "Deny",
        "NotAction": "a:B",
        "NotResource": "r",
        "NotPrincipal": {"AWS": ["1", "2"]},
    }
    assert changes([], [made("aws:sqs/queuePolicy:QueuePolicy", "q", policy=policy(but))]) == [
        (
            "queuePolicy q",
            (
                "Deny all but a:B on all but r to all but AWS 1",
                "Deny all but a:B on all but r to all but AWS 2",
            ),
            (),
        )
    ]


def test_another_arn_of_the_same_is_no_difference() -> None:
    replaced = READ | {"Resource": [f"a{REPLACED}", "b"]}
    assert changes(role_policy(READ), role_policy(replaced)) == []


def test_a_holder_by_another_name_is_the_same() -> None:
    told = ResourceChange(
        identity=f"{ROLE}::writer",
        type=ROLE,
        name="writer",
        operation="same",
        custom=True,
        was=f"{ROLE}::reader",
    )
    old, now = role_policy(READ), role_policy(READ)
    after = Evaluated(
        recording=Recording(known_as={(ROLE, "writer"): (ROLE, "reader")}),
        resources=(made(ROLE, "writer"), now[1]),
    )
    before = Evaluated(resources=tuple(old))
    assert permission_changes(Comparison(before=before, after=after, changes=(told,))) == ()
