#include <fmt/format.h>

#include "shared/base/json.hpp"
#include "shared/stick/stick.hpp"
#include "shared/trust/check.hpp"

namespace fz::stick {
namespace {
constexpr std::size_t kMaxBatches = 2 * static_cast<std::size_t>(kBlock) / kBatch;

std::string below(std::initializer_list<std::string_view> parts) {
  std::string out(kFolder);
  for (const auto p : parts) out.append("/").append(p);
  return out;
}
}  // namespace

std::string metadata_name(std::string_view file) {
  return below({"metadata", file});
}
std::string blob_name(std::string_view sha256) {
  return below({"blobs", sha256});
}
std::string timestamp_name(std::string_view device) {
  return below({"screens", device, "timestamp.json"});
}
std::string ticket_name(std::string_view device) {
  return below({"screens", device, "ticket.json"});
}
std::string receipt_name(std::string_view device) {
  return below({"receipts", fmt::format("{}.json", device)});
}
std::string request_name(std::string_view device) {
  return below({"enrol", fmt::format("{}.json", device)});
}
std::string plays_folder(std::string_view device) {
  return below({"plays", device});
}
std::string plays_file(std::int64_t first) {
  return fmt::format("{:012}.sealed", first);
}

std::string write_ticket(const Ticket& t) {
  return json::write(json::object{{"_type", "stick"},
                                  {"device", t.device},
                                  {"issued", format_time(t.issued)},
                                  {"plays_key", t.plays_key},
                                  {"region", t.region},
                                  {"screen", t.screen},
                                  {"site", t.site},
                                  {"site_name", t.site_name},
                                  {"venue", t.venue},
                                  {"zone", t.zone}});
}

Result<Ticket> read_ticket(std::string_view bytes, const trust::Root& root, std::string_view device) {
  FZ_TRY(const auto envelope, trust::read_envelope(bytes, kMaxTicket));
  if (envelope.payload_type != kTicketType) return trust::refuse(trust::Check::type, envelope.payload_type);
  const auto& role = root.timestamp;
  if (trust::good_signers(envelope, root.keys, role.keyids).size() < static_cast<std::size_t>(role.threshold))
    return trust::refuse(trust::Check::signature, "ticket");
  FZ_TRY(const auto v, json::parse(envelope.payload, {.max_bytes = kMaxTicket}));
  json::Reader r(v, "ticket");
  Ticket t;
  const auto type = r.string("_type", 16), issued = r.string("issued", 40);
  t.device = r.string("device", 64);
  t.plays_key = r.string("plays_key", 64);
  t.region = r.string("region", 32);
  t.screen = r.string("screen", 128);
  t.site = r.string("site", 256);
  t.site_name = r.string("site_name", 256);
  t.venue = r.string("venue", 64);
  t.zone = r.string("zone", 64);
  FZ_CHECK(r.finish());
  FZ_TRY(t.issued, parse_time(issued));
  if (type != "stick" || t.screen.empty() || !is_sha256_hex(t.plays_key)) return fail(Code::stick_unreadable, {{"what", "ticket.json"}});
  if (t.device != device) return fail(Code::stick_unreadable, {{"what", fmt::format("ticket.json: {}", t.screen)}});
  return t;
}

std::string write_plays(const Plays& p) {
  json::array batches;
  for (const auto& b : p.batches) batches.emplace_back(b);
  return json::write(json::object{{"batches", std::move(batches)}, {"device", p.device}, {"schema", 1}});
}

Result<Plays> parse_plays(std::string_view text) {
  const auto wrong = [](const Error& e) { return fail(Code::stick_sealed, {{"what", std::string(code_name(e.code))}}, to_log(e)); };
  const auto v = json::parse(text, {.max_bytes = kMaxSealed});
  if (!v) return wrong(v.error());
  json::Reader r(*v, "plays");
  Plays p;
  r.integer("schema", 1, 1);
  p.device = r.string("device", 64);
  p.batches = r.strings("batches", kMaxBatches, trust::kMaxDocument);
  if (const auto done = r.finish(); !done) return wrong(done.error());
  return p;
}

}  // namespace fz::stick
