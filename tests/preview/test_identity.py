"""What Pulumi knows resources by, of components that are made for it."""

import pulumi

from local.engine.program import evaluate
from preview.recording import Options, Recording

INSIDE = "test:a:Inside"


class Outside(pulumi.ComponentResource):
    """A component with one child, named after it."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("test:a:Outside", name, None, opts)
        self.inside = pulumi.ComponentResource(
            INSIDE, f"{name}-part", None, pulumi.ResourceOptions(parent=self)
        )


def options(opts: pulumi.ResourceOptions | None) -> tuple[Options, Options]:
    """A component's, and its child's."""
    recording = Recording()

    def program() -> None:
        recording.note_options()
        Outside("it", opts)

    evaluate(program, "test", {}, recording)
    return recording.options["test:a:Outside", "it"], recording.options[INSIDE, "it-part"]


def aliased(*aliases: str | pulumi.Alias) -> tuple[tuple[str, ...], tuple[str, ...]]:
    outside, inside = options(pulumi.ResourceOptions(aliases=[*aliases]))
    return outside.aliases, inside.aliases


def test_it_is_made_of_the_types_of_all_that_it_is_in() -> None:
    outside, inside = options(None)
    assert outside.identity == "test:a:Outside::it"
    assert inside.identity == "test:a:Outside$test:a:Inside::it-part"
    assert (outside.aliases, inside.aliases) == ((), ())


def test_a_child_was_named_after_what_its_parent_was() -> None:
    assert aliased(pulumi.Alias(name="former")) == (
        ("test:a:Outside::former",),
        ("test:a:Outside$test:a:Inside::former-part",),
    )


def test_a_child_was_in_what_its_parent_was() -> None:
    assert aliased(pulumi.Alias(type_="test:a:Former")) == (
        ("test:a:Former::it",),
        ("test:a:Former$test:a:Inside::it-part",),
    )
    assert aliased(pulumi.Alias(parent="urn:pulumi:test::orderflow::test:a:Box::box")) == (
        ("test:a:Box$test:a:Outside::it",),
        ("test:a:Box$test:a:Outside$test:a:Inside::it-part",),
    )


def test_a_urn_says_it_all() -> None:
    assert aliased("urn:pulumi:test::orderflow::test:a:Box$test:a:Former::former") == (
        ("test:a:Box$test:a:Former::former",),
        ("test:a:Box$test:a:Former$test:a:Inside::former-part",),
    )
