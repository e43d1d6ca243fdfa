// The words that people meet in the console, in the order of the work, and which page explains which (i18n: word.*, wordIs.*, about.*).
export const glossary = ['item', 'rendition', 'bulletin', 'slogan', 'warning', 'facts', 'layout', 'audio', 'tag', 'review', 'package', 'approval', 'holder',
  'withdrawal', 'campaign', 'daypart', 'weight', 'publish', 'site', 'venue', 'region', 'enrolment', 'freshness', 'slate', 'takeover', 'drill', 'play',
  'root', 'reviewers', 'ceremony', 'onlineKey', 'fingerprint', 'secondFactor', 'audit'] as const

/** For each page (the first part of its address) the words that stand on it. */
const onPage: Record<string, readonly string[]> = {
  '': ['item', 'review', 'site', 'withdrawal'],
  library: ['item', 'tag', 'rendition', 'approval'], items: ['rendition', 'package', 'approval', 'holder', 'withdrawal'],
  write: ['bulletin', 'slogan', 'warning', 'audio'], review: ['review', 'approval', 'package', 'holder'],
  playlist: ['campaign', 'daypart', 'weight', 'publish', 'layout'], air: ['site', 'venue', 'enrolment', 'freshness', 'slate'],
  screens: ['freshness', 'slate', 'site'], takedown: ['withdrawal', 'approval', 'holder'], alerts: ['takeover', 'drill', 'warning'],
  plays: ['play', 'site'], admin: ['root', 'reviewers', 'withdrawal', 'onlineKey', 'audit'], setup: ['fingerprint', 'ceremony', 'root', 'reviewers', 'region'],
  sessions: ['secondFactor'], help: [],
}
export const pageOf = (path: string) => path.split('/')[1] ?? ''
export const wordsOn = (path: string) => onPage[pageOf(path)] ?? []
export const hasHelp = (path: string) => pageOf(path) in onPage
