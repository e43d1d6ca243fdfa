// What can be said of a file before a byte is sent: a key of the texts (upload.bad.*) with its remedy, or nothing.
const byEnding: Record<string, string> = {
  ppt: 'slides', pptx: 'slides', pps: 'slides', ppsx: 'slides', dps: 'slides', key: 'slides', odp: 'slides',
  doc: 'document', docx: 'document', wps: 'document', odt: 'document', rtf: 'document', txt: 'document',
  xls: 'table', xlsx: 'table', et: 'table', csv: 'table',
  ai: 'design', psd: 'design', cdr: 'design', eps: 'design', svg: 'vector',
  heic: 'heic', heif: 'heic', zip: 'archive', rar: 'archive', '7z': 'archive', tar: 'archive', gz: 'archive',
  exe: 'program', msi: 'program', bat: 'program', apk: 'program', lnk: 'shortcut', url: 'shortcut',
  crdownload: 'unfinished', part: 'unfinished', download: 'unfinished', tmp: 'unfinished', prproj: 'project', aep: 'project',
}

export function precheck(file: { name: string; size: number }, maxBytes = Infinity): string | null {
  const ending = file.name.includes('.') ? file.name.split('.').pop()!.toLowerCase() : ''
  if (file.name.startsWith('~$')) return 'lock'
  if (byEnding[ending]) return byEnding[ending]
  if (file.size === 0) return 'empty'
  if (file.size > maxBytes) return 'large'
  return null
}

/** "反诈 海报-终稿(2).png" -> "反诈 海报-终稿": a title to begin with. */
export function titleOf(name: string): string {
  const title = name.replace(/\.[^.]+$/, '').replace(/[\s_]*[（(]\d+[)）]$/, '').replace(/_/g, ' ').trim()
  return Array.from(title || name).slice(0, 120).join('')
}

/** Files that a folder holds and nobody means to upload. */
export const isNoise = (name: string) => name.startsWith('.') || /^(thumbs\.db|desktop\.ini)$/i.test(name)
