// Work that can wait until the page stands still: things that are not seen at first.
export function whenIdle(work: () => unknown) {
  const soon = globalThis.requestIdleCallback ?? ((f: () => void) => window.setTimeout(f, 1000))
  const begin = () => window.setTimeout(() => soon(() => void Promise.resolve(work()).catch(() => undefined)), 1500)
  if (document.readyState === 'complete') begin()
  else window.addEventListener('load', begin, { once: true })
}
