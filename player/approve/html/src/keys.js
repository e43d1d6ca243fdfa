// Key files, the same as fz-keys writes (shared/crypto/README.md), and Ed25519.
import {xchacha20poly1305} from '@noble/ciphers/chacha';
import {ed25519} from '@noble/curves/ed25519';
import {argon2idAsync} from '@noble/hashes/argon2';
import {sha256} from '@noble/hashes/sha2';
import {base64, concat, fromBase64, fromHex, hex, textOf, utf8} from './bytes.js';
import {BadJson, isObject, parse, write} from './json.js';
import {Refusal} from './refusal.js';

const kFormat = 'fz-key-1', kMaxFile = 16 * 1024;
const kOps = 3, kMemory = 64 << 20, kMaxOps = 20, kMaxMemory = 512 << 20;
export const kMinPassphrase = 8;

export const keyid = (scheme, raw) => hex(sha256(concat(utf8(scheme), Uint8Array.of(0), raw)));

/** What anybody may read: {holder, purpose, keyid, publicKey, encrypted, document}. Throws Refusal key_invalid. */
export function readKeyFile(bytes) {
  const invalid = (what) => new Refusal('key_invalid', {what});
  const text = bytes.length > kMaxFile ? null : textOf(bytes);
  if (text === null) throw invalid('UTF-8');
  let d;
  try {
    d = parse(text, {depth: 4});
  } catch (e) {
    if (e instanceof BadJson) throw invalid(e.message);
    throw e;
  }
  if (!isObject(d) || d.format !== kFormat) throw invalid(kFormat);
  const known = ['format', 'scheme', 'public', 'keyid', 'holder', 'purpose', 'seed', 'encrypted'];
  for (const name of Object.keys(d)) if (!known.includes(name)) throw invalid(name);
  for (const name of ['scheme', 'public', 'keyid', 'holder', 'purpose']) if (typeof d[name] !== 'string') throw invalid(name);
  const raw = fromHex(d.public);
  if (d.scheme !== 'ed25519' || !raw || raw.length !== 32 || keyid(d.scheme, raw) !== d.keyid) throw invalid('keyid');
  if (('seed' in d) === ('encrypted' in d)) throw invalid('seed');
  return {holder: d.holder, purpose: d.purpose, keyid: d.keyid, publicKey: raw, encrypted: 'encrypted' in d, document: d};
}

const header = (d) => utf8(`${kFormat}|${d.keyid}|${d.purpose}|${d.holder}`);
const derive = (passphrase, salt, ops, memory, onProgress) =>
  argon2idAsync(utf8(passphrase), salt, {t: ops, m: memory / 1024, p: 1, dkLen: 32, onProgress});

/** The key, ready to sign. Throws Refusal key_invalid, passphrase_wrong. */
export async function openKey(info, passphrase, onProgress) {
  const d = info.document;
  let seed;
  if (info.encrypted) {
    const e = d.encrypted;
    const salt = fromBase64(e?.salt), nonce = fromBase64(e?.nonce), box = fromBase64(e?.box);
    const sane = isObject(e) && Object.keys(e).length === 7 && e.cipher === 'xchacha20-poly1305' && e.kdf === 'argon2id' && e.ops >= 1 &&
      e.ops <= kMaxOps && e.memory >= 8192 && e.memory <= kMaxMemory && salt?.length === 16 && nonce?.length === 24 && box?.length === 48;
    if (!sane) throw new Refusal('key_invalid', {what: 'encrypted'});
    const key = await derive(passphrase, salt, e.ops, e.memory, onProgress);
    try {
      seed = xchacha20poly1305(key, nonce, header(d)).decrypt(box);
    } catch {
      throw new Refusal('passphrase_wrong');
    } finally {
      key.fill(0);
    }
  } else {
    seed = fromHex(String(d.seed));
    if (seed?.length !== 32) throw new Refusal('key_invalid', {what: 'seed'});
  }
  if (hex(ed25519.getPublicKey(seed)) !== hex(info.publicKey)) throw new Refusal('key_invalid', {what: 'keyid'});
  return {...info, seed};
}

/** A new key for approvals; the text of its file, as fz-keys reads it. Throws Refusal passphrase_short. */
export async function makeKey(holder, passphrase, again, onProgress) {
  if (passphrase !== again || utf8(passphrase).length < kMinPassphrase) throw new Refusal('passphrase_short');
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(holder)) throw new Refusal('key_invalid', {what: 'holder'});
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const raw = ed25519.getPublicKey(seed);
  const d = {format: kFormat, scheme: 'ed25519', public: hex(raw), keyid: keyid('ed25519', raw), holder, purpose: 'approve'};
  const salt = crypto.getRandomValues(new Uint8Array(16)), nonce = crypto.getRandomValues(new Uint8Array(24));
  const key = await derive(passphrase, salt, kOps, kMemory, onProgress);
  const box = xchacha20poly1305(key, nonce, header(d)).encrypt(seed);
  key.fill(0);
  seed.fill(0);
  d.encrypted = {cipher: 'xchacha20-poly1305', kdf: 'argon2id', ops: kOps, memory: kMemory, salt: base64(salt), nonce: base64(nonce), box: base64(box)};
  return write(d) + '\n';
}

/** By WebCrypto where it has Ed25519, else by noble; the signature is checked by noble either way. */
export async function sign(key, message) {
  let signature;
  try {
    const pkcs8 = concat(fromHex('302e020100300506032b657004220420'), key.seed);
    const own = await crypto.subtle.importKey('pkcs8', pkcs8, {name: 'Ed25519'}, false, ['sign']);
    signature = new Uint8Array(await crypto.subtle.sign('Ed25519', own, message));
  } catch {
    signature = ed25519.sign(message, key.seed);
  }
  if (!verify(key.publicKey, message, signature)) throw new Error('Ed25519');
  return signature;
}

export function verify(publicKey, message, signature) {
  try {
    return signature.length === 64 && ed25519.verify(signature, message, publicKey, {zip215: false});
  } catch {
    return false;
  }
}
