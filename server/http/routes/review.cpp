// The steps of the review, and the documents that the reviewers signed.
#include <set>

#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "server/review/privacy.hpp"
#include "shared/base/log.hpp"
#include "shared/privacy/privacy.hpp"
#include "shared/render/documents.hpp"

namespace fz::http {
namespace {

Result<UtcTime> time_field(json::Reader& in, std::string_view name, UtcTime fallback) {
  const auto text = in.optional_string(name, 40);
  if (!text) return fallback;
  const auto t = parse_time(*text);
  if (!t) return fail(Code::bad_field, {{"field", std::string(name)}, {"what", "2026-11-22T08:00:00Z"}});
  return *t;
}

// Times are cut to seconds: they end up in a signed document that people read.
UtcTime to_seconds(UtcTime t) {
  return std::chrono::floor<Seconds>(t);
}

Result<net::Response> envelope_reply(const std::optional<std::string>& envelope, std::string_view what) {
  if (!envelope) return fail(Code::not_found, {{"what", std::string(what)}});
  return reply_text(*envelope);
}

// Before a text's first step ends, in its transaction: nobody in it can be recognised.
Result<void> settle_privacy(Call& call, const review::Tables& db, const review::Context& ctx, review::Act act,
                            const review::Exceptions& exceptions) {
  FZ_TRY(const auto item, library::get_item(db.library, db.accounts, call.actor, call.arg(0)));
  FZ_TRY(const bool due, review::privacy_is_due(db, item, act));
  if (!due) return {};
  FZ_TRY(const auto document, call.app.blobs.read(item.source, render::kMaxDocumentBytes));
  return review::settle_privacy(db, ctx, item, act, document, exceptions);
}

}  // namespace

Result<net::Response> check_privacy(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "text");
  const auto text = in.string("text", 64 * 1024);
  FZ_CHECK(in.finish());
  json::array out;
  std::set<std::string, std::less<>> told;
  for (const auto& f : privacy::find(text))
    if (told.insert(f.text).second)
      out.emplace_back(json::object{{"kind", privacy::kind_name(f.kind)}, {"text", f.text}, {"masked", privacy::masked(f)}});
  return reply({{"findings", std::move(out)}});
}

Result<net::Response> submit_item(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "terms");
  review::Terms terms;
  const auto kind_text = in.string_or("kind", "loop", 20);
  terms.group = in.string_or("group", "", 100);
  terms.audience.venues = in.strings("venues", 100, 40, false);
  terms.audience.regions = in.strings("regions", 100, 20, false);
  FZ_TRY(terms.valid_from, time_field(in, "valid_from", to_seconds(call.now)));
  FZ_TRY(terms.valid_until, time_field(in, "valid_until", to_seconds(call.now) + Days{365}));
  const review::Exceptions exceptions{in.strings("privacy_exceptions", 50, 200, false), in.string_or("comment", "", 4000)};
  terms.offline_days = static_cast<int>(in.integer_or("offline_days", 45, 0, 4000));
  FZ_CHECK(in.finish());
  const auto kind = trust::kind_from_name(kind_text);
  if (!kind) return fail(Code::bad_field, {{"field", "kind"}, {"what", kind_text}});
  terms.kind = *kind;
  if (terms.audience.venues.empty()) terms.audience.venues = {"*"};
  if (terms.audience.regions.empty()) terms.audience.regions = {"*"};
  FZ_TRY(const auto item, call.app.store.write([&](store::Tx& tx) -> Result<library::Item> {
    const auto ctx = tx.context(call.actor, call.now);
    FZ_CHECK(settle_privacy(call, tx.reviewing(), ctx, review::Act::submit, exceptions));
    return review::submit(tx.reviewing(), ctx, call.arg(0), terms);
  }));
  return reply(json_of(item, language_of(call.request)));
}

Result<net::Response> decide(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "decision");
  const auto act = in.string("act", 20);
  review::Verdict verdict;
  verdict.comment = in.string_or("comment", "", 8000);
  verdict.checked = in.strings("checked", 20, 40, false);
  if (in.any("revision", false)) verdict.revision = in.integer("revision", 1, INT64_C(1) << 53);
  const review::Exceptions exceptions{in.strings("privacy_exceptions", 50, 200, false), verdict.comment};
  FZ_CHECK(in.finish());
  if (act != "pass" && act != "back") return fail(Code::bad_field, {{"field", "act"}, {"what", "pass, back"}});
  FZ_TRY(const auto item, call.app.store.write([&](store::Tx& tx) -> Result<library::Item> {
    const auto ctx = tx.context(call.actor, call.now);
    if (act == "pass") FZ_CHECK(settle_privacy(call, tx.reviewing(), ctx, review::Act::pass, exceptions));
    return act == "pass" ? review::pass(tx.reviewing(), ctx, call.arg(0), verdict)
                         : review::send_back(tx.reviewing(), ctx, call.arg(0), verdict);
  }));
  return reply(json_of(item, language_of(call.request)));
}

Result<net::Response> get_package(Call& call) {
  // write(): the statement is made when it is first asked for, and kept, so that everybody signs the same bytes.
  FZ_TRY(auto package, call.app.store.write([&](store::Tx& tx) { return review::package(tx.reviewing(), call.actor, call.arg(0)); }));
  return reply_text(std::move(package));
}

Result<net::Response> import_approval(Call& call) {
  FZ_TRY(const auto done, call.app.store.write([&](store::Tx& tx) -> Result<review::Imported> {
    FZ_TRY(auto imported, review::import_approval(tx.reviewing(), tx.context(call.actor, call.now), call.request.body));
    if (imported.in_force) FZ_CHECK(call.app.blobs.put(imported.envelope));  // on the disk before the row that names it
    return imported;
  }));
  if (done.in_force) publish_quietly(call.app, "approval");
  return reply({{"item", json_of(done.item, language_of(call.request))},
                {"approval_id", done.approval_id},
                {"complete", done.complete},
                {"holders", done.holders},
                {"threshold", done.threshold}});
}

Result<net::Response> get_approval(Call& call) {
  FZ_TRY(const auto found, call.app.store.read([&](const store::Tx& tx) -> Result<std::optional<std::string>> {
    FZ_TRY(const auto approval, tx.review().approval(call.arg(0)));
    if (!approval) return std::optional<std::string>{};
    FZ_TRY(const auto item, library::get_item(tx.library(), tx.accounts(), call.actor, approval->item));
    return std::optional<std::string>{approval->envelope};
  }));
  return envelope_reply(found, call.arg(0));
}

Result<net::Response> get_withdrawals(Call& call) {
  FZ_TRY(const auto found, call.app.store.read([](const store::Tx& tx) { return tx.review().trust_document("withdrawals"); }));
  return envelope_reply(found, "withdrawals");
}

namespace {
/// Taking down waits for nothing: not for the trail, and not even for a database that cannot be written. What the trail or the
/// database did not take is in the log, and the same envelope can be sent again.
Result<review::Withdrawn> withdraw(Call& call) {
  auto done = call.app.store.write([&](store::Tx& tx) {
    audit::TolerantTrail trail(tx.audit());
    return review::import_withdrawals(tx.reviewing(), accounts::Context{call.actor, trail, call.now}, call.request.body);
  });
  // A database that is locked for too long says conflict.
  if (done || (http_status(done.error().code) < 500 && done.error().code != Code::conflict)) return done;
  log::error("withdrawals could not be stored and are passed on all the same: {}", to_log(done.error()));
  FZ_CHECK(call.app.store.read([&](const store::Tx& tx) { return review::check_withdrawals(tx.review(), call.request.body, call.now); }));
  return review::Withdrawn{};
}
}  // namespace

Result<net::Response> import_withdrawals(Call& call) {
  FZ_TRY(const auto done, withdraw(call));
  // The screens first: taking down never waits for publishing. The body was verified, so it is one JSON value.
  const auto told = call.app.channels.broadcast(net::text_frame("{\"envelope\":" + call.request.body + ",\"m\":\"withdrawals\"}"));
  log::info("withdrawals imported: {} approvals, pushed to {} screens", done.approvals.size(), told);
  publish_quietly(call.app, "withdrawals");
  return reply({{"approvals", strings(done.approvals)}, {"items", strings(done.items)}});
}

Result<net::Response> get_trust_document(Call& call) {
  const auto& name = call.arg(0);
  if (name != "root" && name != "reviewers") return fail(Code::not_found, {{"what", name}});
  FZ_TRY(const auto found, call.app.store.read([&](const store::Tx& tx) -> Result<std::optional<std::string>> {
    if (name == "reviewers") return tx.review().trust_document(name);
    const auto root = review::stored_root(tx.review());
    if (!root) return root.error();
    return tx.review().trust_document("root." + std::to_string(root->version));
  }));
  return envelope_reply(found, name);
}

Result<net::Response> import_trust_document(Call& call) {
  const auto& name = call.arg(0);
  if (name != "root" && name != "reviewers") return fail(Code::not_found, {{"what", name}});
  FZ_TRY(const auto version, call.app.store.write([&](store::Tx& tx) {
    const auto ctx = tx.context(call.actor, call.now);
    return name == "root" ? review::import_root(tx.reviewing(), ctx, call.request.body)
                          : review::import_reviewers(tx.reviewing(), ctx, call.request.body);
  }));
  publish_quietly(call.app, name);
  return reply({{"version", version}});
}

Result<net::Response> get_staff_documents(Call& call) {
  FZ_TRY(const auto documents, call.app.store.read([](const store::Tx& tx) -> Result<std::vector<review::StaffDocument>> {
    FZ_TRY(const auto reviewers, review::stored_reviewers(tx.review()));
    return review::stored_staff(tx.review(), reviewers);
  }));
  json::array out;
  for (const auto& d : documents) {
    FZ_TRY(auto envelope, json::parse(d.envelope));
    out.push_back(json::object{{"group", d.staff.group}, {"version", d.staff.version}, {"envelope", std::move(envelope)}});
  }
  return reply({{"documents", std::move(out)}});
}

Result<net::Response> import_staff_document(Call& call) {
  FZ_TRY(const auto version, call.app.store.write([&](store::Tx& tx) {
    return review::import_staff(tx.reviewing(), tx.context(call.actor, call.now), call.request.body);
  }));
  publish_quietly(call.app, "staff");
  return reply({{"version", version}});
}

Result<net::Response> review_queue(Call& call) {
  FZ_TRY(const auto lines, call.app.store.read([&](const store::Tx& tx) { return review::queue(tx.reviewing(), call.actor, call.now); }));
  json::array out;
  for (const auto& line : lines) {
    json::object one{{"item", json_of(line.item, language_of(call.request))},
                     {"step", library::state_name(line.item.state)},
                     {"act", line.sign ? "sign" : "pass"},
                     {"since", format_time(line.since)},
                     {"overdue", line.deadline && *line.deadline < call.now},
                     {"checklist", strings(review::checklist(line.item.kind))}};
    if (line.deadline) one["deadline"] = format_time(*line.deadline);
    out.emplace_back(std::move(one));
  }
  return reply({{"queue", std::move(out)}});
}

Result<net::Response> get_online_key(Call& call) {
  const auto& key = call.app.publisher.online_key();
  return reply({{"keyid", key.id()}, {"scheme", key.public_key().scheme}, {"public", key.public_key().hex()}});
}

}  // namespace fz::http
