// Evaluates expressions by JSONata's reference implementation, of the version that Step Functions has.
// Reads [{expression, bindings}] as JSON; writes for each what came of it, in that order.
import { readFileSync } from 'node:fs';
import jsonata from 'jsonata';

const parsed = new Map();

async function evaluate({ expression, bindings }) {
  try {
    if (!parsed.has(expression)) parsed.set(expression, jsonata(expression));
    const value = await parsed.get(expression).evaluate(undefined, bindings);
    return value === undefined ? { fault: 'undefined' } : { value };
  } catch (error) {
    return { fault: `${error.code}: ${error.message}` };
  }
}

const outcomes = [];
for (const each of JSON.parse(readFileSync(0, 'utf8'))) outcomes.push(await evaluate(each));
process.stdout.write(JSON.stringify(outcomes));
