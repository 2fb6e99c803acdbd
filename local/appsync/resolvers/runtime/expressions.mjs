/**
 * Expressions of DynamoDB, made of objects.
 *
 * https://docs.aws.amazon.com/appsync/latest/devguide/built-in-modules-js.html
 */

import { toDynamoDB } from './attribute_values.mjs';

const COMPARISONS = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' };
const FUNCTIONS = { contains: 'contains', notContains: 'NOT contains', beginsWith: 'begins_with' };
const TYPES = {
  _null: 'NULL', string: 'S', stringSet: 'SS', number: 'N', numberSet: 'NS', binary: 'B',
  binarySet: 'BS', boolean: 'BOOL', list: 'L', map: 'M',
};

const present = (value) => value !== null && value !== undefined;
const plain = (name) => name.replace(/\W/g, '_');

/** A condition on an item: of a filter, of a write, or of the key in a query. */
export function condition(filter) {
  const expressionNames = {};
  const expressionValues = {};

  function value(content, ...path) {
    const name = `:${path.filter(present).map(String).map(plain).join('_')}`;
    expressionValues[name] = toDynamoDB(content);
    return name;
  }

  function comparison(subject, operator, operand, path) {
    if (COMPARISONS[operator]) {
      return `(${subject} ${COMPARISONS[operator]} ${value(operand, ...path, operator)})`;
    }
    if (operator === 'between') {
      const [low, high] = operand.map((bound, index) => value(bound, ...path, operator, index + 1));
      return `(${subject} BETWEEN ${low} AND ${high})`;
    }
    if (operator === 'in') {
      return `(${subject} IN (${operand.map((each, index) => value(each, ...path, operator, index)).join(',')}))`;
    }
    throw new Error(`The operator ${operator} is not supported`);
  }

  function test(subject, operator, operand, path) {
    switch (operator) {
      case 'attributeExists':
        return `(${operand ? 'attribute_exists' : 'attribute_not_exists'}(${subject}))`;
      case 'attributeType':
        return `(attribute_type(${subject},${value(TYPES[operand], ...path, operator)}))`;
      case 'size':
        return Object.entries(operand)
          .map(([inner, bound]) => comparison(`size(${subject})`, inner, bound, [...path, operator]))
          .join(' AND ');
      case 'contains':
      case 'notContains':
      case 'beginsWith':
        return `(${FUNCTIONS[operator]}(${subject},${value(operand, ...path, operator)}))`;
      default:
        return comparison(subject, operator, operand, path);
    }
  }

  function all(node, path) {
    return Object.entries(node)
      .filter(([, content]) => present(content))
      .flatMap(([name, content]) => {
        if (name === 'and' || name === 'or') {
          const parts = (Array.isArray(content) ? content : [content])
            .map((each, index) => all(each, [...path, name, index]).join(' AND '))
            .filter(Boolean);
          return parts.length ? `(${parts.map((part) => `(${part})`).join(` ${name.toUpperCase()} `)})` : [];
        }
        if (name === 'not') {
          const parts = all(content, [...path, name]);
          return parts.length ? `(NOT (${parts.join(' AND ')}))` : [];
        }
        expressionNames[`#${plain(name)}`] = name;
        return Object.entries(content)
          .filter(([, operand]) => present(operand))
          .map(([operator, operand]) => test(`#${plain(name)}`, operator, operand, [...path, name]));
      });
  }

  return { expression: all(filter, []).join(' AND '), expressionNames, expressionValues };
}

/** The attributes to return, by their paths, such as `address.streets[1]`. */
export function projection(paths) {
  const expressionNames = {};
  const expression = paths.map((path) =>
    path
      .split('.')
      .map((step) => {
        const [, name, indexes] = /^(.*?)((?:\[\d+\])*)$/.exec(step);
        expressionNames[`#${plain(name)}`] = name;
        return `#${plain(name)}${indexes}`;
      })
      .join('.'),
  );
  return { expression: expression.join(', '), expressionNames };
}

const made = new WeakSet();

function operation(members) {
  made.add(members);
  return members;
}

export const operations = {
  add: (value) => operation({ type: 'OPERATION_ADD', value }),
  remove: () => operation({ type: 'OPERATION_REMOVE' }),
  replace: (value) => operation({ type: 'OPERATION_REPLACE', value }),
  increment: (by = 1) => operation({ type: 'OPERATION_INCREMENT', by }),
  decrement: (by = 1) => operation({ type: 'OPERATION_DECREMENT', by }),
  append: (items) => operation({ type: 'OPERATION_APPEND', items }),
  prepend: (items) => operation({ type: 'OPERATION_PREPEND', items }),
  updateListItem: (value, index) => operation({ type: 'OPERATION_UPDATE_LIST_ITEM', value, index }),
};

/** What an update changes: values are set, objects member by member, and operations carried out. */
export function updateExpression(changes) {
  const expressionNames = {};
  const expressionValues = {};
  const set = [];
  const remove = [];

  function name(attribute) {
    const placeholder = `#expName_${Object.keys(expressionNames).length + 1}`;
    expressionNames[placeholder] = attribute;
    return placeholder;
  }

  function value(content) {
    const placeholder = `:expValue_${Object.keys(expressionValues).length + 1}`;
    expressionValues[placeholder] = toDynamoDB(content);
    return placeholder;
  }

  function change(path, content) {
    if (Array.isArray(content) && content.length && content.every((each) => made.has(each))) {
      content.forEach((each) => change(path, each));
    } else if (typeof content !== 'object' || !content || Array.isArray(content)) {
      set.push(`${path} = ${value(content)}`);
    } else if (!made.has(content)) {
      const typed = toDynamoDB(content);
      if (typed.M) {
        members(content, `${path}.`);
      } else {
        set.push(`${path} = ${value(content)}`);
      }
    } else {
      carryOut(path, content);
    }
  }

  function carryOut(path, { type, value: content, items, by, index }) {
    switch (type) {
      case 'OPERATION_REMOVE':
        return remove.push(path);
      case 'OPERATION_INCREMENT':
        return set.push(`${path} = ${path} + ${value(by)}`);
      case 'OPERATION_DECREMENT':
        return set.push(`${path} = ${path} - ${value(by)}`);
      case 'OPERATION_APPEND':
        return set.push(`${path} = list_append(${path}, ${value(items)})`);
      case 'OPERATION_PREPEND':
        return set.push(`${path} = list_append(${value(items)}, ${path})`);
      case 'OPERATION_UPDATE_LIST_ITEM':
        return set.push(`${path}[${index}] = ${value(content)}`);
      default:
        return set.push(`${path} = ${value(content)}`);
    }
  }

  function members(content, prefix) {
    for (const [attribute, each] of Object.entries(content)) {
      if (each !== undefined) {
        change(`${prefix}${name(attribute)}`, each);
      }
    }
  }

  members(changes, '');
  const clauses = [
    ...(set.length ? [`SET ${set.join(', ')}`] : []),
    ...(remove.length ? [`REMOVE ${remove.join(', ')}`] : []),
  ];
  return {
    expression: clauses.join(' '),
    expressionNames,
    ...(Object.keys(expressionValues).length ? { expressionValues } : {}),
  };
}
