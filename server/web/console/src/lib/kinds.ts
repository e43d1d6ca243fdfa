// The vocabularies of the server, in the order in which people see them.
export const fraudKinds = ['general', 'fake_orders', 'fake_loan', 'fake_customer_service', 'fake_police', 'fake_leader', 'fake_acquaintance',
  'fake_investment', 'dating', 'part_time_job', 'health_products', 'elder_care', 'game_account', 'credit_repair', 'naked_chat', 'email_fraud',
  'two_cards', 'screen_sharing', 'phishing_link'] as const
export const itemKinds = ['poster', 'video', 'bulletin', 'slogan', 'warning', 'facts', 'audio', 'layout'] as const
export const itemStates = ['draft', 'first', 'second', 'final', 'approved', 'withdrawn', 'expired'] as const
export const roles = ['contributor', 'reviewer', 'publisher', 'duty', 'operate', 'inspect', 'administrator', 'security', 'auditor'] as const
/** OpenOOH venue ids of the places where anti-fraud information is shown. */
export const venues = ['904', '1001', '807', '601', '602', '1101', '701', '105', '106', '203', '301', '501', '903'] as const
