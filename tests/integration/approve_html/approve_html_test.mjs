// The reviewer's program as one HTML file, in Debian's Chromium without a network, against the C++ programs: the same documents
// both ways, and nobody signs what was not seen.
import assert from 'node:assert/strict';
import {createHash, createPublicKey, verify} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, beforeEach, test} from 'node:test';
import {pathToFileURL} from 'node:url';
import {Office, Page} from './office.mjs';

const SLOGAN = Buffer.from('{"exposes":"method","fraud_kind":"general","schema":1,"text":"不轻信、不转账","type":"slogan"}');
const SLOGAN_MIME = 'application/vnd.fz.slogan+json';
let office, page;
before(async () => {
  office = new Office();
  page = await Page.open(office);
}, {timeout: 400e3});
after(async () => {
  await page?.close();
  office?.close();
});
beforeEach(() => page.fresh());
const bounded = {timeout: 400e3};
const film = (id, options, other = ['refund.mp4', '3', 288]) =>
  office.stick(id, [['original', 'video/mp4', office.clip('refund.mp4', '3', 360)], ['720p', 'video/mp4', office.clip(...other)]], options);
const slogan = (id, options) => office.stick(id, [['text', SLOGAN_MIME, SLOGAN]], options);

test('a film is watched, its renditions compared, and the file is what the C++ program writes', bounded, async () => {
  const folder = film('ap-1');
  await page.openFolder(folder);
  assert.equal(await page.page.locator('#sign').isDisabled(), true);
  await page.item('ap-1').getByText('与原片一致').waitFor();
  assert.equal(await page.item('ap-1').locator('input[type=checkbox]').isDisabled(), true, 'not before it was played');
  await page.watch('ap-1');
  assert.equal(await page.sign(office.key('reviewer-1'), 'not it at all'), 'passphrase_wrong');
  assert.equal(await page.item('ap-1').locator('a[download]').count(), 0);
  assert.equal(await page.sign(office.key('reviewer-1')), null);
  const one = await page.save('ap-1', office.path('one.json'));
  assert.equal(office.approve(folder, 'reviewer-1', office.path('cpp.json')).status, 0);
  assert.deepEqual(readFileSync(one), readFileSync(office.path('cpp.json')), 'byte for byte');
  assert.equal(office.verdict(one), 'threshold', 'one of two');
  const second = office.approve(folder, 'reviewer-2', office.path('two.json'), '--envelope', one, '--reviewers', office.path('trust/reviewers.json'));
  assert.equal(second.status, 0, JSON.stringify(second));
  assert.equal(office.verdict(office.path('two.json')), 'ok');

  const code = (await page.item('ap-1').locator('canvas').getAttribute('aria-label')).split(' ');
  const envelope = JSON.parse(readFileSync(one));
  assert.deepEqual(code.slice(0, 3), ['FZ-APPROVAL-1', 'item-ap-1', 'ap-1']);
  assert.equal(code[3], envelope.signatures[0].keyid);
  const payload = Buffer.from(envelope.payload, 'base64'), type = envelope.payloadType;
  const raw = JSON.parse(readFileSync(office.key('reviewer-1'))).public;
  const key = createPublicKey({key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(raw, 'hex')]), format: 'der', type: 'spki'});
  const pae = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
  assert.equal(verify(null, pae, key, Buffer.from(code[4], 'base64')), true, 'the QR code carries the signature');
  assert.deepEqual(page.errors, []);
  assert.deepEqual(page.asked.filter((u) => !/^(file|blob|data):/.test(u)), [], 'nothing was asked of a network');
});

test('what the C++ program signed first, the page verifies and completes', bounded, async () => {
  const folder = slogan('ap-2'), first = office.path('ap-2.json');
  assert.equal(office.approve(folder, 'reviewer-1', first).status, 0);
  await page.openFolder(folder, first, office.path('trust/reviewers.json'));
  await page.watch('ap-2');
  assert.equal(await page.sign(office.key('reviewer-2')), null);
  assert.equal(office.verdict(await page.save('ap-2', office.path('ap-2.two.json'))), 'ok');
});

test('corrupt bytes and missing files are refused', bounded, async () => {
  const folder = slogan('ap-3'), name = JSON.parse(Buffer.from(JSON.parse(readFileSync(join(folder, 'package.json'))).statement, 'base64')).predicate.renditions[0].sha256;
  const flipped = Buffer.from(SLOGAN);
  flipped[60] ^= 1;
  writeFileSync(join(folder, 'blobs', name), flipped);
  await page.openFolder(folder);
  assert.equal(await page.refusal('ap-3'), 'approve_media_hash');
  assert.equal(await page.item('ap-3').locator('input[type=checkbox]').isDisabled(), true);
  await page.fresh();
  await page.page.setInputFiles('#files', join(folder, 'package.json'));
  assert.equal(await page.refusal('ap-3'), 'approve_media_missing');
});

test('another film as the small version, a film that is cut, a text beside a picture: refused', bounded, async () => {
  await page.openFolder(film('ap-4', {}, ['shuadan.mp4', '5', 288]));
  assert.equal(await page.refusal('ap-4'), 'approve_difference');
  await page.fresh();
  await page.openFolder(office.stick('ap-5', [['original', 'video/mp4', office.clip('refund.mp4', '3', 360).subarray(0, 30000)]]));
  assert.equal(await page.refusal('ap-5'), 'approve_unplayable');
  await page.fresh();
  await page.openFolder(office.stick('ap-6', [['original', 'video/mp4', office.clip('refund.mp4', '3', 360)], ['text', SLOGAN_MIME, SLOGAN]]));
  assert.equal(await page.refusal('ap-6'), 'approve_difference');
});

test('a statement that says more than is shown is refused', bounded, async () => {
  await page.openFolder(slogan('ap-7', {change: (s) => ({...s, predicate: {...s.predicate, zz_more: 1}})}));
  assert.equal(await page.page.locator('#opened .bad').getAttribute('data-code'), 'approve_statement');
  await page.fresh();
  await page.openFolder(slogan('ap-7b', {change: (s) => ((s.predicate.title = '退款\u202e局骗是'), s)}));
  assert.equal(await page.page.locator('#opened .bad').getAttribute('data-code'), 'approve_statement');
});

test('wrong key, a stranger, an item that the person signed already: refused, and then the right key signs', bounded, async () => {
  const folder = slogan('ap-8'), first = office.path('ap-8.json'), reviewers = office.path('trust/reviewers.json');
  assert.equal(office.approve(folder, 'reviewer-1', first).status, 0);
  const stranger = office.path('stranger.key.json');
  assert.equal(office.keys('key', 'new', '--out', stranger, '--holder', 'stranger', '--purpose', 'approve').status, 0);
  await page.openFolder(folder, first);
  await page.watch('ap-8');
  assert.equal(await page.sign(office.key('reviewer-2')), 'approve_reviewers_needed');
  await page.page.setInputFiles('#files', reviewers);
  await page.page.getByText('审核人名单第').waitFor();
  assert.equal(await page.sign(office.key('duty-1')), 'approve_key_purpose');
  assert.equal(await page.sign(stranger), 'approval_useless');
  assert.equal(await page.sign(office.key('reviewer-1')), 'approve_already');
    assert.equal(await page.item('ap-8').locator('a[download]').count(), 0);
  assert.equal(await page.sign(office.key('reviewer-2')), null);
  assert.equal(office.verdict(await page.save('ap-8', office.path('ap-8.two.json'))), 'ok');
});

test('a forged signature in the envelope is refused', bounded, async () => {
  const folder = slogan('ap-9'), first = office.path('ap-9.json');
  office.approve(folder, 'reviewer-1', first);
  const envelope = JSON.parse(readFileSync(first));
  const bad = Buffer.from(envelope.signatures[0].sig, 'base64');
  bad[5] ^= 1;
  envelope.signatures[0].sig = bad.toString('base64');
  writeFileSync(first, JSON.stringify(envelope));
  await page.openFolder(folder, first, office.path('trust/reviewers.json'));
  await page.watch('ap-9');
  assert.equal(await page.sign(office.key('reviewer-2')), 'approve_bad_signature');
});

test('a key made in the page is a key of the C++ programs, which sign with it', bounded, async () => {
  await page.page.click('summary');
  await page.page.fill('#holder', 'reviewer-9');
  await page.page.fill('#new-1', 'short');
  await page.page.fill('#new-2', 'short');
  await page.page.click('#make');
  await page.page.locator('#make-note .bad').waitFor();
  for (const field of ['#new-1', '#new-2']) await page.page.fill(field, 'a long passphrase');
  await page.page.click('#make');
  const link = page.page.locator('#make-note a[download]');
  await link.waitFor();
  const [download] = await Promise.all([page.page.waitForEvent('download'), link.click()]);
  await download.saveAs(office.key('reviewer-9'));
  const shown = office.keys('key', 'show', office.key('reviewer-9'));
  assert.deepEqual([shown.holder, shown.purpose, shown.encrypted], ['reviewer-9', 'approve', true]);
  const signed = office.approve(slogan('ap-10'), 'reviewer-9', office.path('ap-10.json'));
  assert.equal(signed.status, 0, JSON.stringify(signed));
});

test('a batch that was seen is signed at once, by the keyboard alone, and every word was shown', bounded, async () => {
  const bulletin = readFileSync(join(process.env.FZ_SOURCE_DIR, 'content-samples/bulletins/fake-loan.json'));
  const a = slogan('ap-11'), b = office.stick('ap-12', [['text', 'application/vnd.fz.bulletin+json', bulletin]]);
  await page.openFolder(a);
  await page.openFolder(b);
  const shown = await page.item('ap-12').locator('table.text').innerText();
  const words = JSON.parse(bulletin);
  for (const text of [words.title, ...words.how, ...words.signs, ...words.advice, words.law.text, words.source, '96110']) assert.ok(shown.includes(text), text);
  assert.ok((await page.item('ap-12').innerText()).includes('2027-06-01T00:00:00Z'));
  await page.page.setInputFiles('#key-file', office.key('reviewer-1'));
  await page.page.locator('#key-name', {hasText: '…'}).waitFor();
  for (const id of ['ap-11', 'ap-12']) {
    await page.item(id).locator('input[type=checkbox]').focus();
    await page.page.keyboard.press('Space');
  }
  await page.page.keyboard.press('Tab');
  await page.page.keyboard.press('Tab');
  await page.page.keyboard.type('a long passphrase');
  await page.page.keyboard.press('Tab');
  await page.page.keyboard.press('Enter');
  await page.page.locator('#sign-note .good').waitFor();
  for (const id of ['ap-11', 'ap-12']) assert.equal(office.verdict(await page.save(id, office.path(`${id}.json`))), 'threshold');
  if (process.env.FZ_PICTURES) await page.page.screenshot({path: join(process.env.FZ_PICTURES, 'approve.png'), fullPage: true});
});

test('one frame that is another one is found', bounded, async () => {
  const frame = ",drawbox=enable='eq(n\\,23)':x=100:y=60:w=120:h=80:color=red:t=fill";
  await page.openFolder(film('ap-13', {}, ['refund.mp4', '3', 288, frame]));
  assert.equal(await page.refusal('ap-13'), 'approve_difference');
});

test('the reviewers list is judged by the root, and who left by their group is known', bounded, async () => {
  const folder = slogan('ap-14'), first = office.path('ap-14.json'), root = office.path('trust/1.root.json'), list = office.path('trust/reviewers.json');
  assert.equal(office.approve(folder, 'reviewer-1', first).status, 0);
  await page.openFolder(folder, first, list);
  assert.equal(await page.page.locator('#list-verified').getAttribute('data-verified'), 'false', 'no root, no word');
  await page.page.setInputFiles('#files', root);
  await page.page.locator('#list-verified[data-verified=true]').waitFor();
  assert.equal(await page.page.locator('#root-fingerprint').textContent(), createHash('sha256').update(readFileSync(root)).digest('hex'));

  // A list that somebody changed, or signed with keys of his own, is none.
  const forged = JSON.parse(readFileSync(list)), payload = JSON.parse(Buffer.from(forged.payload, 'base64'));
  payload.version += 1;
  payload.approve[0].threshold = 1;
  forged.payload = Buffer.from(JSON.stringify(payload)).toString('base64');
  writeFileSync(office.path('forged.json'), JSON.stringify(forged));
  await page.page.setInputFiles('#files', office.path('forged.json'));
  await page.page.locator('#opened [data-code=trust_signature]').waitFor();
  await page.watch('ap-14');
  assert.equal(await page.sign(office.key('reviewer-2')), 'approve_reviewers_needed');

  // Another root does not take the place of the one that was compared.
  const other = JSON.parse(readFileSync(root)), words = JSON.parse(Buffer.from(other.payload, 'base64'));
  words.version = 2;
  other.payload = Buffer.from(JSON.stringify(words)).toString('base64');
  writeFileSync(office.path('2.root.json'), JSON.stringify(other));
  await page.page.setInputFiles('#files', office.path('2.root.json'));
  await page.page.locator('#opened', {hasText: '2.root.json'}).waitFor();
  assert.equal(await page.page.locator('#root-fingerprint').textContent(), createHash('sha256').update(readFileSync(root)).digest('hex'));

  const staff = office.path('staff.json'), asked = ['--root', root, '--reviewers', list, '--holder', 'reviewer-3', '--from', '2026-11-22T06:00:00Z', '--out', staff];
  assert.equal(office.keys('staff', 'leave', ...asked, '--key', office.key('reviewer-2')).complete, false);
  await page.fresh();
  await page.openFolder(folder, root, list, staff);
  await page.page.locator('#opened [data-code=trust_threshold]').waitFor();
  assert.equal(office.keys('staff', 'leave', ...asked, '--key', office.key('reviewer-1'), '--key', office.key('reviewer-2')).complete, true);
  await page.page.setInputFiles('#files', staff);
  await page.page.locator('#left', {hasText: 'reviewer-3'}).waitFor();
  await page.watch('ap-14');
  assert.equal(await page.sign(office.key('reviewer-3')), 'approval_useless');
  const refused = office.approve(folder, 'reviewer-3', office.path('ap-14.three.json'), '--root', root, '--reviewers', list, '--staff', staff);
  assert.equal(refused.error ?? refused.code, 'approval_useless', JSON.stringify(refused));
  assert.equal(await page.sign(office.key('reviewer-1')), null);
});

test('the page judges every recorded staff document as everybody must', bounded, async () => {
  const made = (name) => import(pathToFileURL(join(process.env.FZ_NODE_MODULES, '../src', name)));
  const {readRoot, readStaff, verifyReviewers} = await made('chain.js'), {readEnvelope} = await made('trust.js');
  const vectors = join(process.env.FZ_SOURCE_DIR, 'tests/golden/trust'), read = (name) => readFileSync(join(vectors, name), 'utf8');
  let judged = 0;
  for (const c of JSON.parse(read('index.json')).cases.filter((x) => x.slot === 'staff' && !x.stored)) {
    const root = readRoot(readEnvelope(read(c.trusted)), read(c.trusted));
    const list = verifyReviewers(readEnvelope(read(c.reviewers)), root, Date.parse(c.now));
    let verdict = 'ok';
    try {
      readStaff(readEnvelope(read(c.file)), list);
    } catch (e) {
      verdict = e.code;
    }
    assert.equal(verdict, c.expect === 'ok' ? 'ok' : `trust_${c.expect === 'type' ? 'format' : c.expect}`, `${c.file}: ${c.why}`);
    judged++;
  }
  assert.ok(judged >= 20);
});
