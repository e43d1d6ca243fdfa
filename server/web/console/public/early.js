// Runs before anything else is there: what every first page asks for is on its way while the programs are fetched and read.
// src/api/client.ts takes the answers up by these addresses; who is not logged in gets refusals, which nobody reads.
globalThis.asked = {}
for (const path of ['/v1/session', '/v1/units', ...(location.hash === '#/library' ? ['/v1/items?limit=60', '/v1/tags'] : [])]) {
  globalThis.asked[path] = fetch(path)
  globalThis.asked[path].catch(() => undefined) // whoever takes it up says so
}
