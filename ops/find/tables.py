"""What the tables say of an order: how it stands, its payments, its mails."""

from collections.abc import Iterator, Mapping

from ops.find.entry import Entry
from ops.mails import Mails, ended_of
from ops.orders import Item, moment
from ops.stage import Stage


def of_item(item: Item | None) -> Iterator[Entry]:
    if item is None:
        return
    if "placedAt" in item:
        yield Entry(at=moment(item["placedAt"]), where="table", what="placed")
    if "deletedAt" in item:
        paid = item.get("paidAttempt")
        kept = f"; payment {paid} is kept" if paid else ""
        at = moment(item["deletedAt"])
        yield Entry(at=at, where="table", what=f"deleted by its customer{kept}")
    elif "updatedAt" in item:
        reason = item.get("statusReason")
        what = f"{item.get('status')}, attempt {item.get('attempt')}, version {item.get('version')}"
        at = moment(item["updatedAt"])
        yield Entry(at=at, where="table", what=what + (f": {reason}" if reason else ""))


def of_payments(payments: Mapping[int, Item]) -> Iterator[Entry]:
    for attempt, row in sorted(payments.items()):
        taken, refunded = row.get("takenAt"), row.get("refundedAt")
        outcome = str(row["outcome"]).lower()
        if row["outcome"] != "VOIDED":
            what = f"payment {attempt} {outcome}"
            yield Entry(at=moment(taken) if taken else None, where="ledger", what=what)
        if refunded:
            what = "voided: it can be taken no more" if outcome == "voided" else "given back"
            yield Entry(at=moment(refunded), where="ledger", what=f"payment {attempt} {what}")


def of_mails(stage: Stage, item: Item | None) -> Iterator[Entry]:
    """The mail about its last end; earlier attempts' ends are kept nowhere."""
    end = ended_of(item or {})
    if end is None or not stage.has("mailTableName"):
        return
    mailed = Mails(stage).of([end]).get(end)
    if mailed is None:
        what = f"no mail yet about attempt {end.attempt}, {end.status}"
        yield Entry(at=None, where="mail", what=what)
    elif mailed.mail_id is None:
        what = "not mailed: the customer has no verified address"
        yield Entry(at=mailed.at, where="mail", what=what)
    else:
        what = f"customer mailed about attempt {end.attempt}, {end.status}"
        detail = {"mailId": mailed.mail_id}
        yield Entry(at=mailed.at, where="mail", what=what, detail=detail)
