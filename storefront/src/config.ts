/** What a stage hands to the storefront at its start: one build serves every stage. */

import { texts } from './texts';

export interface PasswordPolicy {
  readonly minimumLength: number;
  readonly requireLowercase: boolean;
  readonly requireNumbers: boolean;
  readonly requireSymbols: boolean;
  readonly requireUppercase: boolean;
}

export interface Config {
  readonly stage: string;
  readonly region: string;
  readonly graphqlUrl: string;
  readonly userPoolId: string;
  readonly userPoolClientId: string;
  readonly passwordPolicy: PasswordPolicy;
  /** Of the embedded cloud alone: where Cognito answers, and where its mails are read. */
  readonly local?: { readonly userPoolEndpoint: string; readonly mailboxUrl: string };
}

/** What is wrong with /config.json, in one line. */
export class BadConfig extends Error {}

/** @throws {BadConfig} it is not there, or not what a stage's outputs make. */
export async function loadConfig(fetch: typeof globalThis.fetch): Promise<Config> {
  let text: string;
  try {
    const response = await fetch('/config.json', { cache: 'no-store' });
    if (!response.ok) throw new Error(`HTTP ${String(response.status)}`);
    text = await response.text();
  } catch (reason) {
    throw new BadConfig(texts.start.unreachable(reason instanceof Error ? reason.message : String(reason)));
  }
  return parseConfig(text);
}

/** @throws {BadConfig} names the first field that is wrong. */
export function parseConfig(text: string): Config {
  const whole = fieldsOf(parsed(text), 'the whole');
  const policy = fieldsOf(whole['passwordPolicy'], 'passwordPolicy');
  return {
    stage: textOf(whole, 'stage'),
    region: textOf(whole, 'region'),
    graphqlUrl: addressOf(whole, 'graphqlUrl'),
    userPoolId: textOf(whole, 'userPoolId'),
    userPoolClientId: textOf(whole, 'userPoolClientId'),
    passwordPolicy: {
      minimumLength: numberOf(policy, 'minimumLength'),
      requireLowercase: flagOf(policy, 'requireLowercase'),
      requireNumbers: flagOf(policy, 'requireNumbers'),
      requireSymbols: flagOf(policy, 'requireSymbols'),
      requireUppercase: flagOf(policy, 'requireUppercase'),
    },
    ...(whole['local'] === undefined ? {} : { local: localOf(whole['local']) }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function localOf(value: unknown): NonNullable<Config['local']> {
  const local = fieldsOf(value, 'local');
  return {
    userPoolEndpoint: addressOf(local, 'userPoolEndpoint'),
    mailboxUrl: addressOf(local, 'mailboxUrl'),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadConfig(texts.start.notJson);
  }
}

function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(name, 'must be an object');
  return value as Fields;
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') refuse(name, 'must be a text');
  return value;
}

function addressOf(fields: Fields, name: string): string {
  const value = textOf(fields, name);
  if (!/^https?:/.test(value) || !URL.canParse(value)) refuse(name, 'must be an address of http or https');
  return value;
}

function numberOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number') refuse(name, 'must be a number');
  return value;
}

function flagOf(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value !== 'boolean') refuse(name, 'must be true or false');
  return value;
}

function refuse(name: string, rule: string): never {
  throw new BadConfig(texts.start.wrong(name, rule));
}
