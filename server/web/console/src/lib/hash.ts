// One worker hashes one file after the other.
let worker: Worker | undefined
let last = 0
const waiting = new Map<number, { done: (hex: string) => void; failed: (why: Error) => void }>()

export function sha256Of(file: File): Promise<string> {
  if (!worker) {
    worker = new Worker(new URL('./hash.worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = (e: MessageEvent<{ id: number; sha256?: string; error?: string }>) => {
      const w = waiting.get(e.data.id)
      waiting.delete(e.data.id)
      if (e.data.sha256) w?.done(e.data.sha256)
      else w?.failed(new Error(e.data.error))
    }
  }
  const id = ++last
  return new Promise((done, failed) => {
    waiting.set(id, { done, failed })
    worker!.postMessage({ id, file })
  })
}
