"""Where what could not be worked off rests."""

from preview.recording import Recording


def test_it_rests_encrypted_for_fourteen_days_and_goes_nowhere_by_itself(prod: Recording) -> None:
    resting = {
        "undelivered-mail",
        "order-queue-dead-letters",
        "refunds-dead-letters",
        "customer-mail-dead-letters",
        "order-broadcast-dead-letters",
    }
    for name in resting:
        each = prod.one("aws:sqs/queue:Queue", name)
        assert each.inputs["messageRetentionSeconds"] == 14 * 24 * 3600
        assert each.inputs["sqsManagedSseEnabled"] is True
        assert "redrivePolicy" not in each.inputs
