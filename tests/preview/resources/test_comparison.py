"""What Pulumi would do, of resources that are made for it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from preview.evaluation.evaluated import Evaluated, Resource
from preview.recording import Key, Options
from preview.resources.comparison import ResourceChange, compared

QUEUE, TABLE, OTHER = "aws:sqs/queue:Queue", "aws:dynamodb/table:Table", "aws:xray/group:Group"


def made(
    resource_type: str,
    name: str = "it",
    *,
    custom: bool = True,
    given: Mapping[str, Any] | None = None,
    **properties: Any,
) -> Resource:
    return Resource(
        type=resource_type,
        name=name,
        properties=given or properties,
        options=Options(parent=None, identity=f"{resource_type}::{name}"),
        custom=custom,
    )


def with_options(resource: Resource, **options: Any) -> Resource:
    return replace(resource, options=replace(resource.options, **options))


def changes(old: list[Resource], new: list[Resource]) -> list[ResourceChange]:
    after = Evaluated(resources=tuple(new))

    def again(_known_as: Mapping[Key, Key]) -> Evaluated:
        return after

    return [*compared(Evaluated(resources=tuple(old)), after, again).changes]


def test_a_property_changes_in_place() -> None:
    [change] = changes([made(QUEUE, delaySeconds=1)], [made(QUEUE, delaySeconds=2)])
    assert (change.operation, change.loses, change.replaced_by) == ("update", None, ())


@pytest.mark.parametrize("property_name", ["hashKey", "localSecondaryIndexes", "region"])
def test_what_cannot_change_in_place_replaces_and_loses(property_name: str) -> None:
    old, new = ({property_name: each} for each in ("a", "b"))
    [change] = changes([made(TABLE, given=old)], [made(TABLE, given=new)])
    assert change.operation == "replace"
    assert change.replaced_by == (property_name,)
    assert change.loses == "its items"


def test_a_removed_table_loses_its_items() -> None:
    [change] = changes([made(TABLE)], [])
    assert (change.operation, change.loses, change.refused) == ("delete", "its items", False)


def test_what_was_protected_is_neither_removed_nor_replaced() -> None:
    protected = with_options(made(TABLE, hashKey="a"), protect=True)
    [removed] = changes([protected], [])
    # Taking the protection away comes too late for the same deployment.
    [replaced] = changes([protected], [made(TABLE, hashKey="b")])
    assert (removed.operation, removed.refused, removed.loses) == ("delete", True, None)
    assert (replaced.operation, replaced.refused, replaced.loses) == ("replace", True, None)


def test_protection_from_now_on_is_an_option_that_differs() -> None:
    [change] = changes([made(TABLE)], [with_options(made(TABLE), protect=True)])
    assert change.operation == "same"
    assert [(each.path, each.old, each.new) for each in change.options] == [
        ("protect", False, True)
    ]
    assert change.is_told


def test_what_is_retained_stays_in_aws() -> None:
    [change] = changes([with_options(made(TABLE), retain_on_delete=True)], [])
    assert (change.operation, change.kept, change.loses) == ("delete", True, None)


def test_what_pulumi_is_told_to_ignore_is_no_difference() -> None:
    old = made(QUEUE, tags={"a": "1"}, delaySeconds=1)
    new = with_options(made(QUEUE, tags={"a": "2"}, delaySeconds=1), ignore_changes=("tags",))
    [change] = changes([old], [new])
    assert (change.operation, change.is_told) == ("same", False)


@pytest.mark.parametrize("path", ["tags", "tags.a", "*"])
def test_what_pulumi_is_told_to_replace_by_replaces(path: str) -> None:
    new = with_options(made(QUEUE, tags={"a": "2"}), replace_on_changes=(path,))
    [change] = changes([made(QUEUE, tags={"a": "1"})], [new])
    assert (change.operation, change.replaced_by) == ("replace", ("tags.a",))


def test_of_a_type_that_is_not_known_it_says_so() -> None:
    [changed] = changes([made(OTHER, a=1)], [made(OTHER, a=2)])
    assert (changed.operation, changed.known) == ("update", False)
    [removed] = changes([made(OTHER)], [])
    assert removed.loses == "what it may hold: its type is not known here"


def test_a_component_holds_nothing_itself() -> None:
    [change] = changes([made("orderflow:a:B", custom=False)], [])
    assert (change.operation, change.loses, change.custom) == ("delete", None, False)


def test_an_alias_is_found_whatever_it_is_called_now() -> None:
    new = with_options(made(TABLE, "other", hashKey="a"), aliases=(f"{TABLE}::it",))
    [change] = changes([made(TABLE, hashKey="a")], [new])
    assert (change.operation, change.was, change.name) == ("same", f"{TABLE}::it", "other")


def test_of_what_is_refused_nothing_comes() -> None:
    def again(known_as: Mapping[Key, Key]) -> Evaluated:
        raise AssertionError(known_as)

    protected = with_options(made(TABLE, hashKey="a"), protect=True)
    new = Evaluated(resources=(made(TABLE, hashKey="b"),))
    [change] = compared(Evaluated(resources=(protected,)), new, again).changes
    assert (change.operation, change.refused) == ("replace", True)


def test_the_order_of_a_set_makes_no_difference() -> None:
    one, other = ([{"name": each} for each in names] for names in ("ab", "ba"))
    [change] = changes([made(TABLE, attributes=one)], [made(TABLE, attributes=other)])
    assert change.operation == "same"
    [change] = changes([made(QUEUE, other=one)], [made(QUEUE, other=other)])
    assert change.operation == "update"


def test_what_comes_of_a_replacement_is_followed_to_its_end() -> None:
    """As an evaluation would have it: the client names the pool, and the group the client."""
    pool, client = "aws:cognito/userPool:UserPool", "aws:cognito/userPoolClient:UserPoolClient"
    asked: list[Mapping[Key, Key]] = []

    def evaluated(known_as: Mapping[Key, Key], username: str) -> Evaluated:
        def name_of(resource_type: str) -> str:
            return known_as.get((resource_type, "it"), (resource_type, "it"))[1]

        return Evaluated(
            resources=(
                made(pool, usernameAttributes=[username]),
                made(client, userPoolId=name_of(pool)),
                made(QUEUE, tags={"client": name_of(client)}),
            )
        )

    def again(known_as: Mapping[Key, Key]) -> Evaluated:
        asked.append(dict(known_as))
        return evaluated(known_as, "phone")

    comparison = compared(evaluated({}, "email"), evaluated({}, "phone"), again)

    assert {each.type: each.operation for each in comparison.changes} == {
        pool: "replace",
        client: "replace",
        QUEUE: "update",
    }
    assert [len(each) for each in asked] == [1, 2]
