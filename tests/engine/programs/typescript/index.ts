// The orders of a shop that is written in TypeScript: what is plain, nested, optional and output.
import * as orderflow from "@pulumi/orderflow";

const guards = { pointInTimeRecovery: true, deletionProtection: false };
const store = new orderflow.OrderStore("orders", { guards });
const pool = new orderflow.CustomerPool("customers", {
  deletionProtection: false,
  neighbourArn: store.tableArn,
});
const notifications = new orderflow.OrderNotifications("order-notifications", {
  notificationEmails: ["operator@shop.example"],
  senderEmail: "orders@shop.example",
  userPoolId: pool.poolId,
  userPoolArn: pool.poolArn,
  consumerBatchSize: 10,
  logRetentionDays: 7,
});
const refunds = new orderflow.ConsumedQueue("refunds", {
  consumer: {
    packages: ["refund_payment", "payments"],
    timeoutSeconds: 15,
    logRetentionDays: 7,
    statements: [{ Action: ["dynamodb:UpdateItem"], Resource: store.tableArn }],
    environment: { PAYMENTS_TABLE: store.tableName },
  },
  batchSize: 10,
  maxConcurrency: 2,
});

export const tableName = store.tableName;
export const region = store.location.region;
export const refundQueueUrl = refunds.queueUrl;
export const undeliveredMailQueueUrl = notifications.customerMail.apply(
  (mail) => mail?.undeliveredQueueUrl,
);
