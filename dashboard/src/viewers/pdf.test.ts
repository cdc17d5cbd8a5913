import { expect, test } from 'vitest';
import { CSS_SCALE, drawnScale } from './pdf.js';

const A4 = [595, 842] as const;

test('a page is drawn as sharp as the screen, but not sharper than one sees', () => {
  expect(drawnScale(...A4, 1)).toBe(CSS_SCALE);
  expect(drawnScale(...A4, 2)).toBe(2 * CSS_SCALE);
  expect(drawnScale(...A4, 4)).toBe(2 * CSS_SCALE);
  // A window that is zoomed out.
  expect(drawnScale(...A4, 0.5)).toBe(CSS_SCALE);
});

test.each([[2384, 3370], [14_400, 14_400], [14_400, 1]])('a page of %i × %i points fits the canvas of a phone', (width, height) => {
  const scale = drawnScale(width, height, 3);
  expect(scale).toBeGreaterThan(0);
  expect(Math.floor(width * scale) * Math.floor(height * scale)).toBeLessThanOrEqual(16_000_000);
  expect(Math.floor(Math.max(width, height) * scale)).toBeLessThanOrEqual(8_192);
});
