"""Has what is deployed follow the program: in place, in the order of dependence, or not at all."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from local.engine.aws import Aws
from local.engine.deployed import Deployed, Key, Resource, create, require_known, titled
from local.engine.deployment import proposed_name
from local.engine.evaluation import NOT_YET, Evaluation, Registered
from local.engine.providers.provider import Inputs, State

# Gives the program as it is now, by the state of what is there.
Evaluate = Callable[[Mapping[Key, State]], Evaluation]


class Refused(Exception):
    """A change of the program that is not deployed: all is as it was before.

    Args:
        resource: what was refused; None: the program as a whole.
    """

    def __init__(self, message: str, resource: Registered | None = None) -> None:
        super().__init__(message)
        self.resource = resource


class WouldLose(Refused):
    """It would take with it what a resource holds."""


class NotDeleted(Exception):
    """All is deployed, but of what is no more of the program AWS refuses to delete a part."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What was done to one resource: `created`, `updated`, `replaced` or `deleted`."""

    done: str
    title: str

    def __str__(self) -> str:
        return f"{self.title} {self.done}"


def redeploy(deployed: Deployed, evaluate: Evaluate, aws: Aws, prefix: str) -> list[Change]:
    """Deploy what has changed of the program.

    Args:
        deployed: what there is; it is changed too.
        prefix: what the names begin with that are made up.

    Raises:
        ProgramFault: the program cannot be evaluated.
        Refused: AWS or its provider refuses a part, or it would lose data; what had been changed
            by then is as it was.
        NotDeleted: what AWS refuses to delete stays, and is tried again the next time.
    """
    redeployment = _Redeployment(deployed, aws, prefix)
    try:
        # What a resource is made of can be known only when others have been made.
        while not redeployment.follow(evaluate(redeployment.known)):
            pass
    except BaseException:
        redeployment.undo()
        raise
    redeployment.finish()
    return redeployment.changes


class _Redeployment:
    def __init__(self, deployed: Deployed, aws: Aws, prefix: str) -> None:
        self.changes = list[Change]()
        self._deployed = deployed
        self._resources = dict(deployed.resources)
        self._outputs = deployed.outputs
        # To be removed at the end: what was replaced, and what is no more of the program.
        self._replaced = list[Resource]()
        self._gone = list[Resource]()
        self._undo = list[Callable[[], object]]()
        self._aws = aws
        self._prefix = prefix

    @property
    def known(self) -> dict[Key, State]:
        return {key: each.state for key, each in self._resources.items()}

    def follow(self, evaluation: Evaluation) -> bool:
        """Do what can be done now; whether all is as the program says then."""
        registered = {each.key: each for each in evaluation.resources}
        complete = [each for each in evaluation.resources if each.complete]
        changing = [each for each in complete if self._differs(each)]
        gone = [each for key, each in self._resources.items() if key not in registered]
        self._require_nothing_lost(changing, gone)
        made_of = repr(([each.inputs for each in evaluation.resources], evaluation.outputs))
        moved = [old for each in changing for old in self._apply(each)]
        waiting = len(registered) - len(complete)
        if waiting and not changing:
            raise Refused("Some of its resources wait for each other.")
        if waiting or NOT_YET in made_of or any(old in made_of for old in moved):
            return False
        self._outputs = evaluation.outputs
        # In this order the next evaluation finds each after those that it needs.
        order = [*registered, *(each.key for each in gone)]
        self._resources = {key: self._resources[key] for key in order}
        self._gone = gone
        return True

    def finish(self) -> None:
        """Remove what is no more of the program, what needs others first."""
        kept = list[str]()
        for each in (*reversed(self._replaced), *reversed(self._gone)):
            try:
                each.provider.remove(self._aws, each.state)
            except Exception as error:
                kept.append(f"{each.title} cannot be deleted: {error}")
                continue
            if self._resources.get(each.key) is each:
                del self._resources[each.key]
                self.changes.append(Change(done="deleted", title=each.title))
        self._deployed.resources, self._deployed.outputs = self._resources, self._outputs
        if kept:
            raise NotDeleted("\n".join(kept))

    def undo(self) -> None:
        """Have all be as it was, as far as AWS lets it."""
        while self._undo:
            with suppress(Exception):
                self._undo.pop()()

    def _differs(self, each: Registered) -> bool:
        there = self._resources.get(each.key)
        if there is None or there.provider.unknown(each.inputs):
            return True
        return bool(there.provider.changes(there.inputs, _named(each, there)))

    def _require_nothing_lost(
        self, changing: Iterable[Registered], gone: Iterable[Resource]
    ) -> None:
        going = [(each, "deleted") for each in gone]
        for each in changing:
            there = self._resources.get(each.key)
            if there and (because := _replaced_by(there, each)):
                going.append((there, f"replaced (its {', '.join(because)} cannot be changed)"))
        for there, how in going:
            if held := there.provider.holds(self._aws, there.state):
                raise WouldLose(f"{there.title} would be {how}, and its {held} lost.")

    def _apply(self, each: Registered) -> list[str]:
        """Make or change it; what it was known by, and is no more."""
        there = self._resources.get(each.key)
        try:
            if there is None:
                self._create(each)
                return []
            if _replaced_by(there, each):
                return self._replace(there, each)
            return self._update(there, _named(each, there))
        except Exception as error:
            title = titled(each.type, each.name, each.inputs)
            raise Refused(f"{title} is refused: {error}", each) from error

    def _create(self, each: Registered) -> None:
        made = self._made(each.type, each.name, each.inputs)
        self.changes.append(Change(done="created", title=made.title))

    def _replace(self, there: Resource, each: Registered) -> list[str]:
        provider = there.provider
        if provider.must_go_first(there.inputs, each.inputs):
            provider.remove(self._aws, there.state)
            self._undo.append(lambda: self._restore(there, provider.make(self._aws, there.inputs)))
        else:
            self._replaced.append(there)
        made = self._made(each.type, each.name, each.inputs)
        self.changes.append(Change(done="replaced", title=made.title))
        return _moved(there, made.state)

    def _made(self, resource_type: str, name: str, inputs: Inputs) -> Resource:
        proposed = proposed_name(self._prefix, name)
        made = create(self._aws, resource_type, name, inputs, proposed)
        self._resources[made.key] = made
        self._undo.append(lambda: made.provider.remove(self._aws, made.state))
        return made

    def _update(self, there: Resource, inputs: Inputs) -> list[str]:
        provider = there.provider
        require_known(provider, inputs)
        try:
            state = provider.change(self._aws, there.state, there.inputs, inputs)
        except Exception:
            # It may have been refused half-way.
            with suppress(Exception):
                provider.change(self._aws, there.state, inputs, there.inputs)
            raise
        self._undo.append(
            lambda: self._restore(there, provider.change(self._aws, state, inputs, there.inputs))
        )
        updated = replace(there, inputs=inputs, state=state)
        self._resources[there.key] = updated
        self.changes.append(Change(done="updated", title=updated.title))
        return _moved(there, state)

    def _restore(self, there: Resource, state: State) -> None:
        self._deployed.resources[there.key] = replace(there, state=state)


def _moved(there: Resource, state: State) -> list[str]:
    """The values of outputs that are others now; one that was empty is in everything."""
    names = {*there.provider.outputs, "id", there.provider.name or "id"}
    old = [there.state.get(name) for name in names if there.state.get(name) != state.get(name)]
    return [each if isinstance(each, str) else repr(each) for each in old if each is not None]


def _named(each: Registered, there: Resource) -> Inputs:
    """Its inputs, with the name that was made up for it when it was made."""
    name = there.provider.made_up_name(there.inputs)
    return each.inputs if name is None else there.provider.named(each.inputs, name)


def _replaced_by(there: Resource, each: Registered) -> list[str]:
    changes = there.provider.changes(there.inputs, _named(each, there))
    return [key for key, replaced in changes.items() if replaced]
