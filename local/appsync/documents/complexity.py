"""How much work a document is with its fragments written out, found in the time that it is long.

Everything that validates or runs a document may take the time that it is long *written out*, and
fragments that use each other twice double that with each of them. AppSync tells of no limit; the
newest graphql-java has 100 levels and 100,000 fields. Ours is as many selections as a document
without fragments can have at all, which has at most 15,000 tokens there:
https://github.com/graphql-java/graphql-java/blob/master/src/main/java/graphql/validation/QueryComplexityLimits.java
https://github.com/graphql-java/graphql-java/blob/master/src/main/java/graphql/parser/ParserOptions.java
"""

from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.language import FragmentDefinitionNode

from local.appsync.documents.selection import fragments_of

MOST_LEVELS = 100
MOST_SELECTIONS = 15_000
# Of all of a resolver's `selectionSetList`: as much as a request may have.
MOST_PATH_CHARACTERS = 2**20


class TooComplex(Exception):
    """The document is refused; the message says which limit it exceeds."""


class Measure(NamedTuple):
    """What a selection set is, written out.

    Attributes:
        levels: of selection sets, one inside of another.
        selections: fields and fragments, in all levels.
        characters: of the paths of its fields.
    """

    levels: int
    selections: int
    characters: int


def check_complexity(document: DocumentNode) -> None:
    """Raise where the operations of a document are too much work.

    Raises:
        TooComplex: they exceed a limit.
    """
    fragments = fragments_of(document)
    measuring = _Measuring(fragments)
    selections = characters = 0
    for each in document.definitions:
        if isinstance(each, OperationDefinitionNode):
            measure = measuring.of(each.selection_set, 0)
            selections += measure.selections
            characters = max(characters, measure.characters)
    # Those that no operation uses are validated, too.
    for name in fragments:
        measuring.of_fragment(name, 0)
    if selections > MOST_SELECTIONS:
        raise TooComplex(
            f"The document has more than {MOST_SELECTIONS} selections, its fragments written out."
        )
    if characters > MOST_PATH_CHARACTERS:
        raise TooComplex(
            f"The paths of the selected fields have more than {MOST_PATH_CHARACTERS} characters."
        )


class _Measuring:
    """Measures each fragment once; one that uses itself is for validation to refuse."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, Measure] = {}
        self._open: set[str] = set()
        self.visited = 0

    def of_fragment(self, name: str, level: int) -> Measure:
        measure = self._known.get(name)
        if measure is None:
            if name in self._open or name not in self._fragments:
                return Measure(0, 0, 0)
            self._open.add(name)
            measure = self._known[name] = self.of(self._fragments[name].selection_set, level)
            self._open.discard(name)
        self._check(level + measure.levels)
        return measure

    def of(self, selection_set: SelectionSetNode | None, level: int) -> Measure:
        if selection_set is None:
            return Measure(0, 0, 0)
        self._check(level + 1)
        levels = selections = characters = 0
        spread: set[str] = set()
        for node in selection_set.selections:
            self.visited += 1
            below = Measure(0, 0, 0)
            selections += 1
            if isinstance(node, FieldNode):
                below = self.of(node.selection_set, level + 1)
                name = len((node.alias or node.name).value)
                characters += name + below.selections * (name + 1)
            elif isinstance(node, InlineFragmentNode):
                below = self.of(node.selection_set, level + 1)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                spread.add(node.name.value)
                below = self.of_fragment(node.name.value, level + 1)
            levels = max(levels, below.levels)
            selections += below.selections
            characters += below.characters
        return Measure(levels + 1, selections, characters)

    def _check(self, levels: int) -> None:
        if levels > MOST_LEVELS:
            raise TooComplex(f"The document is more than {MOST_LEVELS} levels deep.")
