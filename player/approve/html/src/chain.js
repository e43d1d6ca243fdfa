// Who may sign: the root's word over the reviewers list, and a group's own word that somebody has left. As shared/trust
// (state.cpp, staff.cpp) and `fz-approve --root --staff` judge them.
import {sha256} from '@noble/hashes/sha2';
import {fromHex, hex, textOf, utf8} from './bytes.js';
import {isObject} from './json.js';
import {keyid, verify} from './keys.js';
import {Refusal} from './refusal.js';
import {document, isName, isSha256, kReviewersType, pae, readReviewers, safeTime} from './trust.js';

export const kTufType = 'application/vnd.tuf+json', kStaffType = 'application/vnd.fz.staff.v1+json';
const kMax = 512 * 1024;

/** The ids of `ids` that have a good signature; ids are recomputed, so they are distinct keys. */
function goodSigners(envelope, keys, ids) {
  const message = pae(envelope.type, envelope.payload);
  return new Set(envelope.signatures.filter((s) => ids.includes(s.keyid) && keys[s.keyid]?.scheme === 'ed25519' &&
    verify(keys[s.keyid].publicKey, message, s.sig)).map((s) => s.keyid));
}
const payloadOf = (envelope, what) => document(textOf(envelope.payload) ?? '', what, {maxBytes: kMax});
const isCount = (n) => Number.isSafeInteger(n) && n > 0;
const nowText = (now) => new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');

/**
 * {version, keys, keyids, threshold, expires, demo, fingerprint} of a root that is signed by its own threshold. The first one that is
 * opened is the one whose fingerprint is compared; another takes its place only as the next of its chain. Throws Refusal.
 */
export function readRoot(envelope, text, held) {
  const bad = (what) => new Refusal('trust_format', {what: `root: ${what}`});
  const d = payloadOf(envelope, 'root');
  if (envelope.type !== kTufType || !isObject(d) || d._type !== 'root' || !isObject(d.keys) || !isObject(d.roles?.root)) throw bad('_type');
  const {keyids, threshold} = d.roles.root, keys = Object.create(null);
  for (const [id, k] of Object.entries(d.keys)) {
    const raw = typeof k?.keyval?.public === 'string' ? fromHex(k.keyval.public) : null;
    if (!raw || keyid(String(k.scheme), raw) !== id) throw bad('keys');
    keys[id] = {scheme: k.scheme, publicKey: raw};
  }
  if (!Array.isArray(keyids) || new Set(keyids).size !== keyids.length || !keyids.every((id) => isSha256(id) && keys[id]) || !isCount(threshold) ||
    threshold > keyids.length || !isCount(d.version) || !safeTime(d.expires)) throw bad('roles');
  const good = goodSigners(envelope, keys, keyids).size;
  if (good < threshold) throw new Refusal('trust_signature', {what: `root, ${good}/${threshold}`});
  if (held && d.version < held.version) return held;
  const before = held && hex(sha256(utf8(text))) !== held.fingerprint ? goodSigners(envelope, held.keys, held.keyids).size : Infinity;
  if (before < (held?.threshold ?? 0) || (before !== Infinity && d.version !== held.version + 1))
    throw new Refusal('trust_version', {what: `root, ${d.version} / ${held.version}`});
  return {version: d.version, keys, keyids, threshold, expires: d.expires, demo: d['x-demo'] === true, fingerprint: hex(sha256(utf8(text)))};
}

/** The list that this root's officers signed, alive at `now` (ms). Throws Refusal trust_signature, trust_expired. */
export function verifyReviewers(envelope, root, now) {
  if (envelope.type !== kReviewersType) throw new Refusal('trust_format', {what: 'reviewers: type'});
  const good = goodSigners(envelope, root.keys, root.keyids).size;
  if (good < root.threshold) throw new Refusal('trust_signature', {what: `reviewers, ${good}/${root.threshold}`});
  const list = readReviewers(envelope);
  if (nowText(now) >= root.expires) throw new Refusal('trust_expired', {what: `root, ${root.expires}`});
  if (nowText(now) >= list.expires) throw new Refusal('trust_expired', {what: `reviewers, ${list.expires}`});
  return list;
}

const stem = (code) => {
  if (!/^(\d{6}|\d{9}|\d{12})$/.test(code)) return code;
  const level = [2, 4, 6, 9].find((n) => n < code.length && /^0*$/.test(code.slice(n)));
  return level ? code.slice(0, level) : code;
};
const under = (scope, code) => {
  if (scope === '*' || scope === code) return true;
  if (!/^\d+$/.test(scope) || !/^\d+$/.test(code)) return false;
  return stem(scope).length >= 2 && stem(code).startsWith(stem(scope));
};
const covers = (scope, code) => scope.some((s) => s === '*' || s === code);
const governs = (above, below) => below.regions.every((r) => above.regions.some((s) => under(s, r))) && below.venues.every((v) => covers(above.venues, v)) &&
  below.kinds.every((k) => covers(above.kinds, k));

/** {group, version, left: [{keyid, holder, at}]}: signed by the group's threshold of different people who stay. Throws Refusal. */
export function readStaff(envelope, reviewers) {
  const bad = (what) => new Refusal('trust_format', {what: `staff: ${what}`});
  const good = goodSigners(envelope, reviewers.keys, Object.keys(reviewers.keys));
  if (good.size === 0) throw new Refusal('trust_signature', {what: 'staff'});
  const d = payloadOf(envelope, 'staff');
  if (envelope.type !== kStaffType || !isObject(d) || d._type !== 'staff' || !isName(d.group) || !isCount(d.version) || !isCount(d.reviewers) ||
    !safeTime(d.issued) || !Array.isArray(d.left)) throw bad('_type');
  for (const e of d.left)
    if (!isObject(e) || !isSha256(e.keyid) || !isName(e.holder) || !safeTime(e.at) || e.at > d.issued) throw bad('left');
  if (new Set(d.left.map((e) => e.keyid)).size !== d.left.length) throw bad('keyid');
  if (d.reviewers > reviewers.version) throw new Refusal('trust_version', {what: `staff, reviewers ${d.reviewers} / ${reviewers.version}`});
  const group = reviewers.groups[d.group];
  if (!group) throw new Refusal('trust_threshold', {what: `staff, ${d.group}`});
  const leaving = new Set(d.left.map((e) => reviewers.keys[e.keyid]?.holder));
  const people = new Set([...good].filter((id) => group.keyids.includes(id)).map((id) => reviewers.keys[id])
    .filter((k) => !leaving.has(k.holder) && !(k.retired && d.issued >= k.retired)).map((k) => k.holder));
  if (people.size < group.threshold) throw new Refusal('trust_threshold', {what: `staff, ${d.group}, ${people.size}/${group.threshold}`});
  for (const e of d.left) {
    const key = reviewers.keys[e.keyid];
    if (!key) continue;
    if (key.holder !== e.holder) throw bad('holder');
    const groups = Object.values(reviewers.groups).filter((g) => g.keyids.includes(e.keyid));
    if (groups.length === 0 || groups.some((g) => g !== group && !governs(group, g))) throw new Refusal('trust_scope', {what: `staff, ${d.group}, ${e.holder}`});
  }
  return {group: d.group, version: d.version, left: d.left};
}

/** The list with everybody retired who left. */
export function applyStaff(reviewers, documents) {
  for (const {left} of documents)
    for (const e of left) {
      const key = reviewers.keys[e.keyid];
      if (key) key.retired = key.retired && key.retired < e.at ? key.retired : e.at;
    }
  return reviewers;
}
