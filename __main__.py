"""orderflow: the order API of a restaurant. Wires the layers; each is one file of infra/."""

import json

import pulumi

from infra import storefront_build
from infra.customer_pool import CustomerPool, CustomerPoolArgs
from infra.guarded_table import Guards
from infra.order_api import OrderApi, OrderApiArgs
from infra.order_broadcast import OrderBroadcast, OrderBroadcastArgs
from infra.order_notifications import OrderNotifications, OrderNotificationsArgs
from infra.order_operations import OrderOperations, OrderOperationsArgs, WatchedMail
from infra.order_queue import OrderQueue, OrderQueueArgs
from infra.order_store import OrderStore, OrderStoreArgs
from infra.order_workflow import OrderWorkflow, OrderWorkflowArgs
from infra.payments import Payments, PaymentsArgs
from infra.restaurant_staff import RestaurantStaff, RestaurantStaffArgs
from infra.settings import Settings
from infra.storefront_hosting import StorefrontHosting, StorefrontHostingArgs
from infra.tags import tag_everything
from outputs.config import storefront_config

settings = Settings.read()
tag_everything({"project": pulumi.get_project(), "stage": pulumi.get_stack()})
guards = Guards(
    point_in_time_recovery=settings.point_in_time_recovery,
    deletion_protection=settings.deletion_protection,
)

store = OrderStore("orders", OrderStoreArgs(guards=guards))
staff = RestaurantStaff("restaurant-staff", RestaurantStaffArgs(guards=guards))
pool = CustomerPool(
    "customers",
    CustomerPoolArgs(
        deletion_protection=settings.deletion_protection,
        sender_email=settings.sender_email,
        neighbour_arn=store.table_arn,
    ),
)
notifications = OrderNotifications(
    "order-notifications",
    OrderNotificationsArgs(
        notification_emails=settings.notification_emails,
        sender_email=settings.sender_email,
        user_pool_id=pool.pool_id,
        user_pool_arn=pool.pool_arn,
        consumer_batch_size=settings.consumer_batch_size,
        log_retention_days=settings.log_retention_days,
    ),
)
payments = Payments(
    "payments",
    PaymentsArgs(
        success_rate=settings.payment_success_rate,
        guards=guards,
        consumer_batch_size=settings.consumer_batch_size,
        consumer_max_concurrency=settings.consumer_max_concurrency,
        log_retention_days=settings.log_retention_days,
    ),
)
# The queue starts the workflow, and the workflow puts to rest in the queue's dead-letter queue.
workflow_arn: pulumi.Output[str]
workflow_arn, resolve_workflow_arn = pulumi.deferred_output()
queue = OrderQueue(
    "order-queue",
    OrderQueueArgs(
        workflow_arn=workflow_arn,
        consumer_batch_size=settings.consumer_batch_size,
        consumer_max_concurrency=settings.consumer_max_concurrency,
        log_retention_days=settings.log_retention_days,
    ),
)
workflow = OrderWorkflow(
    "order-workflow",
    OrderWorkflowArgs(
        table_name=store.table_name,
        table_arn=store.table_arn,
        take_payment_arn=payments.take_payment_arn,
        refund_queue_url=payments.refund_queue_url,
        refund_queue_arn=payments.refund_queue_arn,
        dead_letter_queue_url=queue.dead_letter_queue_url,
        dead_letter_queue_arn=queue.dead_letter_queue_arn,
        notification_topic_arn=notifications.topic_arn,
        workflow_type=settings.workflow_type,
        log_retention_days=settings.log_retention_days,
    ),
)
resolve_workflow_arn(workflow.workflow_arn)
api = OrderApi(
    "order-api",
    OrderApiArgs(
        table_name=store.table_name,
        table_arn=store.table_arn,
        staff_table_name=staff.table_name,
        staff_table_arn=staff.table_arn,
        queue_url=queue.queue_url,
        queue_arn=queue.queue_arn,
        user_pool_id=pool.pool_id,
        user_pool_client_id=pool.client_id,
        introspection=settings.introspection,
        query_depth_limit=settings.query_depth_limit,
        waf=settings.waf,
        log_retention_days=settings.log_retention_days,
    ),
)
broadcast = OrderBroadcast(
    "order-broadcast",
    OrderBroadcastArgs(
        stream_arn=store.stream_arn,
        api_arn=api.arn,
        graphql_url=api.graphql_url,
        log_retention_days=settings.log_retention_days,
    ),
)
mail = notifications.customer_mail
OrderOperations(
    "order-operations",
    OrderOperationsArgs(
        alarm_emails=settings.alarm_emails,
        monthly_budget=settings.monthly_budget,
        api_id=api.api_id,
        api_log_group_name=api.log_group_name,
        queue_name=queue.queue_name,
        dead_letter_queue_name=queue.dead_letter_queue_name,
        refund_dead_letter_queue_name=payments.refund_dead_letter_queue_name,
        broadcast_dead_letter_queue_name=broadcast.dead_letter_queue_name,
        workflow_arn=workflow.workflow_arn,
        workflow_log_group_name=workflow.log_group_name,
        start_workflow=queue.consumer,
        take_payment=payments.take_payment,
        refund_payment=payments.refund_payment,
        broadcast_update=broadcast.consumer,
        order_table_name=store.table_name,
        payment_table_name=payments.ledger_name,
        staff_table_name=staff.table_name,
        notification_topic_name=notifications.topic_name,
        mail=WatchedMail(
            dead_letter_queue_name=mail.dead_letter_queue_name,
            undelivered_queue_name=mail.undelivered_queue_name,
            email_customer=mail.consumer,
            table_name=mail.mail_table_name,
        )
        if mail
        else None,
        region=store.location.region,
    ),
    # A stage of before keeps its alarms, and the addresses that have confirmed.
    pulumi.ResourceOptions(
        aliases=[pulumi.Alias(name="order-alarms", type_="orderflow:operations:OrderAlarms")]
    ),
)

# What front ends are configured with: public, as outputs/public.py has it.
front_end = {
    "stage": pulumi.get_stack(),
    "graphqlUrl": api.graphql_url,
    "realtimeUrl": api.realtime_url,
    "region": store.location.region,
    "userPoolId": pool.pool_id,
    "userPoolClientId": pool.client_id,
    "passwordPolicy": pool.password_policy,
    "userGroups": pool.groups,
    "defaultAuthorizationMode": api.default_authorization_mode,
    "authorizationModes": api.additional_authorization_modes,
}
for output, value in front_end.items():
    pulumi.export(output, value)
if settings.storefront:
    storefront = StorefrontHosting(
        "storefront",
        StorefrontHostingArgs(
            build=str(storefront_build.DIST),
            config=pulumi.Output.all(**front_end).apply(
                lambda outputs: json.dumps(storefront_config(outputs, stage=pulumi.get_stack()))
            ),
        ),
    )
    pulumi.export("storefrontUrl", storefront.url)
# What operators use.
pulumi.export("orderQueueUrl", queue.queue_url)
pulumi.export("orderConsumerId", queue.consumer_id)
pulumi.export("deadLetterQueueUrl", queue.dead_letter_queue_url)
pulumi.export("refundQueueUrl", payments.refund_queue_url)
pulumi.export("refundDeadLetterQueueUrl", payments.refund_dead_letter_queue_url)
pulumi.export("broadcastDeadLetterQueueUrl", broadcast.dead_letter_queue_url)
if mail:
    pulumi.export("mailQueueUrl", mail.queue_url)
    pulumi.export("mailTableName", mail.mail_table_name)
    pulumi.export("mailDeadLetterQueueUrl", mail.dead_letter_queue_url)
    pulumi.export("undeliveredMailQueueUrl", mail.undelivered_queue_url)
pulumi.export("orderTableName", store.table_name)
pulumi.export("paymentTableName", payments.ledger_name)
pulumi.export("restaurantStaffTableName", staff.table_name)
pulumi.export("workflowArn", workflow.workflow_arn)
pulumi.export("notificationTopicArn", notifications.topic_arn)
functions = {
    "start_workflow": queue.consumer,
    "take_payment": payments.take_payment,
    "refund_payment": payments.refund_payment,
    "broadcast_update": broadcast.consumer,
}
pulumi.export("functions", {**functions, "email_customer": mail.consumer} if mail else functions)
