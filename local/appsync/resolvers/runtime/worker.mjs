/**
 * Runs APPSYNC_JS handlers: a JSON request a line on stdin, a JSON reply a line on stdout.
 *
 * A request is a `code` and its `number`, by which it is known from then on (`code` is null), the
 * `handler` to call, its `context` and the caller's `authType`. A reply has a `status` (`ok`,
 * `earlyReturn`, `missing`, `error`, or `fault` for an error of the code's own) and what the handler
 * did; `javascript.py` says more.
 *
 * https://docs.aws.amazon.com/appsync/latest/devguide/resolver-reference-overview-js.html
 */

import { once } from 'node:events';
import readline from 'node:readline';
import vm from 'node:vm';

import { requests } from './requests.mjs';
import { EarlyReturn, HandlerError, globalsFor } from './globals.mjs';

// What APPSYNC_JS has otherwise than JavaScript:
// https://docs.aws.amazon.com/appsync/latest/devguide/supported-features.html
const DIFFERENCES = `{
  const { parse } = JSON;
  JSON.parse = (text) => {
    try {
      return parse(text);
    } catch {
      return '';
    }
  };
  const { replace } = String.prototype;
  const replaced = (flags) =>
    function (pattern, replacement) {
      return replace.call(this, new RegExp(pattern, flags), replacement);
    };
  Object.defineProperties(String.prototype, {
    replace: { value: replaced('') },
    replaceAll: { value: replaced('g') },
  });
}`;

const stdout = process.stdout.write.bind(process.stdout);
// Standard output carries the replies.
const console = new globalThis.console.Console(process.stderr);
const codes = [];
const modules = new Map();

function exporting(members, context) {
  const names = Object.keys(members);
  return new vm.SyntheticModule(
    [...names, 'default'],
    function () {
      names.forEach((name) => this.setExport(name, members[name]));
      this.setExport('default', members);
    },
    { context },
  );
}

/** The module of a code, evaluated once; each call has its own state in it. */
async function load(code) {
  const state = {};
  const globals = globalsFor(state);
  const context = vm.createContext(
    { console, ...globals },
    { codeGeneration: { strings: false, wasm: false } },
  );
  vm.runInContext(DIFFERENCES, context);
  const libraries = {
    '@aws-appsync/utils': exporting(globals, context),
    '@aws-appsync/utils/dynamodb': exporting(requests, context),
  };
  const module = new vm.SourceTextModule(code, { context, identifier: 'code.js' });
  await module.link((specifier) => libraries[specifier]);
  await module.evaluate();
  return { state, handlers: module.namespace };
}

/** Why a code cannot be loaded; null: it can. */
function compile(code) {
  try {
    new vm.SourceTextModule(code);
    return null;
  } catch (error) {
    return error.message;
  }
}

async function reply({ number, code, handler, context, authType }) {
  if (code !== null) {
    codes[number] = code;
  }
  if (handler === null) {
    return { status: 'ok', value: compile(codes[number]) };
  }
  if (!modules.has(number)) {
    modules.set(number, await load(codes[number]));
  }
  const { state, handlers } = modules.get(number);
  Object.assign(state, { authType, appended: [], extensions: [], headers: [] });
  const { appended, extensions, headers } = state;
  const did = () => ({ appended, extensions, headers, stash: context.stash ?? {} });
  if (typeof handlers[handler] !== 'function') {
    return { status: 'missing', ...did() };
  }
  try {
    return { status: 'ok', value: handlers[handler](context) ?? null, ...did() };
  } catch (error) {
    if (error instanceof EarlyReturn) {
      return { status: 'earlyReturn', value: error.value, skipTo: error.skipTo, ...did() };
    }
    if (error instanceof HandlerError) {
      return { status: 'error', error: error.entry, ...did() };
    }
    return { status: 'fault', fault: String(error?.message ?? error), ...did() };
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = JSON.stringify(await reply(JSON.parse(line)));
  } catch (fault) {
    answer = JSON.stringify({ status: 'fault', fault: String(fault?.message ?? fault) });
  }
  if (!stdout(`${answer}\n`)) {
    await once(process.stdout, 'drain');
  }
}
