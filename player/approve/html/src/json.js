// Strict JSON as shared/base/json reads it, and the deterministic writer.

/** Thrown for what is no strict JSON; `message` says why. */
export class BadJson extends Error {}

/** No doubled members, integers only (no fraction, exponent or -0, at most 2^53 - 1), depth at most `depth`. Objects have no prototype. */
export function parse(text, {maxBytes = 512 * 1024, depth = 16} = {}) {
  if (text.length > maxBytes) throw new BadJson('size');
  let at = 0;
  const space = () => {
    while (at < text.length && ' \t\r\n'.includes(text[at])) at++;
  };
  const literal = (word, value) => {
    if (!text.startsWith(word, at)) throw new BadJson(`@${at}`);
    at += word.length;
    return value;
  };
  const string = () => {
    const rest = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
    rest.lastIndex = at;
    const found = rest.exec(text);
    if (!found) throw new BadJson(`string @${at}`);
    at += found[0].length;
    const value = JSON.parse(found[0]);
    if (!value.isWellFormed?.() && /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)) throw new BadJson('UTF-8');
    return value;
  };
  const number = () => {
    const form = /-?(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
    form.lastIndex = at;
    const found = form.exec(text);
    const value = found ? Number(found[0]) : NaN;
    if (!found || found[0] === '-0' || !Number.isSafeInteger(value)) throw new BadJson(`number @${at}`);
    at += found[0].length;
    return value;
  };
  const value = (level) => {
    if (level > depth) throw new BadJson('depth');
    space();
    const c = text[at];
    if (c === '{') {
      const out = Object.create(null);
      at++;
      space();
      if (text[at] === '}') return at++, out;
      for (;;) {
        space();
        const name = string();
        if (name in out) throw new BadJson(`"${name}" twice`);
        space();
        literal(':');
        out[name] = value(level + 1);
        space();
        if (text[at] === '}') return at++, out;
        literal(',');
      }
    }
    if (c === '[') {
      const out = [];
      at++;
      space();
      if (text[at] === ']') return at++, out;
      for (;;) {
        out.push(value(level + 1));
        space();
        if (text[at] === ']') return at++, out;
        literal(',');
      }
    }
    if (c === '"') return string();
    if (c === 't') return literal('true', true);
    if (c === 'f') return literal('false', false);
    if (c === 'n') return literal('null', null);
    return number();
  };
  const out = value(1);
  space();
  if (at !== text.length) throw new BadJson(`@${at}`);
  return out;
}

/** Members sorted, no white space: equal values give equal texts. */
export function write(value) {
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (value !== null && typeof value === 'object')
    return `{${Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${write(value[name])}`)
      .join(',')}}`;
  return JSON.stringify(value);
}

export const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);
