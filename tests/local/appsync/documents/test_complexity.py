"""Documents whose fragments, written out, are more work than they look."""

import pytest
from graphql import DocumentNode, parse
from graphql.language import FragmentDefinitionNode, OperationDefinitionNode

from local.appsync.documents import complexity
from local.appsync.documents.complexity import MOST_LEVELS, MOST_SELECTIONS, TooComplex


def doubling(levels: int, name: str = "a") -> str:
    """Twice as many fields with each fragment."""
    spreads = "".join(
        f"fragment F{level} on T {{ {name}: t {{ ...F{level + 1} }} b: t {{ ...F{level + 1} }} }} "
        for level in range(levels)
    )
    return f"{{ t {{ ...F0 }} }} {spreads} fragment F{levels} on T {{ v }}"


def chain(fragments: int) -> str:
    spreads = "".join(f"fragment F{each} on T {{ ...F{each + 1} }} " for each in range(fragments))
    return f"{{ t {{ ...F0 }} }} {spreads} fragment F{fragments} on T {{ v }}"


def refusal(query: str) -> str:
    with pytest.raises(TooComplex) as refused:
        complexity.check_complexity(parse(query))
    return str(refused.value)


def visited(document: DocumentNode) -> int:
    """How many selections are looked at to measure a document."""
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    measuring = complexity._Measuring(fragments)  # pyright: ignore[reportPrivateUsage]
    for each in document.definitions:
        if isinstance(each, OperationDefinitionNode):
            measuring.of(each.selection_set, 0)
    return measuring.visited


def test_measures_each_selection_once_however_large_it_is_written_out() -> None:
    assert visited(parse(doubling(40))) == 2 + 40 * 4 + 1


@pytest.mark.parametrize("levels", [18, 40, 48])
def test_refuses_what_doubles(levels: int) -> None:
    assert refusal(doubling(levels)) == (
        "The document has more than 15000 selections, its fragments written out."
    )


def test_takes_what_a_document_without_fragments_could_be() -> None:
    complexity.check_complexity(parse(doubling(10)))
    complexity.check_complexity(parse(f"{{ {'v ' * MOST_SELECTIONS} }}"))


def test_counts_all_operations_together() -> None:
    fragment = f"fragment F on T {{ {'v ' * 1000} }}"
    operations = " ".join(f"query q{each} {{ ...F }}" for each in range(15))

    assert "15000 selections" in refusal(f"{operations} {fragment}")


def test_refuses_long_paths() -> None:
    assert refusal(doubling(10, "a" * 5000)) == (
        "The paths of the selected fields have more than 1048576 characters."
    )


@pytest.mark.parametrize("fragments", [MOST_LEVELS, 1000])
def test_refuses_long_chains(fragments: int) -> None:
    assert refusal(chain(fragments)) == "The document is more than 100 levels deep."


def test_refuses_long_chains_that_no_operation_uses() -> None:
    _, _, unused = chain(1000).partition("{ t { ...F0 } }")

    assert "levels deep" in refusal(f"{{ v }} {unused}")


def test_takes_chains_of_less() -> None:
    complexity.check_complexity(parse(chain(MOST_LEVELS - 3)))


def test_leaves_a_fragment_that_uses_itself_to_validation() -> None:
    complexity.check_complexity(parse("{ ...F } fragment F on T { t { ...F } }"))
