"""Messages come at least once, ten at a time, and rest in the end."""

from collections.abc import Sequence

from tests.simulation.models.queues import Message, Queue
from tests.simulation.schedule import Fault, Schedule, Service, Strike
from tests.simulation.world import World


class Consumer:
    """Notes each batch, and has those come again of which it was told so."""

    def __init__(self, *failing: str, breaks: bool = False) -> None:
        self.batches: list[list[str]] = []
        self.times: list[float] = []
        self.failing = failing
        self.breaks = breaks

    def made(self, **strikes: Strike) -> tuple[World, Queue]:
        names = {name.replace("_", " "): strike for name, strike in strikes.items()}
        self.world = World(Schedule("STANDARD", (), strikes=names, durations={"a again": 500}))
        queue = Queue(
            self.world,
            "queue",
            self.consume,
            service=Service.ORDER_QUEUE,
            visibility=180,
            most_receives=5,
        )
        return self.world, queue

    def consume(self, batch: Sequence[Message]) -> Sequence[Message] | None:
        self.batches.append([message.id for message in batch])
        self.times.append(self.world.now)
        if self.breaks:
            return None
        return [message for message in batch if message.id in self.failing]


def test_what_can_be_received_is_ten_at_a_time() -> None:
    consumer = Consumer()
    world, queue = consumer.made()
    for number in range(12):
        queue.send(str(number), "body", {})

    world.run()

    assert [len(batch) for batch in consumer.batches] == [10, 2]


def test_only_what_failed_comes_again_when_it_is_visible_and_rests_after_five_times() -> None:
    consumer = Consumer("b")
    world, queue = consumer.made()
    for name in ("a", "b", "c"):
        queue.send(name, f"body of {name}", {})

    world.run()

    assert [sorted(batch) for batch in consumer.batches] == [["a", "b", "c"], *[["b"]] * 4]
    assert all(
        later - earlier >= 180
        for earlier, later in zip(consumer.times, consumer.times[1:], strict=False)
    )
    assert [each.body for each in queue.dead_letters.resting] == ["body of b"]


def test_a_batch_of_which_nothing_came_comes_again_as_a_whole() -> None:
    consumer = Consumer(breaks=True)
    world, queue = consumer.made()
    queue.send("a", "body", {})
    queue.send("b", "body", {})

    world.run()

    assert sorted(each.id for each in queue.dead_letters.resting) == ["a", "b"]
    assert sum(len(batch) for batch in consumer.batches) == 10


def test_what_rests_is_sent_round_again() -> None:
    consumer = Consumer("a")
    world, queue = consumer.made()
    queue.send("a", "body", {})
    world.run()

    queue.redrive()
    world.run()

    assert queue.dead_letters.resting == []
    assert consumer.batches[-1] == ["a+"]


def test_a_message_can_come_again_though_it_was_deleted() -> None:
    consumer = Consumer()
    world, queue = consumer.made(a_delivery=Strike(Fault.TWICE))
    queue.send("a", "body", {})

    world.run()

    assert consumer.batches == [["a"], ["a"]]
    assert consumer.times[1] == 500
    assert queue.dead_letters.resting == []
