// What people hand over: packages, reviewers lists, envelopes, keys and blobs, told apart by what they are.
import {textOf} from './bytes.js';
import {readKeyFile} from './keys.js';
import {Refusal} from './refusal.js';
import {applyStaff, kStaffType, kTufType, readRoot, readStaff, verifyReviewers} from './chain.js';
import {kApprovalType, kReviewersType, adoptEnvelope, readEnvelope, readPackage, readReviewers} from './trust.js';

const kMaxJson = 1 << 20;

export class Desk {
  packages = new Map();   // approval id -> package
  blobs = new Map();      // sha256 (a file's name) -> File
  others = [];            // files of other names: found by their size
  root = null;            // readRoot(); the newest one that was opened
  reviewers = null;       // with everybody retired who left
  verified = false;       // the list is one that the root's officers signed
  left = [];              // staff documents in force
  #list = null;           // the envelope of the reviewers list
  #staff = [];            // envelopes of staff documents
  envelopes = [];
  key = null;             // readKeyFile()

  /** Takes files in; returns the refusals, one a file that is wrong. */
  async take(files) {
    const refused = [];
    for (const file of files) {
      try {
        await this.#one(file);
      } catch (e) {
        if (!(e instanceof Refusal)) throw e;
        refused.push({name: file.name, refusal: e});
      }
    }
    try {
      this.#judge(refused);
    } catch (e) {
      if (!(e instanceof Refusal)) throw e;
      this.reviewers = null;  // a list that is not the officers' is no list
      this.#list = null;
      refused.push({name: 'reviewers.json', refusal: e});
    }
    for (const pack of this.packages.values())
      for (const e of this.envelopes) {
        try {
          adoptEnvelope(pack, e);
        } catch (x) {
          if (!(x instanceof Refusal)) throw x;  // of another item
        }
      }
    return refused;
  }

  async #one(file) {
    if (/^[0-9a-f]{64}$/.test(file.name)) {
      this.blobs.set(file.name, file);
      return;
    }
    if (file.size > kMaxJson || !file.name.endsWith('.json')) {
      this.others.push(file);
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer()), text = textOf(bytes) ?? '';
    if (/"format"\s*:\s*"fz-key-/.test(text)) this.key = readKeyFile(bytes);
    else if (/"payloadType"/.test(text) && !/"statement"/.test(text)) this.#envelope(readEnvelope(text), text);
    else if (/"statement"/.test(text)) {
      const pack = readPackage(text);
      this.packages.set(pack.approval.approval_id, pack);
    } else this.others.push(file);
  }
  #envelope(e, text) {
    if (e.type === kTufType) this.root = readRoot(e, text, this.root);
    else if (e.type === kReviewersType) {
      readReviewers(e);  // says at once what is wrong with this file
      this.#list = e;
    } else if (e.type === kStaffType) this.#staff.push(e);
    else if (e.type === kApprovalType) this.envelopes.push(e);
  }

  /** The list anew from what is open: by the root if there is one, then who left since. */
  #judge(refused) {
    this.verified = false;
    this.left = [];
    this.reviewers = null;
    if (!this.#list) return;
    const list = this.root ? verifyReviewers(this.#list, this.root, Date.now()) : readReviewers(this.#list);
    for (const e of [...this.#staff]) {
      try {
        this.left.push(readStaff(e, list));
      } catch (x) {
        if (!(x instanceof Refusal)) throw x;
        this.#staff = this.#staff.filter((other) => other !== e);
        refused.push({name: 'staff', refusal: x});
      }
    }
    this.reviewers = applyStaff(list, this.left);
    this.verified = this.root !== null;
  }

  /** The file of a rendition: by its name, else one of its size. Throws Refusal approve_media_missing. */
  blobOf(rendition) {
    const file = this.blobs.get(rendition.sha256) ?? this.others.find((f) => f.size === rendition.length);
    if (!file) throw new Refusal('approve_media_missing', {profile: rendition.profile, sha256: rendition.sha256});
    return file;
  }
}
