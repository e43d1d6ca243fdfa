// time, play batch, receipt.
#include <array>

#include "shared/base/id.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/trust/fields.hpp"

namespace fz::trust {
using namespace fields;
namespace {
constexpr std::array<std::string_view, 4> kEnds = {"completed", "interrupted", "skipped", "unknown"};

json::object play_json(const Play& p) {
  json::object out{{"id", p.id},
                   {"counter", p.counter},
                   {"approval_id", p.approval_id},
                   {"sha256", p.sha256},
                   {"campaign", p.campaign},
                   {"slot", p.slot},
                   {"zone", p.zone},
                   {"started", format_time(p.started)},
                   {"end", p.end},
                   {"reason", p.reason},
                   {"presented_ms", p.presented_ms},
                   {"frames", p.frames},
                   {"clock", p.clock},
                   {"previous", p.previous}};
  if (p.ended) out["ended"] = format_time(*p.ended);
  return out;
}
Result<Play> read_play(const json::value& v) {
  json::Reader r(v, "plays");
  Play p;
  p.id = r.string("id", 36);
  p.counter = r.integer("counter", 1, kMaxVersion);
  p.approval_id = r.string("approval_id", kMaxName);
  p.sha256 = sha256(r, "sha256");
  p.campaign = r.string("campaign", kMaxName);
  p.slot = r.string("slot", kMaxName);
  p.zone = r.string("zone", kMaxName);
  p.started = time(r, "started");
  p.ended = optional_time(r, "ended");
  p.end = r.string("end", 16);
  p.reason = r.string("reason", 256);
  p.presented_ms = r.integer("presented_ms", 0, kMaxVersion);
  p.frames = r.integer("frames", 0, kMaxVersion);
  p.clock = r.string("clock", 16);
  p.previous = sha256(r, "previous");
  // No unknown members: the hash chain is over exactly these.
  if (auto done = r.finish(); !done) return refuse_signed_format("plays", message(done.error(), Lang::en));
  if (!is_uuid(p.id)) return bad("plays", "id");
  if (std::find(kEnds.begin(), kEnds.end(), p.end) == kEnds.end() || (p.end == "unknown" && p.ended)) return bad("plays", "end");
  return p;
}
}  // namespace

Result<TimeAnswer> parse_time_answer(std::string_view payload) {
  FZ_TRY(auto v, document(payload, "time", "time"));
  json::Reader r(v, "time");
  TimeAnswer out{r.string("nonce", 128), time(r, "time")};
  FZ_CHECK(finish(r, "time"));
  if (auto nonce = from_hex(out.nonce); !nonce || nonce->size() < 16) return bad("time", "nonce");
  return out;
}
std::string write_time_answer(const TimeAnswer& answer) {
  return json::write(json::object{{"_type", "time"}, {"nonce", answer.nonce}, {"time", format_time(answer.time)}});
}

std::string play_hash(const Play& play) {
  return crypto::sha256_hex(json::write(play_json(play)));
}
Result<PlayBatch> parse_play_batch(std::string_view payload) {
  FZ_TRY(auto v, document(payload, "plays", "plays"));
  json::Reader r(v, "plays");
  PlayBatch out;
  out.screen = name(r, "screen");
  if (auto* plays = r.list("plays", kMaxPlays)) {
    for (auto& item : *plays) {
      FZ_TRY(auto play, read_play(item));
      if (!out.plays.empty()) {
        auto& before = out.plays.back();
        if (play.counter != before.counter + 1 || play.previous != play_hash(before)) return bad("plays", "previous");
      }
      out.plays.push_back(std::move(play));
    }
  }
  FZ_CHECK(finish(r, "plays"));
  if (out.plays.empty()) return bad("plays", "empty");
  return out;
}
std::string write_play_batch(const PlayBatch& batch) {
  json::array plays;
  for (auto& p : batch.plays) plays.push_back(play_json(p));
  return json::write(json::object{{"_type", "plays"}, {"screen", batch.screen}, {"plays", std::move(plays)}});
}

Result<Receipt> parse_receipt(std::string_view payload) {
  FZ_TRY(auto v, document(payload, "receipt", "receipt"));
  json::Reader r(v, "receipt");
  Receipt out;
  out.screen = name(r, "screen");
  out.through = r.integer("through", 0, kMaxVersion);
  out.head = sha256(r, "head");
  out.batch = sha256(r, "batch");
  out.received = time(r, "received");
  FZ_CHECK(finish(r, "receipt"));
  return out;
}
std::string write_receipt(const Receipt& receipt) {
  return json::write(json::object{{"_type", "receipt"},
                                  {"screen", receipt.screen},
                                  {"through", receipt.through},
                                  {"head", receipt.head},
                                  {"batch", receipt.batch},
                                  {"received", format_time(receipt.received)}});
}
}  // namespace fz::trust
