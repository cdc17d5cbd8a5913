import { expect, test } from 'vitest';
import { LimitedCollector } from './limit.js';

test('what is within the limit is collected, in order', async () => {
  const collector = new LimitedCollector(3, 'too large');
  const writer = collector.writable.getWriter();
  await writer.write(Uint8Array.of(1, 2));
  await writer.write(Uint8Array.of(3));
  await writer.close();
  expect(new Uint8Array(await collector.blob().arrayBuffer())).toEqual(Uint8Array.of(1, 2, 3));
});

test('the first byte beyond the limit ends it, whatever a header said', async () => {
  const collector = new LimitedCollector(3, 'too large');
  let made = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      made += 1;
      controller.enqueue(new Uint8Array(2));
    },
  });
  await expect(endless.pipeTo(collector.writable)).rejects.toThrow('too large');
  expect(made).toBeLessThan(6);
  expect(collector.blob().size).toBe(0);
});
