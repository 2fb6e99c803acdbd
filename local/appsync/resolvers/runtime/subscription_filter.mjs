/**
 * `util.transform.toSubscriptionFilter`.
 *
 * https://docs.aws.amazon.com/appsync/latest/devguide/transformation-helpers-in-utils-transform-js.html
 */

/** Each way of one with each way of the other. */
const both = (one, other) => one.flatMap((left) => other.map((right) => [...left, ...right]));

/** The ways to fulfil a condition, each a list of filters; null where nothing is asked for. */
function ways(node, ignored) {
  const parts = Object.entries(node).map(([name, content]) => {
    if (name === 'and' || name === 'or') {
      const inner = content.map((each) => ways(each, ignored)).filter(Boolean);
      return inner.length ? (name === 'and' ? inner.reduce(both) : inner.flat()) : null;
    }
    return ignored.includes(name)
      ? null
      : Object.entries(content).map(([operator, value]) => [{ fieldName: name, operator, value }]);
  });
  const asked = parts.filter(Boolean);
  return asked.length ? asked.reduce(both) : null;
}

export function toSubscriptionFilter(filter, ignoredFields = [], rules = {}) {
  const asked = ways(filter, ignoredFields ?? []);
  const strict = Object.entries(rules ?? {}).flatMap(([name, content]) => ways({ [name]: content }, []));
  const groups = asked && strict.length ? both(asked, strict) : (asked ?? strict);
  return { filterGroup: groups.map((filters) => ({ filters })) };
}
