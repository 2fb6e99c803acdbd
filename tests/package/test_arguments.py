"""What another language's program gives becomes what a component takes."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NotRequired, TypedDict

import pulumi
import pytest
from pulumi.errors import InputPropertyError

from package.arguments import arguments


class Size(StrEnum):
    SMALL = "SMALL"
    LARGE = "LARGE"


class Door(TypedDict):
    Width: pulumi.Input[int]
    Note: NotRequired[str]


@dataclass(frozen=True, kw_only=True)
class Roof:
    slope_percent: float
    tiled: bool


@dataclass(frozen=True, kw_only=True)
class House:
    size: Size
    roof: Roof
    storeys: int
    owner: str | None
    street: pulumi.Input[str]
    number: pulumi.Input[int] = 1
    windows: int = 4
    doors: Sequence[Door] = ()
    rooms: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, str])


LEAST: dict[str, Any] = {
    "size": "LARGE",
    "roof": {"slopePercent": 30.0, "tiled": True},
    "storeys": 2.0,
    "street": "Elm Street",
}


@pytest.fixture
def loop() -> Iterator[None]:
    """An output is made where there is an event loop."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


def test_numbers_enums_and_dataclasses_are_of_their_types() -> None:
    house = arguments(House, LEAST)
    assert house == House(
        size=Size.LARGE,
        roof=Roof(slope_percent=30.0, tiled=True),
        storeys=2,
        owner=None,
        street="Elm Street",
    )
    assert type(house.storeys) is int
    assert type(house.size) is Size


def test_what_is_given_goes_before_the_defaults() -> None:
    more = {
        "owner": "Nancy",
        "number": 1428.0,
        "windows": 9.0,
        "doors": [{"Width": 90.0}, {"Width": 80.0, "Note": "back"}],
        "rooms": {"cellar": "locked"},
    }
    house = arguments(House, LEAST | more)
    assert house.owner == "Nancy"
    assert house.number == 1428
    assert house.windows == 9
    assert house.doors == [{"Width": 90}, {"Width": 80, "Note": "back"}]
    assert house.rooms == {"cellar": "locked"}


@pytest.mark.usefixtures("loop")
def test_an_input_may_be_known_later() -> None:
    street = pulumi.Output.from_input("Elm Street")
    assert arguments(House, LEAST | {"street": street}).street is street


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"storeys": None}, "storeys is missing"),
        ({"roof": {"tiled": True}}, r"roof.slopePercent is missing"),
        ({"size": "HUGE"}, "size is 'HUGE', but must be one of SMALL, LARGE"),
        ({"storeys": 2.5}, r"storeys is 2.5, which is not of its type"),
        ({"storeys": "2"}, "storeys is '2', which is not of its type"),
        ({"roof": "flat"}, "roof is 'flat', which is not of its type"),
        ({"doors": [{"Width": "wide"}]}, r"doors\[0\].Width is 'wide'"),
        ({"rooms": ["cellar"]}, r"rooms is \['cellar'\]"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(InputPropertyError, match=told):
        arguments(House, LEAST | wrong)


@pytest.mark.usefixtures("loop")
def test_what_must_be_known_at_once_cannot_be_known_later() -> None:
    later = pulumi.Output.from_input(2)
    with pytest.raises(InputPropertyError, match="storeys must be known before"):
        arguments(House, LEAST | {"storeys": later})
