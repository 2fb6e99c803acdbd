"""`dead-letters list | show | redrive | discard | export`."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ops.dead_letters.doors import BroadcastDoor, Door, QueueDoor, file_door
from ops.dead_letters.groups import Group, groups_of
from ops.dead_letters.letter import Chosen, Letter
from ops.dead_letters.look import all_letters
from ops.dead_letters.move_task import move_by_sqs
from ops.dead_letters.moving import Moved, Pace, looking, move
from ops.dead_letters.queues import MOVED_BY_SQS, DeadLetterQueue, depth, queues_of
from ops.stage import Stage
from ops.terminal import Terminal, number, whole

LEFT = 1
# What nobody could read in one go.
SHOWN = 20


def list_letters(stage: Stage, terminal: Terminal, name: str | None, chosen: Chosen) -> int:
    """How many rest where, and why; exit code 0 also where some do."""
    found = [(queue, _groups(stage, terminal, queue, chosen)) for queue in queues_of(stage, name)]
    _show_groups(terminal, [group for _, groups in found for group in groups])
    if not any(groups for _, groups in found):
        terminal.say(f"Nothing rests in {', '.join(queue.name for queue, _ in found)}.")
    terminal.document(
        {
            "stage": stage.name,
            "queues": [
                {
                    "queue": queue.name,
                    "letters": sum(group.letters for group in groups),
                    "groups": [group.document() for group in groups],
                }
                for queue, groups in found
            ],
        }
    )
    return 0


def show(stage: Stage, terminal: Terminal, name: str | None, chosen: Chosen) -> int:
    """Some letters whole, oldest first."""
    letters = [
        letter
        for queue in queues_of(stage, name)
        for letter in _chosen(stage, terminal, queue, chosen)
    ]
    letters.sort(key=lambda letter: letter.sent_at)
    for letter in letters[:SHOWN]:
        about = ", ".join(order_id for _, order_id in letter.orders) or "no order"
        terminal.say(f"{letter.queue}  {letter.sent_at:%Y-%m-%d %H:%M:%SZ}  {about}")
        terminal.say(f"  {letter.cause}")
        for attribute, value in letter.attributes.items():
            terminal.say(f"  {attribute}: {value}")
        terminal.say(f"  {_indented(letter.body)}\n")
    terminal.say(
        f"{len(letters)} letters"
        + (f", of which {SHOWN} are shown; `export` writes all" if len(letters) > SHOWN else "")
    )
    terminal.document(
        {
            "stage": stage.name,
            "letters": [letter.document() for letter in letters[:SHOWN]],
            "all": len(letters),
        }
    )
    return 0


def redrive(
    stage: Stage,
    terminal: Terminal,
    name: str | None,
    chosen: Chosen,
    *,
    rate: float | None,
    dry_run: bool,
) -> int:
    """Send letters round again: to the queue that they come from, or to be published."""
    queues = _told(
        stage,
        terminal,
        queues_of(stage, name),
        chosen,
        lambda number, queue: (
            f"{number} of {queue} are sent round again. What was done already is found done; a "
            "letter that is sent twice changes nothing."
        ),
        dry_run=dry_run,
    )
    return 0 if dry_run else _redrive(stage, terminal, queues, chosen, rate)


def _redrive(
    stage: Stage,
    terminal: Terminal,
    queues: list[DeadLetterQueue],
    chosen: Chosen,
    rate: float | None,
) -> int:
    done = dict[str, Moved]()
    for queue in queues:
        with _progress(stage, terminal, queue) as told:
            by_sqs = None
            if chosen.everything and queue.destination and queue.name in MOVED_BY_SQS:
                by_sqs = move_by_sqs(stage, queue, queue.destination, rate, told)
            if by_sqs is None:
                door: Door = (
                    QueueDoor(stage, queue.destination)
                    if queue.destination
                    else BroadcastDoor(stage)
                )
                done[queue.name] = move(stage, queue, chosen, door, Pace(rate), told)
            else:
                done[queue.name] = Moved(resting=depth(stage, queue.url).all)
                done[queue.name].moved["moved by SQS"] = by_sqs
    return _report(stage, terminal, done, "sent round again")


def discard(
    stage: Stage,
    terminal: Terminal,
    name: str | None,
    chosen: Chosen,
    *,
    to: Path | None,
    dry_run: bool,
) -> int:
    """Delete letters for good, each once it is in the file."""
    file = to or Path(f"dead-letters-{stage.name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.jsonl")
    queues = _told(
        stage,
        terminal,
        queues_of(stage, name),
        chosen,
        lambda number, queue: (
            f"{number} of {queue} are written to {file} and deleted. What rests is an order, a "
            "refund or a mail that is not done yet: without its letter it never is."
        ),
        dry_run=dry_run,
    )
    if dry_run:
        return 0
    done = dict[str, Moved]()
    with file_door(file) as door:
        for queue in queues:
            with _progress(stage, terminal, queue) as told:
                done[queue.name] = move(stage, queue, chosen, door, Pace(None), told)
    return _report(stage, terminal, done, f"written to {file} and deleted")


def export(
    stage: Stage, terminal: Terminal, name: str | None, chosen: Chosen, *, to: Path | None
) -> int:
    """Write letters as they are, a line of JSON each; they rest on."""
    lines = Terminal(json=True, yes=True)
    written = 0
    for queue in queues_of(stage, name):
        letters = _chosen(stage, terminal, queue, chosen)
        if to is None:
            for letter in letters:
                lines.document(letter.document())
            continue
        with file_door(to) as door:
            written += len(door.take(letters))
    if to is not None:
        terminal.say(f"{written} letters are in {to}; they rest on.")
        terminal.document({"stage": stage.name, "file": str(to), "letters": written})
    return 0


def _told(
    stage: Stage,
    terminal: Terminal,
    queues: list[DeadLetterQueue],
    chosen: Chosen,
    what: Callable[[str, str], str],
    *,
    dry_run: bool,
) -> list[DeadLetterQueue]:
    """Say what would be done, and ask; the queues that there is anything to do in.

    Args:
        what: would be done, with so many of the queue of this name.
    """
    if not dry_run and not terminal.asks:
        # What there is besides numbers would take a look at every letter.
        counted = [(queue, depth(stage, queue.url).all) for queue in queues]
        about = "about {}" if chosen.everything else "what is chosen of about {}"
        filled = [(queue, letters) for queue, letters in counted if letters]
        _confirm(terminal, what, [(queue, about.format(letters)) for queue, letters in filled])
        return [queue for queue, _ in filled]
    found = [(queue, _groups(stage, terminal, queue, chosen)) for queue in queues]
    groups = [group for _, groups in found for group in groups]
    _show_groups(terminal, groups)
    filled = [(queue, sum(each.letters for each in groups)) for queue, groups in found if groups]
    if dry_run:
        total = sum(letters for _, letters in filled)
        terminal.say(f"{total} letters would be; nothing was changed.")
        terminal.document(
            {
                "stage": stage.name,
                "dryRun": True,
                "queues": {queue.name: letters for queue, letters in filled},
            }
        )
    else:
        _confirm(terminal, what, [(queue, str(letters)) for queue, letters in filled])
    return [queue for queue, _ in filled]


def _confirm(
    terminal: Terminal,
    what: Callable[[str, str], str],
    filled: list[tuple[DeadLetterQueue, str]],
) -> None:
    if filled:
        terminal.confirm("\n".join(what(letters, queue.name) for queue, letters in filled))


def _report(stage: Stage, terminal: Terminal, done: dict[str, Moved], how: str) -> int:
    terminal.table(
        ["queue", "cause", number(how)],
        [
            (name, cause, letters)
            for name, moved in done.items()
            for cause, letters in moved.moved.most_common()
        ],
    )
    total = sum(moved.moved.total() for moved in done.values())
    refused = sum(moved.refused for moved in done.values())
    held = sum(moved.held for moved in done.values())
    terminal.say(f"{total} letters {how}")
    if refused:
        terminal.say(
            f"{refused} rest still: they could not be. Of the broadcast, the table's stream has "
            "forgotten which orders they are about (24 hours); what these are is in the table, and "
            "is read there: discard them."
        )
    if held:
        terminal.say(f"{held} are held by somebody else, who looks at them: do it again later.")
    terminal.document(
        {
            "stage": stage.name,
            "queues": {
                name: {
                    "moved": moved.moved.total(),
                    "causes": dict(moved.moved),
                    "refused": moved.refused,
                    "resting": moved.resting,
                    "held": moved.held,
                }
                for name, moved in done.items()
            },
        }
    )
    return LEFT if refused or held else 0


def _groups(
    stage: Stage, terminal: Terminal, queue: DeadLetterQueue, chosen: Chosen
) -> list[Group]:
    return groups_of(queue.name, _chosen(stage, terminal, queue, chosen))


def _chosen(
    stage: Stage, terminal: Terminal, queue: DeadLetterQueue, chosen: Chosen
) -> list[Letter]:
    now = datetime.now(UTC)
    with looking(stage, queue, chosen) as look, terminal.progress() as progress:
        bar = progress.add_task(queue.name, total=look.depth.visible)
        found = list[Letter]()
        for letter in all_letters(look):
            progress.advance(bar)
            if chosen.has(letter, now):
                found.append(letter)
    return found


@contextmanager
def _progress(
    stage: Stage, terminal: Terminal, queue: DeadLetterQueue
) -> Generator[Callable[[int], None]]:
    """A bar; for scripts a line of JSON for each step."""
    total = depth(stage, queue.url).all
    moved = 0
    with terminal.progress() as progress:
        bar = progress.add_task(queue.name, total=total)

        def told(letters: int) -> None:
            nonlocal moved
            moved += letters
            progress.advance(bar, letters)
            if letters:
                terminal.document({"queue": queue.name, "moved": moved, "of": total})

        yield told


def _show_groups(terminal: Terminal, groups: list[Group]) -> None:
    if groups:
        terminal.table(
            ["queue", number("letters"), "cause", "oldest", "newest", whole("such as order")],
            [
                (
                    group.queue,
                    group.letters,
                    group.cause,
                    group.oldest,
                    group.newest,
                    next(iter(group.orders), None),
                )
                for group in groups
            ],
        )


def _indented(body: str) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return body
