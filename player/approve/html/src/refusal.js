// Why nothing was signed: the sentences of the project's catalogue (shared/base/errors.def), with its codes.

const kSentences = {
  approve_package: ['审核包不正确（{what}），已拒绝签名；请重新下载审核包。', 'The review package is wrong ({what}), nothing was signed; download it again.'],
  approve_statement: ['审核包里的签名文本含有看不到的内容（{what}），已拒绝签名；请报告系统管理员。', 'The statement in the package holds something that would not be shown ({what}); nothing was signed; tell the system operator.'],
  approve_media_missing: ['找不到版本“{profile}”的文件 {sha256}，请把它放进审核包的 blobs 文件夹。', 'The file of rendition {profile}, {sha256}, is missing; put it into the package\'s blobs folder.'],
  approve_media_hash: ['版本“{profile}”的文件与签名文本不符（{what}），已拒绝签名；请重新下载，仍不符请报告。', 'The file of rendition {profile} is not what the statement names ({what}); nothing was signed; download it again, and report it if that stays.'],
  approve_unplayable: ['版本“{profile}”无法完整播放（{what}），已拒绝签名；请退回重新转码。', 'Rendition {profile} cannot be decoded ({what}); nothing was signed; send the item back.'],
  approve_difference: ['版本“{profile}”与您审看的画面或声音不一致（{what}），已拒绝签名；请报告系统管理员。', 'Rendition {profile} differs from the one that was watched ({what}); nothing was signed; tell the system operator.'],
  approve_reviewers_needed: ['已有他人签名，需打开审核人名单（reviewers.json）才能核对后追加签名。', 'Somebody signed before; open the reviewers document (reviewers.json) so that it can be verified.'],
  approve_bad_signature: ['信封中已有的签名 {keyid} 无效或不属于审核组“{group}”，已拒绝追加；请重新取得信封。', 'Signature {keyid} in the envelope is not a good one of group {group}; nothing was added; get the envelope again.'],
  approve_already: ['“{holder}”已经签过名，第二个签名必须由另一位审核员完成。', '{holder} has signed already; the other signature must be another person\'s.'],
  approve_key_purpose: ['这个密钥的用途是“{purpose}”，不能用来签批准书；请用审核密钥。', 'This key is for {purpose}, not for approvals; use a reviewer\'s key.'],
  approval_useless: ['签名不属于审核组“{group}”的有效密钥，未采用；请用本组审核员的密钥签名。', 'No signature is by a valid key of group {group}; sign with a key of a reviewer of that group.'],
  approval_other_bytes: ['签名的文本与审核包不一致，已拒收；请用最新的审核包重新签名。', 'What was signed differs from the review package and was refused; sign the current package.'],
  key_invalid: ['密钥文件不正确（{what}）。', 'The key file is wrong ({what}).'],
  passphrase_wrong: ['口令不对，密钥没有打开。', 'The passphrase is wrong; the key was not opened.'],
  passphrase_short: ['口令至少 8 个字节，两次输入须相同。', 'A passphrase has at least 8 bytes and is typed the same twice.'],
  trust_signature: ['签名无效或签名密钥无权签发（{what}），已拒收；请由有权的密钥重新签名，并查明来源。', 'The signatures are not good or not by keys that may sign this ({what}); it was refused: have it signed by the right keys, and find out where it came from.'],
  trust_threshold: ['有效签名人数不足（{what}）；请由本组足够多的不同审核人签名。', 'Too few different reviewers of the group have signed ({what}): have enough different people of the group sign.'],
  trust_version: ['文件版本不对，比已有的旧或编号不连续（{what}），已拒收；请检查U盘是否为旧数据。', 'The document\'s version is older than the one at hand or out of sequence ({what}); it was refused: check whether the stick holds old data.'],
  trust_scope: ['超出审核组的权限（{what}），已拒收；请由有权的审核组签名。', 'It is outside of what the group may decide ({what}); it was refused: have a group sign that may.'],
  trust_expired: ['已过有效期（{what}）；请续期或重新签发。', 'It has expired ({what}); renew it or sign it again.'],
  trust_format: ['签名文件格式不正确（{what}）。', 'The signed document is malformed ({what}).'],
};

export class Refusal extends Error {
  constructor(code, params = {}) {
    const fill = (text) => text.replace(/\{(\w+)\}/g, (all, name) => params[name] ?? all);
    const [zh, en] = kSentences[code].map(fill);
    super(zh);
    Object.assign(this, {code, params, zh, en});
  }
}
