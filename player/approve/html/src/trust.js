// The documents that shared/trust defines: approvals, their envelopes, the reviewers list. The statement in a package must be
// exactly what is written for what was read, so that nothing is signed that is not shown.
import {base64, concat, fromBase64, fromHex, same, textOf, utf8} from './bytes.js';
import {BadJson, isObject, parse, write} from './json.js';
import {keyid, verify} from './keys.js';
import {Refusal} from './refusal.js';

export const kApprovalType = 'application/vnd.in-toto+json';
export const kReviewersType = 'application/vnd.fz.reviewers.v1+json';
const kStatement = 'https://in-toto.io/Statement/v1', kPredicate = 'https://fz.example/approval/v1';
const kMaxEnvelope = 512 * 1024, kMaxPackage = 1 << 20, kMaxSignatures = 16;
export const kChunk = 1 << 20;
const kKinds = ['loop', 'bulletin', 'emergency', 'fallback'];

export const isSafeId = (id) => typeof id === 'string' && /^(?!\.)[A-Za-z0-9._-]{1,64}$/.test(id);
export const isSha256 = (s) => typeof s === 'string' && /^[0-9a-f]{64}$/.test(s);
export const isName = (s) => typeof s === 'string' && s.length > 0 && s.length <= 256;
const isTime = (s) => typeof s === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(s) && new Date(s).toISOString?.() === s.replace('Z', '.000Z');
const isNames = (l) => Array.isArray(l) && l.length > 0 && l.every(isName);
/** Characters that could make a reader see something else than what is there. */
export const isHidden = (s) => /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/.test(s);
export const visible = (s) => String(s).replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '?');

export const pae = (type, body) => concat(utf8(`DSSEv1 ${utf8(type).length} ${type} ${body.length} `), body);

export function document(text, what, options) {
  try {
    return parse(text, options);
  } catch (e) {
    if (e instanceof BadJson) throw new Refusal('trust_format', {what: `${what}: ${e.message}`});
    throw e;
  }
}
export const safeTime = (s) => {
  try {
    return isTime(s);
  } catch {
    return false;
  }
};

/** {type, payload, signatures: [{keyid, sig}]}. Throws Refusal trust_format. */
export function readEnvelope(text) {
  const d = document(text, 'DSSE', {maxBytes: kMaxEnvelope, depth: 4});
  const bad = (what) => new Refusal('trust_format', {what: `DSSE ${what}`});
  if (!isObject(d) || Object.keys(d).sort().join() !== 'payload,payloadType,signatures') throw bad('members');
  const payload = fromBase64(d.payload);
  if (!payload || typeof d.payloadType !== 'string' || d.payloadType.length > 128) throw bad('base64');
  if (!Array.isArray(d.signatures) || d.signatures.length < 1 || d.signatures.length > kMaxSignatures) throw bad('signatures');
  const signatures = d.signatures.map((s) => {
    const sig = isObject(s) && Object.keys(s).sort().join() === 'keyid,sig' ? fromBase64(s.sig) : null;
    if (!sig?.length || sig.length > 512 || !isSha256(s.keyid)) throw bad('signatures');
    return {keyid: s.keyid, sig};
  });
  return {type: d.payloadType, payload, signatures};
}

export const writeEnvelope = (e) =>
  write({payload: base64(e.payload), payloadType: e.type, signatures: e.signatures.map((s) => ({keyid: s.keyid, sig: base64(s.sig)}))});

function pickRendition(r) {
  const ok = isObject(r) && isSha256(r.sha256) && Number.isSafeInteger(r.length) && r.length > 0 && isName(r.mime) && isSafeId(r.profile) &&
    Array.isArray(r.chunks) && r.chunks.every(isSha256) && r.chunks.length === Math.ceil(r.length / kChunk) &&
    (r.chunks.length !== 1 || r.chunks[0] === r.sha256);
  if (!ok) throw new Refusal('approve_package', {what: 'renditions'});
  return {sha256: r.sha256, length: r.length, mime: r.mime, profile: r.profile, chunks: r.chunks};
}

/** The approval that these bytes say, all of it: no member that this program does not know. Throws Refusal. */
export function readStatement(payload) {
  const wrong = (what) => new Refusal('approve_package', {what});
  const text = textOf(payload);
  if (text === null) throw wrong('UTF-8');
  let d;
  try {
    d = parse(text, {maxBytes: kMaxPackage});
  } catch (e) {
    if (e instanceof BadJson) throw wrong(`statement: ${e.message}`);
    throw e;
  }
  const p = d?.predicate;
  if (!isObject(d) || !isObject(p) || d._type !== kStatement || d.predicateType !== kPredicate) throw wrong('statement');
  for (const [name, ok] of [
    ['approval_id', isSafeId(p.approval_id)], ['group', isName(p.group)], ['title', typeof p.title === 'string'], ['kind', kKinds.includes(p.kind)],
    ['exposes', p.exposes === undefined || p.exposes === 'method' || p.exposes === 'case'],
    ['audience', isObject(p.audience) && isNames(p.audience.venues) && isNames(p.audience.regions)],
    ['issued', safeTime(p.issued)], ['valid_from', safeTime(p.valid_from)], ['valid_until', safeTime(p.valid_until) && p.valid_from < p.valid_until],
    ['offline_days', Number.isSafeInteger(p.offline_days) && p.offline_days >= 0],
    ['renditions', Array.isArray(p.renditions) && p.renditions.length > 0 && p.renditions.length <= 64], ['review', Array.isArray(p.review)]])
    if (!ok) throw wrong(name);
  const predicate = {
    approval_id: p.approval_id, group: p.group, title: p.title, kind: p.kind, audience: {venues: p.audience.venues, regions: p.audience.regions},
    issued: p.issued, valid_from: p.valid_from, valid_until: p.valid_until, offline_days: p.offline_days, renditions: p.renditions.map(pickRendition),
    review: p.review.map((s) => {
      if (!isObject(s) || !isName(s.step) || !isName(s.holder)) throw wrong('review');
      return {step: s.step, holder: s.holder};
    }),
  };
  if (p.exposes !== undefined) predicate.exposes = p.exposes;
  const profiles = predicate.renditions.map((r) => r.profile);
  if (new Set(profiles).size !== profiles.length) throw wrong('profile');
  const subject = predicate.renditions.map((r) => ({name: r.profile, digest: {sha256: r.sha256}}));
  if (write({_type: kStatement, predicateType: kPredicate, predicate, subject}) !== text) throw new Refusal('approve_statement', {what: predicate.approval_id});
  const shown = [predicate.title, predicate.group, ...predicate.audience.venues, ...predicate.audience.regions];
  if (shown.some(isHidden)) throw new Refusal('approve_statement', {what: 'title'});
  return predicate;
}

/** What a reviewer is asked to sign: {item, title, payload, approval, envelope}. Format: README.md one folder up. */
export function readPackage(text) {
  const d = document(text, 'package', {maxBytes: kMaxPackage});
  if (!isObject(d) || d.schema !== 1 || !isSafeId(d.item)) throw new Refusal('approve_package', {what: 'item'});
  const payload = fromBase64(d.statement);
  if (!payload) throw new Refusal('approve_package', {what: 'statement'});
  const out = {item: d.item, title: typeof d.title === 'string' ? d.title : '', payload, approval: readStatement(payload), envelope: null};
  if (d.envelope !== undefined && d.envelope !== null) adoptEnvelope(out, readEnvelope(write(d.envelope)));
  return out;
}

/** Takes the signatures so far over, if they are over the same bytes. */
export function adoptEnvelope(pack, envelope) {
  if (envelope.type !== kApprovalType || !same(envelope.payload, pack.payload)) throw new Refusal('approval_other_bytes');
  pack.envelope = envelope;
}

/** {version, expires, keys: {id: {holder, publicKey, retired}}, groups: {name: {keyids, threshold, regions, venues, kinds}}} of an envelope's payload;
 its signatures: chain.js. */
export function readReviewers(envelope) {
  const bad = (what) => new Refusal('trust_format', {what: `reviewers: ${what}`});
  const text = textOf(envelope.payload);
  if (envelope.type !== kReviewersType || text === null) throw bad('type');
  const d = document(text, 'reviewers', {maxBytes: kMaxEnvelope});
  if (!isObject(d) || d._type !== 'reviewers' || !isObject(d.keys) || !Array.isArray(d.approve)) throw bad('_type');
  if (!Number.isSafeInteger(d.version) || !safeTime(d.expires)) throw bad('version, expires');
  const out = {version: d.version, expires: d.expires, keys: Object.create(null), groups: Object.create(null)};
  for (const [id, k] of Object.entries(d.keys)) {
    const raw = typeof k?.public === 'string' ? fromHex(k.public) : null;
    if (!raw || keyid(String(k.scheme), raw) !== id || !isName(k.holder)) throw bad('keys');
    out.keys[id] = {holder: k.holder, scheme: k.scheme, publicKey: raw, retired: k.retired ?? null};
  }
  for (const g of d.approve) {
    if (!isObject(g) || !isName(g.group) || !Array.isArray(g.keyids) || g.group in out.groups || !Number.isSafeInteger(g.threshold) || g.threshold < 1 ||
      ![g.regions, g.venues, g.kinds].every(isNames)) throw bad('approve');
    out.groups[g.group] = {keyids: g.keyids, threshold: g.threshold, regions: g.regions, venues: g.venues, kinds: g.kinds};
  }
  return out;
}

/** May this key sign for the approval's group? Throws Refusal approval_useless. */
export function checkKey(approval, id, reviewers) {
  const key = reviewers.keys[id];
  const member = reviewers.groups[approval.group]?.keyids.includes(id);
  if (!member || !key || (key.retired && approval.issued >= key.retired)) throw new Refusal('approval_useless', {group: approval.group});
}

/** The signatures so far are good ones of other people of the group, and the key may join them. Throws Refusal. */
export function checkBeforeSigning(pack, key, reviewers) {
  if (key.purpose !== 'approve') throw new Refusal('approve_key_purpose', {purpose: visible(key.purpose)});
  if (reviewers) checkKey(pack.approval, key.keyid, reviewers);
  if (!pack.envelope) return;
  for (const s of pack.envelope.signatures) if (s.keyid === key.keyid) throw new Refusal('approve_already', {holder: key.holder});
  if (!reviewers) throw new Refusal('approve_reviewers_needed');
  const group = reviewers.groups[pack.approval.group], message = pae(kApprovalType, pack.payload);
  const mine = reviewers.keys[key.keyid]?.holder ?? key.holder;
  for (const s of pack.envelope.signatures) {
    const other = reviewers.keys[s.keyid];
    if (!group?.keyids.includes(s.keyid) || !other || other.scheme !== 'ed25519' || !verify(other.publicKey, message, s.sig))
      throw new Refusal('approve_bad_signature', {keyid: s.keyid.slice(0, 16), group: pack.approval.group});
    if (other.holder === mine || other.holder === key.holder) throw new Refusal('approve_already', {holder: other.holder});
  }
  if (pack.envelope.signatures.length >= kMaxSignatures) throw new Refusal('approve_package', {what: '> 16 signatures'});
}

/** The rendition that is watched: "original", else the first. */
export const watchedOf = (approval) => approval.renditions.find((r) => r.profile === 'original') ?? approval.renditions[0];
