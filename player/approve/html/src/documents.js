// Texts that are media: every word of them, in the order of the file, whatever its members are.
import {textOf} from './bytes.js';
import {BadJson, isObject, parse} from './json.js';
import {textType} from './media.js';
import {Refusal} from './refusal.js';
import {isHidden, visible} from './trust.js';

const kLabels = {
  title: '标题 title', text: '正文 text', how: '作案手法 how', signs: '识别要点 signs', loss: '损失 loss', advice: '防范提示 advice', law: '法律依据 law', name: '名称 name',
  article: '条款 article', source: '来源 source', hotline: '热线 hotline', qr: '二维码 QR', caption: '说明 caption', place: '地点 place', until: '截止 until', rows: '各地信息 rows',
  region: '地区 region', site: '站点 site', station: '单位 station', phone: '电话 phone', reward: '奖励 reward', account: '公众号 account', fraud_kind: '诈骗类型 kind of fraud', exposes: '揭露 exposes',
};

/** [[label, text], ...] of a bulletin, slogan, warning or table of facts. Throws Refusal approve_unplayable. */
export function lines(bytes, rendition) {
  const wrong = (what) => new Refusal('approve_unplayable', {profile: rendition.profile, what});
  const text = textOf(bytes);
  if (text === null || bytes.length > 128 * 1024) throw wrong('UTF-8');
  let d;
  try {
    d = parse(text);
  } catch (e) {
    if (e instanceof BadJson) throw wrong(e.message);
    throw e;
  }
  if (!isObject(d) || d.schema !== 1 || d.type !== textType(rendition.mime)) throw wrong(rendition.mime);
  const out = [];
  const walk = (label, value) => {
    if (value === null) return;
    if (Array.isArray(value)) value.forEach((v, k) => walk(value.length > 1 ? `${label} ${k + 1}` : label, v));
    else if (isObject(value)) for (const [name, v] of Object.entries(value)) walk(`${label ? `${label} · ` : ''}${kLabels[name] ?? visible(name)}`, v);
    else {
      if (typeof value === 'string' && isHidden(value.replaceAll('\n', ''))) throw wrong(label);
      out.push([label, String(value)]);
    }
  };
  const {schema, type, ...rest} = d;
  walk('', rest);
  return out;
}
