// "Mozilla/5.0 (Windows NT 10.0 …) … Edg/120" as people say it: Edge, Windows.
export function deviceOf(agent: string): string {
  const find = (list: [RegExp, string][]) => list.find(([test]) => test.test(agent))?.[1]
  const browser = find([[/Edg\//, 'Edge'], [/Firefox\//, 'Firefox'], [/Chrome\//, 'Chrome'], [/Safari\//, 'Safari'], [/^fz/, 'fz'], [/curl/, 'curl']])
  const system = find([[/Windows/, 'Windows'], [/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Mac OS/, 'macOS'], [/Linux/, 'Linux']])
  return [browser, system].filter(Boolean).join(', ') || agent.slice(0, 40)
}
