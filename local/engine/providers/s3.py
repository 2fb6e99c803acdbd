"""S3 buckets, who is let into them, and objects."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from botocore.exceptions import ClientError

from local.engine.archive import content
from local.engine.aws import Aws
from local.engine.providers.provider import (
    ANY,
    DOCUMENT,
    FIXED,
    TAGS,
    Inputs,
    Property,
    Provider,
    State,
    camel,
    given,
    pascal,
    tag_list,
    tag_map,
)

# The region that S3 takes where none is named, and that it refuses to be told.
DEFAULT_REGION = "us-east-1"


class Bucket(Provider):
    inputs: ClassVar = {"bucket": FIXED, "tags": TAGS}
    outputs: ClassVar = {"arn": (), "bucketRegionalDomainName": ()}
    name: ClassVar = "bucket"

    def create(self, aws: Aws, inputs: Inputs) -> str:
        where: Any = {"LocationConstraint": aws.region}
        aws.s3.create_bucket(
            Bucket=inputs["bucket"],
            **({} if aws.region == DEFAULT_REGION else {"CreateBucketConfiguration": where}),
        )
        return inputs["bucket"]

    def settle(self, aws: Aws, made: str, inputs: Inputs) -> None:
        self._tag(aws, made, inputs["tags"])

    def read(self, aws: Aws, state: State) -> State:
        bucket = state["id"]
        # The one call that says of a bucket that is not there what it is that is not.
        aws.s3.get_bucket_location(Bucket=bucket)
        return {
            "bucket": bucket,
            "arn": f"arn:aws:s3:::{bucket}",
            "bucketRegionalDomainName": f"{bucket}.s3.{aws.region}.amazonaws.com",
            "tags": self._tags(aws, bucket),
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        self._tag(aws, state["id"], inputs["tags"])

    def delete(self, aws: Aws, state: State) -> None:
        aws.s3.delete_bucket(Bucket=state["id"])

    def _tag(self, aws: Aws, bucket: str, tags: dict[str, str]) -> None:
        """All at once: S3 does not add or remove one."""
        if tags:
            aws.s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tag_list(tags)})
        else:
            aws.s3.delete_bucket_tagging(Bucket=bucket)

    def _tags(self, aws: Aws, bucket: str) -> dict[str, str]:
        try:
            return tag_map(aws.s3.get_bucket_tagging(Bucket=bucket)["TagSet"])
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "NoSuchTagSet":
                raise
            return {}


class BucketPublicAccessBlock(Provider):
    inputs: ClassVar = {
        "bucket": FIXED,
        "blockPublicAcls": Property(default=False),
        "blockPublicPolicy": Property(default=False),
        "ignorePublicAcls": Property(default=False),
        "restrictPublicBuckets": Property(default=False),
    }
    name: ClassVar = None

    def create(self, aws: Aws, inputs: Inputs) -> str:
        self._put(aws, inputs)
        return inputs["bucket"]

    def read(self, aws: Aws, state: State) -> State:
        found = aws.s3.get_public_access_block(Bucket=state["id"])
        return {"bucket": state["id"], **camel(found["PublicAccessBlockConfiguration"])}

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        self._put(aws, inputs)

    def delete(self, aws: Aws, state: State) -> None:
        aws.s3.delete_public_access_block(Bucket=state["id"])

    def _put(self, aws: Aws, inputs: Inputs) -> None:
        blocked = {key: value for key, value in inputs.items() if key != "bucket"}
        aws.s3.put_public_access_block(
            Bucket=inputs["bucket"], PublicAccessBlockConfiguration=pascal(blocked)
        )


class BucketPolicy(Provider):
    inputs: ClassVar = {"bucket": FIXED, "policy": DOCUMENT}
    name: ClassVar = None

    def create(self, aws: Aws, inputs: Inputs) -> str:
        aws.s3.put_bucket_policy(Bucket=inputs["bucket"], Policy=inputs["policy"])
        return inputs["bucket"]

    def read(self, aws: Aws, state: State) -> State:
        policy = aws.s3.get_bucket_policy(Bucket=state["id"])["Policy"]
        return {"bucket": state["id"], "policy": policy}

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        aws.s3.put_bucket_policy(Bucket=inputs["bucket"], Policy=inputs["policy"])

    def delete(self, aws: Aws, state: State) -> None:
        aws.s3.delete_bucket_policy(Bucket=state["id"])


class BucketObject(Provider):
    """An object of a file (`source`), or of a text (`content`)."""

    inputs: ClassVar = {
        "bucket": FIXED,
        "key": FIXED,
        "source": ANY,
        "content": ANY,
        "contentType": ANY,
        "cacheControl": ANY,
        "tags": TAGS,
    }
    outputs: ClassVar = {"arn": (), "etag": ("source", "content")}
    name: ClassVar = None
    title: ClassVar = "{key}"

    def create(self, aws: Aws, inputs: Inputs) -> str:
        self._put(aws, inputs)
        return f"{inputs['bucket']}/{inputs['key']}"

    def read(self, aws: Aws, state: State) -> State:
        bucket, _, key = state["id"].partition("/")
        found = aws.s3.get_object(Bucket=bucket, Key=key)
        tags = aws.s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
        with found["Body"] as body:
            text = {"content": body.read().decode()} if state.get("content") is not None else {}
        return {
            "bucket": bucket,
            "key": key,
            "arn": f"arn:aws:s3:::{bucket}/{key}",
            "etag": found["ETag"].strip('"'),
            "contentType": found["ContentType"],
            "cacheControl": found.get("CacheControl"),
            "tags": tag_map(tags),
            **text,
        }

    def update(self, aws: Aws, state: State, inputs: Inputs, changed: set[str]) -> None:
        self._put(aws, inputs)

    def delete(self, aws: Aws, state: State) -> None:
        bucket, _, key = state["id"].partition("/")
        aws.s3.delete_object(Bucket=bucket, Key=key)

    def _put(self, aws: Aws, inputs: Inputs) -> None:
        source, text = inputs["source"], inputs["content"]
        aws.s3.put_object(
            Bucket=inputs["bucket"],
            Key=inputs["key"],
            Body=content(inputs["key"], source) if source else text.encode(),
            Tagging=urlencode(inputs["tags"]),
            **pascal(given(inputs, "contentType", "cacheControl")),
        )


PROVIDERS: dict[str, Provider] = {
    "aws:s3/bucket:Bucket": Bucket(),
    "aws:s3/bucketObjectv2:BucketObjectv2": BucketObject(),
    "aws:s3/bucketPolicy:BucketPolicy": BucketPolicy(),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": BucketPublicAccessBlock(),
}
