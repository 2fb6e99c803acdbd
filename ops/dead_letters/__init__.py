"""What rests in the stage's dead-letter queues: seen, sent round again, exported, discarded."""
