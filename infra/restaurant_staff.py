"""Who is staff of which restaurant."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class RestaurantStaffArgs:
    """How well the rows are guarded against loss."""

    point_in_time_recovery: bool
    deletion_protection: bool


class RestaurantStaff(pulumi.ComponentResource):
    """A DynamoDB table with a row for each restaurant and user, by `sub`, that is its staff.

    Operators write it; nothing of the program does. A row counts for members of group `staff`.
    """

    table_name: pulumi.Output[str]
    table_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: RestaurantStaffArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:identity:RestaurantStaff", name, None, opts)
        table = aws.dynamodb.Table(
            name,
            billing_mode="PAY_PER_REQUEST",
            hash_key="restaurantId",
            range_key="userId",
            attributes=[
                aws.dynamodb.TableAttributeArgs(name=attribute, type="S")
                for attribute in ("restaurantId", "userId")
            ],
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(
                enabled=args.point_in_time_recovery
            ),
            deletion_protection_enabled=args.deletion_protection,
            # Against a replacement too, which would begin with an empty table.
            opts=pulumi.ResourceOptions(parent=self, protect=args.deletion_protection),
        )
        self.table_name = table.name
        self.table_arn = table.arn
        self.register_outputs({"tableName": self.table_name, "tableArn": self.table_arn})
