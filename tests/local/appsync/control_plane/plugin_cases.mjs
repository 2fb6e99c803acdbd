// The cases of @aws-appsync/eslint-plugin's own tests, by rule, as JSON.
import fs from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const rules = path.join(path.dirname(require.resolve('@aws-appsync/eslint-plugin')), 'rules');
const cases = [];

class RuleTester {
  run(rule, _, { valid, invalid }) {
    const code = (each) => each.code ?? each;
    cases.push({ rule, valid: valid.map(code), invalid: invalid.map(code) });
  }
}

const load = Module._load;
Module._load = function (request, ...rest) {
  if (request === '@typescript-eslint/rule-tester') {
    return { RuleTester };
  }
  const loaded = load.call(this, request, ...rest);
  return request === 'eslint' ? { ...loaded, RuleTester } : loaded;
};
for (const file of fs.readdirSync(rules).filter((name) => name.endsWith('.test.js'))) {
  require(path.join(rules, file));
}
console.log(JSON.stringify(cases));
