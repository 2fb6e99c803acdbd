"""The program's graph, to be changed as somebody might change the program."""

import copy
from dataclasses import replace
from typing import Any

from preview.recording import Key, Options, Recording, Registered, record_everything


class Graph:
    """Stage `prod` with all that a stage can have, and with what a test changes of it."""

    def __init__(self) -> None:
        everything = record_everything()
        self.outputs = dict(everything.outputs)
        self._resources = {each.key: each for each in everything.resources}

    def inputs(self, resource_type: str, name: str) -> dict[str, Any]:
        """A resource's inputs, which may be changed."""
        key = (resource_type, name)
        resource = self._resources[key]
        self._resources[key] = replace(resource, inputs=copy.deepcopy(resource.inputs))
        return self._resources[key].inputs

    def add(self, resource_type: str, name: str, **inputs: Any) -> Registered:
        tags = {"project": "orderflow", "stage": "prod"}
        added = Registered(
            type=resource_type,
            name=name,
            inputs={"tags": tags, **inputs},
            custom=True,
            options=Options(parent=None),
        )
        self._resources[added.key] = added
        return added

    def remove(self, *key: str) -> None:
        del self._resources[_key(*key)]

    def unprotect(self, *key: str) -> None:
        resource = self._resources[_key(*key)]
        options = replace(resource.options, protect=False)
        self._resources[resource.key] = replace(resource, options=options)

    def of(self, *key: str) -> Registered:
        return self._resources[_key(*key)]

    @property
    def recording(self) -> Recording:
        return Recording(resources=list(self._resources.values()), outputs=self.outputs)


def _key(resource_type: str, name: str) -> Key:
    return resource_type, name
