"""Where orders are kept."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.guarded_table import Guards, guarded_table
from infra.location import Location

BY_PLACED_AT = "byPlacedAt"
BY_RESTAURANT = "byRestaurant"
BY_ID = "byId"


@dataclass(frozen=True, kw_only=True)
class OrderStoreArgs:
    """How well the orders are guarded against loss."""

    guards: Guards


class OrderStore(pulumi.ComponentResource):
    """A DynamoDB table in which a customer's orders are one partition that nobody else can name.

    `byPlacedAt` lists a customer's orders by time (a client's own order id need not sort by time);
    it is a local index, so it reads consistently. `byRestaurant` is the staff's view; `byId` is the
    operators' way from an order's id alone to its key. A deleted order leaves a tombstone under its
    key, in no other index, until no message about it can come any more. DynamoDB encrypts at rest
    by itself.
    """

    table_name: pulumi.Output[str]
    table_arn: pulumi.Output[str]
    stream_arn: pulumi.Output[str]
    location: Location

    def __init__(
        self, name: str, args: OrderStoreArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orderflow:storage:OrderStore", name, None, opts)
        table = guarded_table(
            name,
            aws.dynamodb.TableArgs(
                hash_key="customerId",
                range_key="id",
                attributes=[
                    aws.dynamodb.TableAttributeArgs(name=attribute, type="S")
                    for attribute in ("customerId", "id", "placedAt", "restaurantId")
                ],
                local_secondary_indexes=[
                    aws.dynamodb.TableLocalSecondaryIndexArgs(
                        name=BY_PLACED_AT, range_key="placedAt", projection_type="ALL"
                    )
                ],
                global_secondary_indexes=[
                    aws.dynamodb.TableGlobalSecondaryIndexArgs(
                        name=BY_RESTAURANT,
                        key_schemas=[
                            aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(
                                attribute_name="restaurantId", key_type="HASH"
                            ),
                            aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(
                                attribute_name="placedAt", key_type="RANGE"
                            ),
                        ],
                        projection_type="ALL",
                    ),
                    aws.dynamodb.TableGlobalSecondaryIndexArgs(
                        name=BY_ID,
                        key_schemas=[
                            aws.dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(
                                attribute_name="id", key_type="HASH"
                            )
                        ],
                        projection_type="KEYS_ONLY",
                    ),
                ],
                ttl=aws.dynamodb.TableTtlArgs(enabled=True, attribute_name="expiresAt"),
                stream_enabled=True,
                stream_view_type="NEW_AND_OLD_IMAGES",
            ),
            args.guards,
            self,
        )
        self.table_name = table.name
        self.table_arn = table.arn
        self.stream_arn = table.stream_arn
        self.location = Location.of(table.arn)
        self.register_outputs({"tableName": self.table_name, "tableArn": self.table_arn})
