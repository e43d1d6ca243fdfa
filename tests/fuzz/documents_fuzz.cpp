// Any payload given to every reader: refused, or written and read again it is the same document.
#include <cstdlib>

#include "shared/trust/documents.hpp"
#include "shared/trust/staff.hpp"

namespace {
template <class Parse, class Write>
void try_document(std::string_view payload, Parse parse, Write write) {
  auto document = parse(payload);
  if (!document) return;
  auto text = write(*document);
  auto again = parse(text);
  if (!again || write(*again) != text) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fz::trust;
  auto text = fz::as_text({data, size});
  std::string payload(text);
  if (auto envelope = read_envelope(text, kMaxTargets)) payload = envelope->payload;
  try_document(payload, parse_root, write_root);
  try_document(payload, parse_timestamp, write_timestamp);
  try_document(payload, parse_snapshot, write_snapshot);
  try_document(payload, parse_targets, write_targets);
  try_document(payload, parse_reviewers, write_reviewers);
  try_document(payload, parse_approval, write_approval);
  try_document(payload, parse_withdrawals, write_withdrawals);
  try_document(payload, parse_staff, write_staff);
  try_document(payload, parse_renewal, write_renewal);
  try_document(payload, parse_alert, write_alert);
  try_document(payload, parse_time_answer, write_time_answer);
  try_document(payload, parse_play_batch, write_play_batch);
  try_document(payload, parse_receipt, write_receipt);
  return 0;
}
