import { readFileSync } from 'node:fs';

import type { CodegenConfig } from '@graphql-codegen/cli';

const SCHEMA = ['../graphql/appsync.graphql', '../graphql/schema.graphql'];

/** What `make codegen` makes of the schema: the types of the storefront's operations, and the whole
 * schema in one file, for the tools of other front ends. */
const config: CodegenConfig = {
  schema: SCHEMA,
  generates: {
    'src/api/generated.ts': {
      documents: 'src/api/operations.graphql',
      plugins: [
        { add: { content: '// Made by `make codegen`.' } },
        'typescript',
        'typescript-operations',
        'typed-document-node',
      ],
      config: {
        onlyOperationTypes: true,
        enumsAsTypes: true,
        useTypeImports: true,
        immutableTypes: true,
        avoidOptionals: false,
        strictScalars: true,
        scalars: { AWSDateTime: 'string', AWSDate: 'string', AWSTime: 'string', AWSTimestamp: 'number', AWSEmail: 'string', AWSJSON: 'string', AWSURL: 'string', AWSPhone: 'string', AWSIPAddress: 'string' },
        documentMode: 'documentNode',
      },
    },
    '../graphql/published/orderflow.graphql': {
      // As they are written: codegen itself would sort all that is in them.
      plugins: [{ add: { content: ['# Made by `make codegen`.', ...SCHEMA.map(written)].join('\n\n') + '\n' } }],
    },
  },
};

function written(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8').trimEnd();
}

export default config;
