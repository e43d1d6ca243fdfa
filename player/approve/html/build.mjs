// Puts the modules, the style and the page together into one file that needs nothing else. Usage: node build.mjs OUT.html
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url)), out = process.argv[2] ?? join(here, 'fz-approve.html');
const bundled = await build({entryPoints: [join(here, 'src/app.js')], bundle: true, format: 'iife', target: ['chrome100', 'firefox100', 'safari15.4'],
  minifySyntax: true, minifyWhitespace: true, charset: 'utf8', legalComments: 'none', write: false});
const script = bundled.outputFiles[0].text.replaceAll('</script', '<\\/script');
const style = readFileSync(join(here, 'src/style.css'), 'utf8');
// Only this very script and this very style run; nothing is fetched, sent or embedded from anywhere.
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const csp = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src blob:; media-src blob:; connect-src 'none'; base-uri 'none'; form-action 'none'`;
const parts = {csp, style, script};
writeFileSync(out, readFileSync(join(here, 'src/page.html'), 'utf8').replace(/\{\{(\w+)\}\}/g, (all, name) => parts[name]));
