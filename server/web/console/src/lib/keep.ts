// Uploads that are not done with, in the browser's own database: they are there again after a reload or a restart. The file goes
// once the server has all of it; the rest stays until the item is ready (and handed in, where that was wanted). `chosen`: still in the form, not sent yet.
export interface Kept { key: string; file: File | null; name: string; size: number; url: string | null; item: string; meta: Record<string, string>; submit: boolean; chosen?: boolean }

function open(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const r = indexedDB.open('fanzha', 1)
    r.onupgradeneeded = () => r.result.createObjectStore('uploads', { keyPath: 'key' })
    r.onsuccess = () => done(r.result)
    r.onerror = () => failed(r.error)
  })
}
async function run<T>(mode: IDBTransactionMode, work: (s: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  if (typeof indexedDB === 'undefined') return undefined
  const db = await open()
  try {
    return await new Promise<T>((done, failed) => {
      const r = work(db.transaction('uploads', mode).objectStore('uploads'))
      r.onsuccess = () => done(r.result)
      r.onerror = () => failed(r.error)
    })
  } finally {
    db.close()
  }
}
// A browser that keeps nothing (private window, full disk) still uploads; only the reload is then not survived.
export const keep = (k: Kept) => run('readwrite', (s) => s.put(k)).catch(() => undefined)
export const forget = (key: string) => run('readwrite', (s) => s.delete(key)).catch(() => undefined)
export const kept = async (): Promise<Kept[]> => (await run<Kept[]>('readonly', (s) => s.getAll()).catch(() => [])) ?? []
