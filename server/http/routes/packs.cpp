// What people take away of an approved item. What there is and how it comes about: server/library/packs.hpp.
#include "server/library/packs.hpp"

#include <algorithm>

#include "server/http/attachment.hpp"
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "shared/render/documents.hpp"
#include "shared/render/short_text.hpp"

namespace fz::http {
namespace {

using library::PackPlan;

struct Known {
  library::Item item;
  std::vector<PackPlan> plans;
  std::vector<library::Pack> packs;
  std::vector<library::Job> jobs;
};
Result<Known> look(const Call& call, const store::Tx& tx) {
  Known k;
  FZ_TRY(k.item, library::see_item(tx.library(), tx.accounts(), call.actor, call.arg(0)));
  FZ_TRY(const auto renditions, tx.library().renditions(k.item.id, k.item.version));
  k.plans = library::plan_packs(k.item, renditions);
  FZ_TRY(k.packs, tx.library().packs(k.item.id, k.item.version));
  FZ_TRY(k.jobs, tx.library().jobs(k.item.id, k.item.version));
  return k;
}
const library::Pack* made_pack(const Known& k, std::string_view pack) {
  for (const auto& p : k.packs)
    if (p.pack == pack) return &p;
  return nullptr;
}
const library::Job* last_job(const Known& k, std::string_view pack) {
  const library::Job* last = nullptr;
  for (const auto& j : k.jobs)
    if (j.kind == library::JobKind::pack && j.profile == pack) last = &j;
  return last;
}

/// A few words of the item for messages: of a text its own, else its title.
Result<std::string> short_text(Call& call, const library::Item& item) {
  if (!render::is_document_mime(item.source_mime)) return item.title;
  FZ_TRY(const auto bytes, call.app.blobs.read(item.source, render::kMaxDocumentBytes));
  FZ_TRY(const auto document, render::parse_document(bytes));
  auto text = render::short_text(document, library::kMaxShortText);
  return text.empty() ? item.title : text;
}

json::object why(const std::string& zh, const std::string& en) {
  return {{"zh", zh}, {"en", en}};
}
json::object pack_json(Call& call, const Known& k, const PackPlan& plan) {
  json::object out{{"pack", plan.pack}, {"name", library::pack_file_name(k.item, plan.pack, plan.mime)}};
  const auto state = [&](const char* text) { out["state"] = text; };
  const auto* pack = made_pack(k, plan.pack);
  const auto* job = last_job(k, plan.pack);
  using library::JobState;
  if (plan.way == PackPlan::Way::none) {
    state("unavailable");
    out["why"] = why(plan.zh, plan.en);
  } else if (plan.way == PackPlan::Way::text) {
    const auto text = short_text(call, k.item);
    state(text ? "ready" : "unavailable");
    if (text) out["text"] = *text;
    if (text) out["bytes"] = static_cast<std::int64_t>(text->size());
    if (!text) out["why"] = why(message(text.error(), Lang::zh), message(text.error(), Lang::en));
  } else if (plan.way == PackPlan::Way::blob || pack) {
    state("ready");
    out["bytes"] = static_cast<std::int64_t>(pack ? pack->length : plan.length);
  } else if (job && (job->state == JobState::queued || job->state == JobState::running)) {
    state("making");
    out["progress_permille"] = job->progress_permille;
  } else if (job && job->state == JobState::failed) {
    state("unavailable");
    const auto failure = stored_problem(job->failure, job->failure_params, Lang::zh);
    const auto* o = failure.if_object();
    out["why"] = why(o ? std::string(o->at("zh").as_string()) : job->failure, o ? std::string(o->at("en").as_string()) : job->failure);
  } else {
    state("offered");
  }
  return out;
}

net::Response as_file(net::Response r, const library::Item& item, const PackPlan& plan) {
  const auto name = library::pack_file_name(item, plan.pack, plan.mime);
  const auto dot = name.rfind('.');
  r.headers.set("Content-Disposition", attachment(name, item.id + "-" + plan.pack + (dot == std::string::npos ? "" : name.substr(dot))));
  return r;
}

Result<net::Response> serve_blob(Call& call, const Known& k, const PackPlan& plan, const std::string& sha256, const std::string& mime) {
  FZ_TRY(const auto file, call.app.files.open(call.app.blobs, sha256));
  return as_file(net::serve_file(call.request, file.fd, file.length,
                                 {"\"" + sha256 + "\"", mime.empty() ? "application/octet-stream" : mime, "private, no-cache"}),
                 k.item, plan);
}

/// Remembered once a day: which packs are still fetched decides which are kept.
Result<void> note_use(Call& call, library::Pack pack) {
  if (call.now - pack.used < Days{1}) return {};
  pack.used = call.now;
  return call.app.store.write([&](store::Tx& tx) { return tx.library().put_pack(pack); });
}

}  // namespace

Result<net::Response> list_packs(Call& call) {
  FZ_TRY(const auto known, call.app.store.read([&](const store::Tx& tx) { return look(call, tx); }));
  json::array out;
  for (const auto& plan : known.plans) out.emplace_back(pack_json(call, known, plan));
  return reply({{"packs", std::move(out)}});
}

Result<net::Response> get_pack(Call& call) {
  FZ_TRY(const auto known, call.app.store.read([&](const store::Tx& tx) { return look(call, tx); }));
  const auto plan = std::find_if(known.plans.begin(), known.plans.end(), [&](const auto& p) { return p.pack == call.arg(1); });
  if (plan == known.plans.end()) return fail(Code::not_found, {{"what", call.arg(1)}});
  if (known.item.state != library::State::approved)
    return fail(Code::review_state, {{"state", std::string(library::state_name(known.item.state))}});
  switch (plan->way) {
    case PackPlan::Way::none:
      return fail(Code::not_found, {{"what", call.arg(1)}}, plan->en);
    case PackPlan::Way::blob:
      return serve_blob(call, known, *plan, plan->sha256, plan->mime);
    case PackPlan::Way::text: {
      FZ_TRY(auto text, short_text(call, known.item));
      return as_file(net::make_response(200, "text/plain; charset=utf-8", std::move(text)), known.item, *plan);
    }
    case PackPlan::Way::made:
      break;
  }
  if (const auto* pack = made_pack(known, plan->pack)) {
    FZ_CHECK(note_use(call, *pack));
    return serve_blob(call, known, *plan, pack->sha256, pack->mime);
  }
  FZ_CHECK(call.app.store.write(
      [&](store::Tx& tx) { return library::ask_for_pack(tx.library(), tx.context(call.actor, call.now), known.item, plan->pack); }));
  call.app.jobs_wanted();
  return fail(Code::pack_not_ready, {{"item", known.item.title}, {"pack", plan->pack}});
}

}  // namespace fz::http
