// Keys made by fz-keys, clips made by ffmpeg, packages as the server writes them, and the page in Debian's Chromium.
import {execFileSync, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

const {FZ_BIN_DIR: bin, FZ_SOURCE_DIR: source, FZ_HTML: page, FZ_NODE_MODULES: modules} = process.env;
const {chromium} = createRequire(join(modules, 'x.js'))('playwright-core');
const ONLINE = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', PASSPHRASE = 'a long passphrase';
const kProgram = 200e3;  // ms; bounds what hangs, not what is slow
const NOW = '2026-11-22T08:00:00Z';
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function answer(ran) {
  if (!ran.stdout) throw new Error(`no answer: ${ran.error ?? ran.signal ?? ran.status} ${ran.stderr}`);
  return {status: ran.status, ...JSON.parse(ran.stdout)};
}

export class Office {
  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), 'fz-approve-html-'));
    writeFileSync(this.path('passphrase'), `${PASSPHRASE}\n`, {mode: 0o600});
    mkdirSync(this.path('keys'));
    // One passphrase is enough to try: argon2id is what takes the time on a busy machine.
    const own = ['reviewer-1', 'reviewer-2', 'reviewer-3', 'renew'].map((holder) => {
      const purpose = holder === 'renew' ? 'renew' : 'approve';
      const made = this.keys('key', 'new', '--out', this.key(holder), '--holder', holder, '--purpose', purpose, ...(holder === 'reviewer-1' ? [] : ['--plain']));
      return `[[key]]\nholder = "${holder}"\npublic = "${made.public}"\n`;
    });
    writeFileSync(this.path('office.toml'), `root_holders = ["r1", "r2"]
withdraw_holders = ["duty-1"]
renew_holders = ["renew"]
[[group]]
name = "district"
holders = ["reviewer-1", "reviewer-2", "reviewer-3"]
regions = ["500119"]
venues = ["*"]
kinds = ["*"]
${own.join('')}`);
    const held = this.keys('ceremony', '--online-key', ONLINE, '--description', this.path('office.toml'), '--out', this.path('trust'));
    if (held.status !== 0) throw new Error(JSON.stringify(held));
    copyFileSync(this.path('trust', 'duty-1.key.json'), this.key('duty-1'));
  }
  path(...names) {
    return join(this.dir, ...names);
  }
  key(holder) {
    return this.path('keys', `${holder}.key.json`);
  }
  keys(...args) {
    const ran = spawnSync(join(bin, 'fz-keys'), ['--json', '--now', NOW, '--passphrase-file', this.path('passphrase'), ...args], {encoding: 'utf8', timeout: kProgram});
    return answer(ran);
  }
  /** What a screen decides about a signed approval. */
  verdict(file) {
    return this.keys('inspect', file, '--root', this.path('trust/1.root.json'), '--reviewers', this.path('trust/reviewers.json')).verdict;
  }
  approve(folder, holder, out, ...more) {
    const ran = spawnSync('setsid', ['--wait', join(bin, 'fz-approve'), '--item', join(folder, 'package.json'), '--json', '--no-play', '--yes', '--key', this.key(holder),
      '--passphrase-file', this.path('passphrase'), '--out', out, ...more], {encoding: 'utf8', timeout: kProgram});
    return answer(ran);
  }
  /** Two seconds of a sample film. */
  clip(film, from, height, more = '') {
    const out = this.path(`${film}-${from}-${height}-${more.length}.mp4`);
    if (!existsSync(out))
      execFileSync('ffmpeg', ['-v', 'error', '-ss', from, '-t', '2', '-i', join(source, 'content-samples/videos', film), '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20',
        '-c:a', 'aac', '-vf', `scale=-2:${height}${more}`, out], {timeout: kProgram});
    return readFileSync(out);
  }
  /** A folder with package.json and blobs, as on a stick. `renditions`: [profile, mime, bytes]. */
  stick(id, renditions, {change = (s) => s, envelope = null} = {}) {
    const folder = this.path(id);
    mkdirSync(join(folder, 'blobs'), {recursive: true});
    const list = renditions.map(([profile, mime, bytes]) => {
      const digest = sha256(bytes), chunks = [];
      for (let k = 0; k < bytes.length; k += 1 << 20) chunks.push(sha256(bytes.subarray(k, k + (1 << 20))));
      writeFileSync(join(folder, 'blobs', digest), bytes);
      return {chunks, length: bytes.length, mime, profile, sha256: digest};
    });
    const statement = change({
      _type: 'https://in-toto.io/Statement/v1',
      predicate: {
        approval_id: id, audience: {regions: ['500119'], venues: ['*']}, exposes: 'method', group: 'district', issued: '2026-11-22T07:00:00Z', kind: 'loop', offline_days: 45,
        renditions: list, review: [{holder: 'reviewer-1', step: 'first'}], title: '客服退款是骗局', valid_from: '2026-11-22T07:00:00Z', valid_until: '2027-06-01T00:00:00Z',
      },
      predicateType: 'https://fz.example/approval/v1',
      subject: list.map((r) => ({digest: {sha256: r.sha256}, name: r.profile})),
    });
    const text = JSON.stringify(statement);  // written above in the order of the members' names
    writeFileSync(join(folder, 'package.json'), JSON.stringify({schema: 1, item: `item-${id}`, title: '客服退款是骗局', statement: Buffer.from(text).toString('base64'), envelope}));
    return folder;
  }
  close() {
    rmSync(this.dir, {recursive: true});
  }
}

/** The page from file://, without a network; everything it asked for is in `asked`. */
export class Page {
  static async open(office) {
    const p = new Page();
    p.office = office;
    p.browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--disable-gpu']});
    return p;
  }
  async fresh() {
    await this.context?.close();
    this.context = await this.browser.newContext({acceptDownloads: true, viewport: {width: 1280, height: 900}});
    await this.context.setOffline(true);
    this.page = await this.context.newPage();
    await this.page.clock.setFixedTime(new Date(NOW));  // the list that was signed for these tests ends some day
    this.page.setDefaultTimeout(180e3);
    this.asked = [];
    this.errors = [];
    this.page.on('request', (r) => this.asked.push(r.url()));
    this.page.on('pageerror', (e) => this.errors.push(String(e)));
    this.page.on('console', (m) => m.type() === 'error' && this.errors.push(m.text()));
    const copy = this.office.path('fz-approve.html');
    copyFileSync(page, copy);
    await this.page.goto(pathToFileURL(copy).href);
  }
  async openFolder(folder, ...more) {
    await this.page.setInputFiles('#folder', folder);
    if (more.length) await this.page.setInputFiles('#files', more);
  }
  item(id) {
    return this.page.locator(`article[data-id="${id}"]`);
  }
  /** Plays what is there to its end and ticks the box. */
  async watch(id) {
    const item = this.item(id), box = item.locator('input[type=checkbox]');
    await item.locator('video, img, table.text').first().waitFor();
    if (await item.locator('video').count()) await item.locator('video').evaluate((v) => ((v.muted = true), v.play()));
    await this.page.waitForFunction((e) => !e.disabled, await box.elementHandle());
    await box.check();
  }
  async sign(keyFile, passphrase = PASSPHRASE) {
    await this.page.setInputFiles('#key-file', keyFile);
    await this.page.locator('#key-name', {hasText: '…'}).waitFor();
    if (await this.page.locator('#passphrase').isEnabled()) await this.page.fill('#passphrase', passphrase);
    await this.page.click('#sign');
    await this.page.locator('#sign-note .good, #sign-note .bad').waitFor();
    return this.page.locator('#sign-note p').getAttribute('data-code');
  }
  async save(id, out) {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.item(id).locator('a[download]').click()]);
    await download.saveAs(out);
    return out;
  }
  /** The code of the sentence that refuses the item. */
  async refusal(id) {
    const bad = this.item(id).locator('.status .bad');
    await bad.waitFor();
    return bad.getAttribute('data-code');
  }
  async close() {
    await this.browser.close();
  }
}
