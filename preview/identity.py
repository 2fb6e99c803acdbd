"""What Pulumi knows a resource by from one evaluation to the next.

That is its URN, here without the stack and the project, which are the same in both:
`orderflow:storage:OrderStore$aws:dynamodb/table:Table::orders`.
https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
"""


def identity_of(resource_type: str, name: str, parent: str | None) -> str:
    """Of a resource inside of `parent`, an identity; None: it is the stack's own."""
    types = f"{_types(parent)}$" if parent else ""
    return f"{types}{resource_type}::{name}"


def named_by(urn: str) -> str:
    """The identity in a URN."""
    return urn.split("::", 2)[-1]


def inherited(resource_type: str, name: str, parent: str, former: str) -> str:
    """What a resource was, where its parent was `former`.

    A name that begins with the parent's is taken to be made of it, as Pulumi takes it.
    """
    begins, was = _name(parent), _name(former)
    if name.startswith(begins):
        name = was + name.removeprefix(begins)
    return identity_of(resource_type, name, former)


def _types(identity: str) -> str:
    return identity.partition("::")[0]


def _name(identity: str) -> str:
    return identity.partition("::")[2]
