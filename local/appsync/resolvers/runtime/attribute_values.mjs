/**
 * `util.dynamodb`: JavaScript values as DynamoDB's typed ones.
 *
 * As AppSync hands them out, numbers are not yet text and null is `{ NULL: null }`:
 * https://github.com/localstack/appsync-utils/blob/8f8ef7f/__tests__/__snapshots__/index.test.js.snap
 * https://docs.aws.amazon.com/appsync/latest/devguide/dynamodb-helpers-in-util-dynamodb-js.html
 */

/** Sets of the module `@aws-appsync/utils/dynamodb`, which are typed already. */
export const sets = new WeakSet();

const typed = (type) => (value) => (value === null || value === undefined ? null : { [type]: value });

export function toDynamoDB(value) {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: value };
    case 'boolean':
      return { BOOL: value };
    default:
      if (value === null || value === undefined) {
        return { NULL: null };
      }
      if (sets.has(value)) {
        return value;
      }
      return Array.isArray(value) ? { L: value.map(toDynamoDB) } : { M: toMapValues(value) };
  }
}

export function toMapValues(values) {
  return (
    values &&
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toDynamoDB(value)]))
  );
}

export const dynamodb = {
  toDynamoDB,
  toString: typed('S'),
  toStringSet: typed('SS'),
  toNumber: typed('N'),
  toNumberSet: typed('NS'),
  toBinary: typed('B'),
  toBinarySet: typed('BS'),
  toBoolean: typed('BOOL'),
  toNull: () => ({ NULL: null }),
  toList: (values) => values && { L: values.map(toDynamoDB) },
  toMap: (values) => values && { M: toMapValues(values) },
  toMapValues,
  toS3Object: (key, bucket, region, version) => ({
    S: JSON.stringify({ s3: { key, bucket, region, version } }),
  }),
  fromS3ObjectJson: (value) => JSON.parse(value?.S ?? value).s3,
};
