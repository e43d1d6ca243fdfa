// The bytes of the renditions: hashed, then decoded by the browser from those very bytes, and compared with the watched one.
import {sha256} from '@noble/hashes/sha2';
import {hex} from './bytes.js';
import {Refusal} from './refusal.js';
import {kChunk} from './trust.js';

const kColumns = 64, kRows = 36;        // cells of a landscape frame, as fz-decode --compare
const kMaxCell = 20, kMaxMean = 4;      // levels of luminance; the browser's scaling adds to the coder's noise
const kMaxLength = 0.25;                // seconds
const kMaxAspect = 0.02;                // of the sides' ratio
// A frame of a film of 30 a second; films above four minutes are looked at in as many pictures, further apart.
const kStepSeconds = 1 / 30, kMaxSamples = 7200, kMinSamples = 12;
const kSilence = -45, kMaxSound = 3;    // dB
const kMaxSoundBytes = 400 << 20;
const kSeekTimeout = 15000;             // ms

const kTexts = {
  'application/vnd.fz.bulletin+json': 'bulletin', 'application/vnd.fz.slogan+json': 'slogan',
  'application/vnd.fz.warning+json': 'warning', 'application/vnd.fz.facts+json': 'facts',
};
export const textType = (mime) => kTexts[mime] ?? null;
export const isVideo = (mime) => mime.startsWith('video/');
export const isPicture = (mime) => ['image/png', 'image/jpeg', 'image/webp'].includes(mime);

/**
 * Copies the file into memory-backed bytes while hashing: what is played afterwards is what was hashed, even if the stick changes.
 * Length, every 1 MiB chunk and the whole must be as the statement says. Returns a Blob. Throws Refusal approve_media_hash.
 */
export async function hashedBlob(file, rendition, onProgress = () => {}) {
  const wrong = (what) => new Refusal('approve_media_hash', {profile: rendition.profile, what});
  if (file.size !== rendition.length) throw wrong(`${file.size} B`);
  const whole = sha256.create(), parts = [];
  for (let k = 0; k * kChunk < file.size; k++) {
    let bytes;
    try {
      bytes = new Uint8Array(await file.slice(k * kChunk, (k + 1) * kChunk).arrayBuffer());
    } catch {
      throw wrong('read');
    }
    whole.update(bytes);
    if (hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))) !== rendition.chunks[k]) throw wrong(`chunk ${k}`);
    parts.push(new Blob([bytes]));
    onProgress(Math.min(file.size, (k + 1) * kChunk), file.size);
  }
  const found = hex(whole.digest());
  if (found !== rendition.sha256) throw wrong(`SHA-256 ${found}`);
  return new Blob(parts, {type: textType(rendition.mime) ? 'application/json' : rendition.mime});
}

const unplayable = (rendition, what) => new Refusal('approve_unplayable', {profile: rendition.profile, what});
const differs = (rendition, what) => new Refusal('approve_difference', {profile: rendition.profile, what});

function once(target, event, what, ms = kSeekTimeout) {
  return new Promise((resolve, reject) => {
    const end = (f) => (value) => {
      clearTimeout(timer);
      target.removeEventListener(event, done);
      target.removeEventListener('error', failed);
      f(value);
    };
    const done = end(resolve), failed = end(() => reject(new Error(target.error?.message || what)));
    const timer = setTimeout(end(() => reject(new Error(what))), ms);
    target.addEventListener(event, done);
    target.addEventListener('error', failed);
  });
}

/** A rendition that the browser has opened: {width, height, duration, frameAt(seconds), close()}. Throws Refusal. */
export async function open(blob, rendition) {
  if (isPicture(rendition.mime)) {
    const picture = await createImageBitmap(blob).catch(() => {
      throw unplayable(rendition, rendition.mime);
    });
    return {width: picture.width, height: picture.height, duration: 0, frameAt: async () => grid(picture, picture.width, picture.height), close: () => picture.close()};
  }
  if (!isVideo(rendition.mime)) throw unplayable(rendition, rendition.mime);
  const url = URL.createObjectURL(blob), video = document.createElement('video');
  video.muted = true;
  video.preload = 'auto';
  const close = () => {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  };
  try {
    const ready = once(video, 'loadeddata', 'loadeddata');
    video.src = url;
    await ready;
  } catch (e) {
    close();
    throw unplayable(rendition, e.message);
  }
  // Sound without picture and no error event: the browser lacks the video codec.
  if (!video.videoWidth || !Number.isFinite(video.duration) || video.duration <= 0) {
    close();
    throw unplayable(rendition, `${video.videoWidth}x${video.videoHeight}, ${video.duration} s`);
  }
  const frameAt = async (t) => {
    try {
      if (Math.abs(video.currentTime - t) > 0.0005) {
        const seeked = once(video, 'seeked', `seek ${t.toFixed(2)} s`);
        video.currentTime = t;
        await seeked;
      }
      return grid(video, video.videoWidth, video.videoHeight);
    } catch (e) {
      throw unplayable(rendition, e.message);
    }
  };
  return {width: video.videoWidth, height: video.videoHeight, duration: video.duration, frameAt, close};
}

/** Mean luminance of each cell; drawn at ten pixels a cell first, so that the browser's scaling matters little. */
function grid(source, width, height) {
  const upright = height > width, columns = upright ? kRows : kColumns, rows = upright ? kColumns : kRows;
  const canvas = new OffscreenCanvas(columns * 10, rows * 10);
  const context = canvas.getContext('2d', {willReadFrequently: true});
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
  const cells = new Float32Array(columns * rows);
  for (let y = 0; y < canvas.height; y++)
    for (let x = 0; x < canvas.width; x++) {
      const i = 4 * (y * canvas.width + x);
      cells[Math.floor(y / 10) * columns + Math.floor(x / 10)] += (0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2]) / 100;
    }
  return cells;
}

function difference(a, b) {
  if (a.length !== b.length) return {cell: 255, mean: 255};
  let cell = 0, sum = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i] - b[i]);
    cell = Math.max(cell, d);
    sum += d;
  }
  return {cell, mean: sum / a.length};
}
const tooMuch = (d) => d.cell > kMaxCell || d.mean > kMaxMean;

/** A grid over the whole length, as fine as the frames of most films, moved as a whole by lot: nobody can know what falls between. */
function sampleTimes(duration) {
  const n = Math.max(kMinSamples, Math.min(kMaxSamples, Math.ceil(duration / kStepSeconds)));
  const [random] = crypto.getRandomValues(new Uint32Array(1)), step = duration / n, aside = (0.25 + random / 2 ** 33) * step;
  return {step, times: Array.from({length: n}, (_, k) => k * step + aside).filter((t) => t < duration - 0.02)};
}

/** dBFS of each 50 ms, smoothed over 150 ms; [] without sound. */
async function loudness(blob) {
  const context = new OfflineAudioContext(1, 1, 48000);
  let sound;
  try {
    sound = await context.decodeAudioData(await blob.arrayBuffer());
  } catch {
    return [];
  }
  const window = 2400, sums = new Float64Array(Math.ceil(sound.length / window));
  for (let c = 0; c < sound.numberOfChannels; c++) {
    const samples = sound.getChannelData(c);
    for (let i = 0; i < samples.length; i++) sums[Math.floor(i / window)] += (samples[i] * samples[i]) / sound.numberOfChannels;
  }
  return Array.from(sums, (s, k) => {
    const rms = Math.sqrt((s / 2 + ((sums[k - 1] ?? s) + (sums[k + 1] ?? s)) / 4) / window);
    return rms > 0.00003 ? 20 * Math.log10(rms) : -90;
  });
}
/** The window where two sounds differ, or -1; a window may lie one aside, and on a slope between its neighbours. */
function soundDiffers(a, b, duration) {
  const at = (v, n) => Math.max(v[n] ?? kSilence, kSilence);
  const one = (x, y, k) => {
    const near = [Math.max(k - 1, 0), k, k + 1].map((n) => at(x, n));
    if (at(y, k) >= Math.min(...near) && at(y, k) <= Math.max(...near)) return 0;
    return Math.min(...near.map((v) => Math.abs(v - at(y, k))));
  };
  for (let k = 0; k < Math.max(a.length, b.length) && k * 0.05 <= duration; k++)
    if (Math.max(one(a, b, k), one(b, a, k)) > kMaxSound) return k;
  return -1;
}

/** Throws Refusal approve_difference or approve_unplayable unless `other` is the same film or picture as `watched`. */
export async function compare(watched, other, onProgress = () => {}) {
  const a = await open(watched.blob, watched.rendition);
  try {
    const b = await open(other.blob, other.rendition);
    try {
      const wide = a.width / a.height / (b.width / b.height);
      if (Math.abs(wide - 1) > kMaxAspect) throw differs(other.rendition, `${a.width}x${a.height} / ${b.width}x${b.height}`);
      if (Math.abs(a.duration - b.duration) > kMaxLength) throw differs(other.rendition, `${a.duration.toFixed(2)} s / ${b.duration.toFixed(2)} s`);
      const {step, times} = a.duration > 0 ? sampleTimes(Math.min(a.duration, b.duration)) : {step: 0, times: [0]};
      for (const [k, t] of times.entries()) {
        const frame = await b.frameAt(t);
        let d = difference(await a.frameAt(t), frame);
        // Beside a cut the two may show neighbouring frames: one of the watched film's own must fit.
        for (const aside of [-0.04, 0.04]) {
          if (!tooMuch(d)) break;
          const again = difference(await a.frameAt(Math.max(0, t + aside)), frame);
          if (again.cell + 4 * again.mean < d.cell + 4 * d.mean) d = again;
        }
        if (tooMuch(d)) throw differs(other.rendition, `第 ${t.toFixed(2)} 秒画面 picture at ${t.toFixed(2)} s`);
        onProgress(k + 1, times.length);
      }
      if (a.duration > 0) await compareSound(watched, other, a.duration);
      return {samples: times.length, step};
    } finally {
      b.close();
    }
  } finally {
    a.close();
  }
}

async function compareSound(watched, other, duration) {
  if (watched.blob.size > kMaxSoundBytes || other.blob.size > kMaxSoundBytes)
    throw unplayable(other.rendition, '文件过大，浏览器无法比对声音，请用 fz-approve 程序 too large for the browser to compare the sound: use the program fz-approve');
  const k = soundDiffers(await loudness(watched.blob), await loudness(other.blob), duration);
  if (k >= 0) throw differs(other.rendition, `第 ${(k * 0.05).toFixed(2)} 秒声音 sound at ${(k * 0.05).toFixed(2)} s`);
}
