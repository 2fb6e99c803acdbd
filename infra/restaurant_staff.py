"""Who is staff of which restaurant."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.guarded_table import Guards, guarded_table


@dataclass(frozen=True, kw_only=True)
class RestaurantStaffArgs:
    """How well the rows are guarded against loss."""

    guards: Guards


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
        table = guarded_table(
            name,
            aws.dynamodb.TableArgs(
                hash_key="restaurantId",
                range_key="userId",
                attributes=[
                    aws.dynamodb.TableAttributeArgs(name=attribute, type="S")
                    for attribute in ("restaurantId", "userId")
                ],
            ),
            args.guards,
            self,
        )
        self.table_name = table.name
        self.table_arn = table.arn
        self.register_outputs({"tableName": self.table_name, "tableArn": self.table_arn})
