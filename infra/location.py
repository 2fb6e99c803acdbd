"""Where a stage is on AWS, learned from what it has created there."""

from dataclasses import dataclass
from typing import Self

import pulumi

DNS_SUFFIXES = {"aws-cn": "amazonaws.com.cn"}


@dataclass(frozen=True, kw_only=True)
class Location:
    """A partition (`aws`, `aws-us-gov`, `aws-cn`), a region and an account.

    They are read from an ARN, so that nothing has to be asked of AWS before there is anything.
    """

    partition: pulumi.Output[str]
    region: pulumi.Output[str]
    account: pulumi.Output[str]

    @classmethod
    def of(cls, arn: pulumi.Input[str]) -> Self:
        """Where the resource of this ARN is."""
        fields = pulumi.Output.from_input(arn).apply(lambda text: text.split(":", 5))
        return cls(
            partition=fields.apply(lambda each: each[1]),
            region=fields.apply(lambda each: each[3]),
            account=fields.apply(lambda each: each[4]),
        )

    def arn(
        self, service: str, resource: str, account: pulumi.Input[str] | None = None
    ) -> pulumi.Output[str]:
        """The ARN of a resource of `service` beside it, or there in another account."""
        owner = self.account if account is None else account
        return pulumi.Output.concat(
            "arn:", self.partition, f":{service}:", self.region, ":", owner, f":{resource}"
        )

    @property
    def dns_suffix(self) -> pulumi.Output[str]:
        """What the addresses of AWS's services end with."""
        return self.partition.apply(lambda name: DNS_SUFFIXES.get(name, "amazonaws.com"))
