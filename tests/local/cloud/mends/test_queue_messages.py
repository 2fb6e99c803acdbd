"""Whatever is sent while other messages are received or deleted is on the queue."""

import pytest

from tests.local.cloud.mends.conftest import Alone

pytestmark = pytest.mark.cloud

# Going through a queue's messages ends with a pause, before the list of those left is in place.
SENT = """
import asyncio, json, threading, time
from ministack.services import eventbridge, sns, sqs, stepfunctions

class Messages(list):
    def __iter__(self):
        yield from list(super().__iter__())
        time.sleep(0.02)

def ask(action, **arguments):
    headers = {"x-amz-target": f"AmazonSQS.{action}", "content-type": "application/x-amz-json-1.0"}
    body = json.dumps(arguments).encode()
    answer = asyncio.run(sqs.handle_request("POST", "/", headers, body, {}))
    return json.loads(answer[2] or b"{}")

def tell(service, action, parameters):
    parameters = {"Action": action, **parameters}
    body = "&".join(f"{name}={value}" for name, value in parameters.items()).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return asyncio.run(service.handle_request("POST", "/", headers, body, {}))[2].decode()

dead = ask("CreateQueue", QueueName="dead")["QueueUrl"]
arn = ask("GetQueueAttributes", QueueUrl=dead)["Attributes"]["QueueArn"]
redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
url = ask("CreateQueue", QueueName="q", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
arn = arn.replace(":dead", ":q")
queue = sqs._queues[url]
topic = "arn:aws:sns:us-east-1:000000000000:topic"
tell(sns, "CreateTopic", {"Name": "topic"})
tell(sns, "Subscribe", {"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn})
pattern = json.dumps({"source": ["test"]})
eventbridge._ensure_default_bus()
eventbridge._put_rule({"Name": "rule", "EventPattern": pattern})
eventbridge._put_targets({"Rule": "rule", "Targets": [{"Id": "q", "Arn": arn}]})

def put_event():
    entry = {"Source": "test", "DetailType": "test", "Detail": "{}"}
    stepfunctions._invoke_events_put_events("", {"Entries": [entry]})

message = {"QueueUrl": url, "MessageBody": "sent"}
senders = {
    "workflow": lambda: stepfunctions._invoke_sqs_send_message("", message),
    "topic": lambda: stepfunctions._invoke_sns_publish("", {"TopicArn": topic, "Message": "sent"}),
    "rule": put_event,
    "request": lambda: ask("SendMessage", **message),
}
removers = {
    "receiving": lambda handle: ask("ReceiveMessage", QueueUrl=url),
    "deleting": lambda handle: ask("DeleteMessage", QueueUrl=url, ReceiptHandle=handle),
    "deleting many": lambda handle: ask(
        "DeleteMessageBatch", QueueUrl=url, Entries=[{"Id": "1", "ReceiptHandle": handle}]
    ),
    "the mapping's receiving": lambda handle: sqs._receive_messages_for_esm(url, 10),
    "the mapping's deleting": lambda handle: sqs._delete_messages_for_esm(url, {handle}),
}
lost = []
for sender, send in senders.items():
    for remover, remove in removers.items():
        queue["messages"] = []
        ask("SendMessage", QueueUrl=url, MessageBody="former")
        [former] = ask("ReceiveMessage", QueueUrl=url)["Messages"]
        queue["messages"] = Messages(queue["messages"])
        removing = threading.Thread(target=remove, args=[former["ReceiptHandle"]])
        removing.start()
        time.sleep(0.01)
        send()
        removing.join()
        if all(each["id"] == former["MessageId"] for each in queue["messages"]):
            lost.append(f"{sender} while {remover}")
print(json.dumps(lost))
"""


def test_what_is_sent_while_others_are_received_or_deleted_is_not_lost(alone: Alone) -> None:
    lost = alone(SENT)

    assert lost == []
