// What the QR code says, and its picture.
import qrcode from 'qrcode-generator';
import {base64} from './bytes.js';

/** "FZ-APPROVAL-1 <item> <approval id> <keyid> <signature>": one signature over the statement that the server has already. */
export const signatureText = (pack, keyid, signature) => ['FZ-APPROVAL-1', pack.item, pack.approval.approval_id, keyid, base64(signature)].join(' ');

export function draw(text, scale = 4) {
  const code = qrcode(0, 'M');
  code.addData(text, 'Byte');
  code.make();
  const n = code.getModuleCount(), quiet = 4;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = (n + 2 * quiet) * scale;
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = '#000';
  for (let y = 0; y < n; y++) for (let x = 0; x < n; x++) if (code.isDark(y, x)) context.fillRect((x + quiet) * scale, (y + quiet) * scale, scale, scale);
  return canvas;
}
