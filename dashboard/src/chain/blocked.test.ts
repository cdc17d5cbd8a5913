import { expect, it } from 'vitest';
import { isBlocked } from './blocked.js';

it.each([
  ['wss://rpc.example/', 'wss://rpc.example', true],
  ['https://vault.example/v1/info', 'https://vault.example/', true],
  ['https://vault.example:8443', 'https://vault.example:8443/app', true],
  ['wss', 'wss://rpc.example', true],
  ['ws', 'wss://rpc.example', false],
  ['https://vault.example', 'https://vault.example:8443', false],
  ['https://rpc.example', 'wss://rpc.example', false],
  ['inline', 'wss://rpc.example', false],
  ['wss://rpc.example', 'rpc', false],
])('where the browser refused %s, %s was meant: %s', (uri, address, expected) => {
  expect(isBlocked(['eval', uri], address)).toBe(expected);
});
