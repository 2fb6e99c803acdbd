/**
 * The module `@aws-appsync/utils/dynamodb`: request objects of the DynamoDB data source.
 *
 * https://docs.aws.amazon.com/appsync/latest/devguide/built-in-modules-js.html
 */

import { sets, toMapValues } from './attribute_values.mjs';
import { condition, operations, projection, updateExpression } from './expressions.mjs';

const CONVERSIONS = {
  key: toMapValues,
  keys: (keys) => keys.map(toMapValues),
  projection,
  filter: condition,
  query: condition,
  condition,
  update: updateExpression,
};

/** The members that are there, each as the request object has it. */
function members(input, ...names) {
  return Object.fromEntries(
    names
      .filter((name) => input[name] !== undefined && input[name] !== null)
      .map((name) => [name, CONVERSIONS[name] ? CONVERSIONS[name](input[name]) : input[name]]),
  );
}

const VERSIONED = ['customPartitionKey', 'populateIndexFields', '_version'];
const READ = [
  'index', 'limit', 'filter', 'nextToken', 'consistentRead', 'projection', 'select',
];

/** Tables by their names, each converted. */
function tables(input, convert) {
  return Object.fromEntries(Object.entries(input.tables).map(([name, each]) => [name, convert(each)]));
}

function set(type, values) {
  const typed = { [type]: values };
  sets.add(typed);
  return typed;
}

const WRITES = {
  putItem: (input) => ({
    operation: 'PutItem', ...members(input, 'table', 'key'), attributeValues: toMapValues(input.item),
  }),
  updateItem: (input) => ({ operation: 'UpdateItem', ...members(input, 'table', 'key', 'update') }),
  deleteItem: (input) => ({ operation: 'DeleteItem', ...members(input, 'table', 'key') }),
  conditionCheck: (input) => ({ operation: 'ConditionCheck', ...members(input, 'table', 'key') }),
};

export const requests = {
  get: (input) => ({ operation: 'GetItem', ...members(input, 'key', 'consistentRead', 'projection') }),
  put: (input) => ({
    operation: 'PutItem',
    ...members(input, 'key', 'condition', ...VERSIONED),
    attributeValues: toMapValues(input.item),
  }),
  update: (input) => ({
    operation: 'UpdateItem', ...members(input, 'key', 'update', 'condition', ...VERSIONED),
  }),
  remove: (input) => ({
    operation: 'DeleteItem', ...members(input, 'key', 'condition', ...VERSIONED),
  }),
  query: (input) => ({ operation: 'Query', ...members(input, 'query', 'scanIndexForward', ...READ) }),
  scan: (input) => ({ operation: 'Scan', ...members(input ?? {}, 'totalSegments', 'segment', ...READ) }),
  batchGet: (input) => ({
    operation: 'BatchGetItem',
    tables: tables(input, (table) => members(table, 'keys', 'consistentRead', 'projection')),
  }),
  batchPut: (input) => ({
    operation: 'BatchPutItem', tables: tables(input, (items) => items.map(toMapValues)),
  }),
  batchDelete: (input) => ({
    operation: 'BatchDeleteItem', tables: tables(input, (keys) => keys.map(toMapValues)),
  }),
  transactGet: (input) => ({
    operation: 'TransactGetItems',
    transactItems: input.items.map((item) => members(item, 'table', 'key', 'projection')),
  }),
  transactWrite: (input) => ({
    operation: 'TransactWriteItems',
    transactItems: input.items.map((item) => {
      const [[kind, write]] = Object.entries(item);
      return { ...WRITES[kind](write), ...members(write, 'condition') };
    }),
  }),
  toStringSet: (values) => set('SS', values),
  toNumberSet: (values) => set('NS', values),
  toBinarySet: (values) => set('BS', values),
  operations,
};
