// SHA-256 of a file, away from the page's thread; the file is read piece by piece, so its size does not matter.
import { sha256 } from '@noble/hashes/sha2'
import { bytesToHex } from '@noble/hashes/utils'

self.onmessage = async (e: MessageEvent<{ id: number; file: File }>) => {
  const { id, file } = e.data
  try {
    const hash = sha256.create()
    const reader = file.stream().getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      hash.update(value)
    }
    self.postMessage({ id, sha256: bytesToHex(hash.digest()) })
  } catch (why) {
    self.postMessage({ id, error: String(why) })
  }
}
