import { describe, expect, it } from 'vitest';

import { BadConfig, loadConfig, parseConfig } from './config';

const config = {
  stage: 'dev',
  region: 'us-east-1',
  graphqlUrl: 'https://api.example/graphql',
  userPoolId: 'us-east-1_a',
  userPoolClientId: 'b',
  passwordPolicy: {
    minimumLength: 12,
    requireLowercase: true,
    requireNumbers: true,
    requireSymbols: false,
    requireUppercase: true,
  },
};
const local = { userPoolEndpoint: 'http://127.0.0.1:4567/cognito', mailboxUrl: 'http://127.0.0.1:4567/mailbox' };

describe('/config.json', () => {
  it('is taken as it is, without what the storefront does not need', () => {
    expect(parseConfig(JSON.stringify({ ...config, realtimeUrl: 'wss://api.example' }))).toEqual(config);
    expect(parseConfig(JSON.stringify({ ...config, local }))).toEqual({ ...config, local });
  });

  it.each([
    ['rubbish', '/config.json is not JSON.'],
    ['[]', '/config.json: the whole must be an object.'],
    [{ ...config, stage: '' }, '/config.json: stage must be a text.'],
    [{ ...config, region: 5 }, '/config.json: region must be a text.'],
    [{ ...config, userPoolId: null }, '/config.json: userPoolId must be a text.'],
    [{ ...config, userPoolClientId: undefined }, '/config.json: userPoolClientId must be a text.'],
    [{ ...config, graphqlUrl: 'graphql' }, '/config.json: graphqlUrl must be an address of http or https.'],
    [{ ...config, graphqlUrl: 'http:' }, '/config.json: graphqlUrl must be an address of http or https.'],
    [
      { ...config, graphqlUrl: 'javascript:alert(1)' },
      '/config.json: graphqlUrl must be an address of http or https.',
    ],
    [{ ...config, passwordPolicy: null }, '/config.json: passwordPolicy must be an object.'],
    [
      { ...config, passwordPolicy: { ...config.passwordPolicy, minimumLength: '12' } },
      '/config.json: minimumLength must be a number.',
    ],
    [
      { ...config, passwordPolicy: { ...config.passwordPolicy, requireSymbols: 0 } },
      '/config.json: requireSymbols must be true or false.',
    ],
    [{ ...config, local: {} }, '/config.json: userPoolEndpoint must be a text.'],
    [{ ...config, local: { ...local, mailboxUrl: '/mailbox' } }, '/config.json: mailboxUrl must be an address of http or https.'],
  ])('is refused in one line (case %#)', (wrong, line) => {
    const text = typeof wrong === 'string' ? wrong : JSON.stringify(wrong);
    expect(() => parseConfig(text)).toThrow(new BadConfig(line));
  });

  it('is told to be missing, or not to be reached', async () => {
    const missing = () => Promise.resolve(new Response('', { status: 404 }));
    const unreachable = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(loadConfig(missing)).rejects.toThrow('/config.json could not be read (HTTP 404).');
    await expect(loadConfig(unreachable)).rejects.toThrow('/config.json could not be read (Failed to fetch).');
  });

  it('is asked for anew each time', async () => {
    let asked: RequestInit | undefined;
    const fetch = (_: unknown, options?: RequestInit) => {
      asked = options;
      return Promise.resolve(new Response(JSON.stringify(config)));
    };
    expect(await loadConfig(fetch)).toEqual(config);
    expect(asked?.cache).toBe('no-store');
  });
});
