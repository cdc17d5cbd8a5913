// Files of all forms, right and broken, looked at before they are shared: something is always shown, and what is wrong is said.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { BlobWriter, TextReader, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-native.js';
import { actAs, go } from '../support/app.js';
import { User } from '../support/browser.js';
import { fixture } from '../support/sale.js';

const fileOf = (name, content) => ({ name, mimeType: '', buffer: Buffer.from(content) });

/** Opens a user's page for sharing, with a file chosen and shown. */
const look = async (user, file) => {
  await go(user, '/records');
  await go(user, '/records/share');
  const { page } = user;
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).click();
  await (await chooser).setFiles(file);
  await page.getByRole('button', { name: 'Look at what will be sealed' }).click();
};

/** How bright the image is, from 0 to 255: the mean over its canvas, once it is not of one colour any more. */
const brightness = async (page) => {
  await page.locator('canvas').waitFor();
  const measured = await page.waitForFunction(() => {
    const canvas = document.querySelector('canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const values = data.filter((_, i) => i % 4 === 0);
    return values.some((value) => value !== values[0]) ? values.reduce((sum, value) => sum + value, 0) / values.length : undefined;
  });
  return measured.jsonValue();
};

const zipOf = async (members) => {
  const zip = new ZipWriter(new BlobWriter('application/zip'), { useWebWorkers: false });
  for (const [name, content] of Object.entries(members)) {
    await zip.add(name, typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content));
  }
  return Buffer.from(await (await zip.close()).arrayBuffer());
};

export const viewers = (world) => describe('a file', () => {
  const shown = (name, file, check) =>
    test(name, () =>
      User.with(world, {}, async (user) => {
        await go(user, '/records/share');
        await actAs(user, 'Alice');
        await look(user, await file());
        await check(user, user.page);
      }),
    );

  shown('of FHIR is a timeline, a table, and the JSON of what is chosen', () => fixture('fhir/riojas.json'), async (user, page) => {
    const timeline = page.getByRole('region', { name: 'Timeline' });
    await timeline.getByRole('button', { name: /Myocardial Infarction/ }).first().click();
    const json = page.getByRole('region', { name: 'JSON' });
    await json.getByText('"resourceType"').waitFor();
    await page.getByRole('searchbox', { name: 'Filter' }).fill('immunization');
    await page.getByText('7 resources').waitFor();
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    assert.equal(await page.getByRole('table').getByRole('row').count(), 8);
    await user.accessible('FHIR');
    await user.picture('viewer-fhir');
  });

  shown('of compressed DICOM is an image whose window can be set by keys', () => fixture('dicom/JPEG2000.dcm'), async (user, page) => {
    const before = await brightness(page);
    assert.ok(before > 1, `the image is not black (${before})`);
    const width = page.getByRole('spinbutton', { name: 'Window width' });
    const was = Number(await width.inputValue());
    await page.getByRole('img', { name: /NM image/ }).press('ArrowRight');
    assert.ok(Number(await width.inputValue()) > was);
    await page.getByRole('button', { name: 'Invert' }).click();
    await page.waitForFunction(() => document.querySelector('canvas').getContext('2d').getImageData(0, 0, 1, 1).data[0] > 128);
    await page.getByRole('button', { name: 'Elements' }).click();
    await page.getByRole('searchbox', { name: 'Filter' }).fill('00080060');
    await page.getByRole('cell', { name: 'Modality' }).waitFor();
    await user.accessible('DICOM');
  });

  shown('of DICOM with frames shows each of them', () => fixture('dicom/rtdose.dcm'), async (user, page) => {
    await page.getByRole('slider', { name: 'Frame 1 of 15' }).press('End');
    await page.getByRole('img', { name: /frame 15 of 15/ }).waitFor();
  });

  shown('of DICOM without an image shows its elements', () => fixture('dicom/reportsi.dcm'), async (user, page) => {
    await page.getByText('This object has no image.', { exact: false }).waitFor();
    await page.getByRole('cell', { name: 'ContentSequence' }).first().waitFor();
  });

  shown('of DICOM that ends too early says so, and shows what is there', () => fixture('bad/MR_truncated.dcm'), async (user, page) => {
    await page.getByText('The file ends too early', { exact: false }).waitFor();
    assert.ok((await brightness(page)) > 1);
  });

  shown('of FHIR that is broken says what is wrong, and shows its text', () => fileOf('b.json', '{"resourceType":"Bundle","entry":['), async (user, page) => {
    await page.getByText(/cannot be shown as application\/fhir\+json: it is no JSON/).waitFor();
    await page.getByText('{"resourceType":"Bundle","entry":[', { exact: true }).waitFor();
  });

  shown('of an unknown form shows its bytes', () => fileOf('x.bin', [0, 1, 2, 0xff, 0x41]), async (user, page) => {
    await page.getByRole('cell', { name: '00 01 02 ff 41' }).waitFor();
  });

  shown('that is a zip lists its files and opens them', async () => ({
    name: 'study.zip',
    mimeType: 'application/zip',
    buffer: await zipOf({ 'study/ct.dcm': readFileSync(fixture('dicom/CT_small.dcm')), 'study/notes.txt': 'nothing of note' }),
  }), async (user, page) => {
    await page.getByRole('button', { name: 'study/notes.txt' }).click();
    await page.getByText('nothing of note').waitFor();
    await page.getByRole('button', { name: 'Back to the list' }).click();
    await page.getByRole('button', { name: 'study/ct.dcm' }).click();
    assert.ok((await brightness(page)) > 1);
  });

  shown('of PDF is drawn page by page', async () => {
    const page = await world.browser.newPage();
    await page.setContent('<h1>Findings: none</h1><p style="break-before: page">Second page</p>');
    const buffer = await page.pdf();
    await page.close();
    return { name: 'letter.pdf', mimeType: 'application/pdf', buffer };
  }, async (user, page) => {
    assert.ok((await brightness(page)) > 128);
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByText('Page 2 of 2').waitFor();
  });

  shown('of a table is one, quotes and all', () => fileOf('t.csv', 'id,note\n1,"a, ""b"""\n2,c\n'), async (user, page) => {
    await page.getByRole('cell', { name: 'a, "b"' }).waitFor();
    await page.getByText('2 rows').waitFor();
  });
});
