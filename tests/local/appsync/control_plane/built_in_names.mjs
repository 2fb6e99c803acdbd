// The names of the helpers that AWS's types have, and of those that the worker has, as JSON.
import { createRequire } from 'node:module';

import ts from 'typescript';

import { requests } from '../../../../local/appsync/resolvers/runtime/requests.mjs';
import { globalsFor } from '../../../../local/appsync/resolvers/runtime/globals.mjs';

const DYNAMODB = '@aws-appsync/utils/dynamodb';
const require = createRequire(import.meta.url);
const source = `import { util, runtime, extensions } from '@aws-appsync/utils';
import * as dynamodb from '${DYNAMODB}';
export default { util, runtime, extensions, '${DYNAMODB}': dynamodb };`;

function typed() {
  const file = require.resolve('@aws-appsync/utils').replace(/[^/]*$/, 'names.ts');
  const host = ts.createCompilerHost({});
  const read = host.getSourceFile;
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, source, ...rest) : read(name, ...rest);
  const program = ts.createProgram([file], { moduleResolution: ts.ModuleResolutionKind.Node10 }, host);
  const checker = program.getTypeChecker();
  const paths = (type, prefix) =>
    type.getProperties().flatMap((property) => {
      const inner = checker.getTypeOfSymbol(property);
      const path = prefix ? `${prefix}.${property.name}` : property.name;
      return inner.getCallSignatures().length ? [path] : paths(inner, path);
    });
  const { expression } = program.getSourceFile(file).statements.at(-1);
  return paths(checker.getTypeAtLocation(expression), '');
}

function served(object, prefix) {
  return Object.entries(object).flatMap(([name, inner]) => {
    const path = prefix ? `${prefix}.${name}` : name;
    return typeof inner === 'function' ? [path] : served(inner, path);
  });
}

console.log(
  JSON.stringify({ typed: typed(), served: served({ ...globalsFor({}), [DYNAMODB]: requests }, '') }),
);
