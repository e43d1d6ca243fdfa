// The page: open, look at everything, sign, hand the file back. One item's state: opened -> checked -> watched -> signed.
import {utf8} from './bytes.js';
import {lines} from './documents.js';
import {Desk} from './files.js';
import {makeKey, openKey, sign} from './keys.js';
import {compare, hashedBlob, isPicture, isVideo, open, textType} from './media.js';
import {draw, signatureText} from './qr.js';
import {Refusal} from './refusal.js';
import {checkBeforeSigning, kApprovalType, pae, visible, watchedOf, writeEnvelope} from './trust.js';

const desk = new Desk(), items = new Map();
const $ = (id) => document.getElementById(id);

/** An element; strings become text, never markup. */
function el(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith('on')) e.addEventListener(name.slice(2), value);
    else if (value !== false) e.setAttribute(name, value === true ? '' : value);
  e.append(...children.filter((c) => c !== null));
  return e;
}
const both = (zh, en) => el('span', {}, zh, el('small', {lang: 'en'}, ` ${en}`));
const say = (where, kind, zh, en) => where.replaceChildren(el('p', {class: kind, role: kind === 'bad' ? 'alert' : 'status'}, both(zh, en)));
const refuse = (where, e) => {
  where.replaceChildren(el('p', {class: 'bad', role: 'alert', 'data-code': e.code ?? 'internal'}, both(e.zh ?? '程序出错，没有签名。', e.en ?? `${e.message}; nothing was signed.`)));
  if (!(e instanceof Refusal)) console.error(e);
};

// ---- 1. files ------------------------------------------------------------------------------------------------------
async function take(files) {
  if (files.length === 0) return;
  try {
    const refused = await desk.take([...files]);
    const note = $('opened');
    note.replaceChildren(el('p', {role: 'status'}, both(`审核包 ${desk.packages.size} 个，媒体文件 ${desk.blobs.size + desk.others.length} 个${desk.reviewers ? `，审核人名单第 ${desk.reviewers.version} 版` : ''}。`,
      `${desk.packages.size} packages, ${desk.blobs.size + desk.others.length} media files${desk.reviewers ? `, reviewers list ${desk.reviewers.version}` : ''}.`)));
    for (const {name, refusal} of refused) {
      const line = el('div');
      refuse(line, refusal);
      note.append(el('p', {class: 'name'}, visible(name)), line);
    }
    showChain();
    if (desk.key) showKey();
    for (const pack of desk.packages.values()) if (!items.has(pack.approval.approval_id)) addItem(pack);
  } catch (e) {
    refuse($('opened'), e);
  }
}

/** Whose word the list of reviewers is: the root's fingerprint is compared with the printed one by whoever signs. */
function showChain() {
  const {root, reviewers, verified, left} = desk, rows = [];
  if (root)
    rows.push(el('p', {}, both(`根文件第 ${root.version} 版${root.demo ? '（演示密钥）' : ''}，指纹（请与保险柜里的手册核对）：`, `root ${root.version}${root.demo ? ' (demo keys)' : ''}, fingerprint; compare it with the printed one:`)),
      el('code', {id: 'root-fingerprint'}, root.fingerprint), el('br'), both('根密钥编号 ', 'root keys '), el('code', {}, root.keyids.map((id) => id.slice(0, 16)).join(' ')));
  if (reviewers)
    rows.push(el('p', {class: verified ? 'good' : 'hint', id: 'list-verified', 'data-verified': String(verified)}, verified ?
      both('审核人名单由以上根密钥签署。', 'The reviewers list is signed by these root keys.') :
      both('审核人名单的签名没有核对：请同时打开根文件（N.root.json）。', 'The signatures of the reviewers list were not checked: open the root (N.root.json) too.')));
  const gone = left.flatMap((d) => d.left.map((e) => `${visible(e.holder)}（${visible(d.group)}，${e.at}）`));
  if (gone.length > 0) rows.push(el('p', {id: 'left'}, both(`已离岗 ${gone.join('、')}`, 'have left')));
  $('chain').replaceChildren(...rows);
}

// ---- 2. items ------------------------------------------------------------------------------------------------------
const kKinds = {loop: '长期 loop', bulletin: '有时效 bulletin', emergency: '紧急 emergency', fallback: '备用 fallback'};

function factsOf(pack) {
  const a = pack.approval;
  const rows = [['编号 id', a.approval_id], ['标题 title', a.title], ['类别 kind', kKinds[a.kind]], ['审核组 group', a.group],
    ['内容 exposes', a.exposes === 'method' ? '手法 method' : a.exposes === 'case' ? '案例 case' : '—'], ['场所 venues', a.audience.venues.join(', ')],
    ['地区 regions', a.audience.regions.join(', ')], ['签发 issued', a.issued], ['有效 valid', `${a.valid_from} — ${a.valid_until}`],
    ['离线可播 offline', `${a.offline_days} 天 days`], ...a.review.map((s) => ['审核 review', `${s.step} ${s.holder}`])];
  if (pack.title && pack.title !== a.title) rows.push(['注意 note', `列表中的标题是“${visible(pack.title)}” the list says so`]);
  if (pack.envelope) rows.push(['已签 signed', `${pack.envelope.signatures.length}`]);
  return el('table', {}, ...rows.map(([name, value]) => el('tr', {}, el('th', {scope: 'row'}, name), el('td', {}, visible(value)))));
}

function addItem(pack) {
  const id = pack.approval.approval_id;
  const status = el('div', {class: 'status'}), show = el('div', {class: 'show'}), renditions = el('ul', {class: 'renditions'});
  const seen = el('input', {type: 'checkbox', id: `seen-${id}`, disabled: true, onchange: update});
  const box = el('article', {'data-id': id}, el('h3', {}, visible(pack.approval.title)), factsOf(pack), show, renditions, status,
    el('label', {for: `seen-${id}`, class: 'seen'}, seen, both('我已看完全部画面和文字，同意签名', 'I have seen all of it and agree to sign')));
  const item = {pack, box, status, show, renditions, seen, checked: false, signed: null};
  items.set(id, item);
  $('items').append(box);
  $('no-items').hidden = true;
  check(item).then(() => {
    item.checked = true;
    update();
  }, (e) => {
    item.failed = true;
    item.show.replaceChildren();
    refuse(status, e);
    update();
  });
}

async function check(item) {
  const {approval} = item.pack, best = watchedOf(approval), ready = new Map();
  for (const r of approval.renditions) {
    const line = el('li', {}, `${r.profile} · ${r.mime} · ${r.length} B `, el('code', {}, r.sha256));
    item.renditions.append(line);
    const progress = el('progress', {max: 1, value: 0});
    line.append(progress);
    const blob = await hashedBlob(desk.blobOf(r), r, (done, all) => (progress.value = done / all));
    progress.replaceWith(both(' 字节相符', 'bytes as signed'));
    ready.set(r.profile, {blob, rendition: r, line});
  }
  const watched = ready.get(best.profile);
  for (const one of ready.values()) {
    if (textType(one.rendition.mime)) {
      // A text beside other renditions of one item could say anything: it cannot be compared with a picture.
      if (approval.renditions.length > 1) throw new Refusal('approve_difference', {profile: one.rendition.profile, what: one.rendition.mime});
      await showText(item, one);
    } else if (one !== watched) {
      const progress = el('progress', {max: 1, value: 0});
      one.line.append(progress);
      const {samples, step} = await compare(watched, one, (done, all) => (progress.value = done / all));
      progress.replaceWith(both(`，与原片一致（比对 ${samples} 幅画面${step > 0 ? `，全片每 ${Math.round(step * 1000)} 毫秒一幅` : ''}）`, `like the watched one (${samples} pictures${step > 0 ? `, one every ${Math.round(step * 1000)} ms of the whole film` : ''})`));
    }
  }
  if (!textType(best.mime)) await showMedia(item, watched);
}

async function showText(item, one) {
  const rows = lines(new Uint8Array(await one.blob.arrayBuffer()), one.rendition);
  item.show.replaceChildren(el('table', {class: 'text'}, ...rows.map(([label, text]) => el('tr', {}, el('th', {scope: 'row'}, label), el('td', {}, text)))));
  item.seen.disabled = false;
}

async function showMedia(item, one) {
  const {close} = await open(one.blob, one.rendition);
  close();
  const url = URL.createObjectURL(one.blob);
  if (isPicture(one.rendition.mime)) {
    item.show.replaceChildren(el('img', {src: url, alt: visible(item.pack.approval.title)}));
    item.seen.disabled = false;
  } else if (isVideo(one.rendition.mime)) {
    const video = el('video', {src: url, controls: true, preload: 'auto'});
    say(item.status, 'hint', '请把视频从头到尾播放一遍，然后才能勾选。', 'Play the film to its end; then it can be ticked.');
    watchPlayed(video, () => {
      item.seen.disabled = false;
      item.status.replaceChildren();
    });
    item.show.replaceChildren(video);
  }
}
/** Calls `done` once nearly all of the film has been played, in whatever order. */
function watchPlayed(video, done) {
  const look = () => {
    let sum = 0;
    for (let k = 0; k < video.played.length; k++) sum += video.played.end(k) - video.played.start(k);
    if (sum < video.duration * 0.95 - 0.3) return;
    video.removeEventListener('timeupdate', look);
    video.removeEventListener('ended', look);
    done();
  };
  video.addEventListener('timeupdate', look);
  video.addEventListener('ended', look);
}

// ---- 3. key and signature ------------------------------------------------------------------------------------------
function showKey() {
  $('key-name').replaceChildren(both(`${visible(desk.key.holder)}（${desk.key.keyid.slice(0, 16)}…）`, visible(desk.key.purpose)));
  $('passphrase').disabled = !desk.key.encrypted;
  $('key-note').replaceChildren();
  update();
}
const ready = () => [...items.values()].filter((i) => i.checked && i.seen.checked && !i.signed);
function update() {
  const n = ready().length;
  $('sign').disabled = n === 0 || !desk.key;
  $('count').textContent = String(n);
}

async function signAll() {
  $('sign').disabled = true;
  const batch = ready();
  let key = null;
  try {
    // What would be refused is said before the passphrase is used.
    for (const item of batch) {
      try {
        checkBeforeSigning(item.pack, desk.key, desk.reviewers);
      } catch (e) {
        refuse(item.status, e);
        throw e;
      }
    }
    say($('sign-note'), 'hint', '正在打开密钥…', 'Opening the key…');
    key = await openKey(desk.key, $('passphrase').value);
    for (const item of batch) await signOne(item, key);
    say($('sign-note'), 'good', `已签 ${batch.length} 项。请保存文件，或在控制台扫描二维码。`, `${batch.length} signed. Save the files, or scan the QR codes at the console.`);
  } catch (e) {
    refuse($('sign-note'), e);
  } finally {
    key?.seed.fill(0);
    $('passphrase').value = '';
    update();
  }
}
async function signOne(item, key) {
  const {pack} = item, signature = await sign(key, pae(kApprovalType, pack.payload));
  const envelope = {type: kApprovalType, payload: pack.payload, signatures: [...(pack.envelope?.signatures ?? []), {keyid: key.keyid, sig: signature}]};
  item.signed = writeEnvelope(envelope);
  item.seen.disabled = true;
  const name = `${pack.approval.approval_id}.approval.json`;
  const link = el('a', {href: URL.createObjectURL(new Blob([utf8(item.signed)], {type: 'application/json'})), download: name, class: 'button'}, both(`保存 ${name}`, 'save'));
  const text = signatureText(pack, key.keyid, signature);
  const code = draw(text);
  code.setAttribute('role', 'img');
  code.setAttribute('aria-label', text);
  item.status.replaceChildren(el('p', {class: 'good', role: 'status'}, both('已签名。', 'Signed.')), link, code);
}

async function newKey() {
  $('make').disabled = true;
  say($('make-note'), 'hint', '正在生成…', 'Making it…');
  try {
    const holder = $('holder').value.trim();
    const text = await makeKey(holder, $('new-1').value, $('new-2').value);
    const name = `${holder}.key.json`;
    const file = new File([text], name);
    await desk.take([file]);
    showKey();
    $('make-note').replaceChildren(el('a', {href: URL.createObjectURL(file), download: name, class: 'button'}, both(`保存 ${name}`, 'save')),
      el('p', {}, both('把公钥交给管理密钥的人，写进审核人名单：', 'Give the public key to those who keep the reviewers list:')), el('code', {id: 'public'}, desk.key.document.public));
    $('new-1').value = $('new-2').value = '';
  } catch (e) {
    refuse($('make-note'), e);
  } finally {
    $('make').disabled = false;
  }
}

// ---- the page ------------------------------------------------------------------------------------------------------
for (const id of ['folder', 'files', 'key-file']) $(id).addEventListener('change', (e) => take(e.target.files));
for (const button of document.querySelectorAll('[data-opens]')) button.addEventListener('click', () => $(button.dataset.opens).click());
document.addEventListener('dragover', (e) => e.preventDefault());
document.addEventListener('drop', (e) => {
  e.preventDefault();
  take(e.dataTransfer.files);
});
$('sign').addEventListener('click', signAll);
$('make').addEventListener('click', newKey);
window.addEventListener('beforeunload', (e) => {
  if ([...items.values()].some((i) => i.signed && !i.saved)) e.preventDefault();
});
document.addEventListener('click', (e) => {
  const box = e.target.closest?.('a[download]')?.closest('article');
  if (box) items.get(box.dataset.id).saved = true;
});
update();
