// Jobs: claimed by a worker, worked on outside any transaction, ended here.
#include <fmt/format.h>

#include <algorithm>

#include "server/library/rules.hpp"
#include "shared/layout/layout.hpp"

namespace fz::library {
namespace {

std::string params_json(const Params& params) {
  json::object o;
  for (const auto& [name, value] : params) o[name] = value;
  return json::write(o);
}

/// A running job and the item version it is for; nothing if a newer version has come (the job is then dropped).
struct Running {
  Job job;
  Item item;
};
Result<std::optional<Running>> running(Store& db, std::int64_t id) {
  FZ_TRY(auto job, db.job(id));
  if (!job || job->state != JobState::running) return fail(Code::conflict, {{"what", "job " + std::to_string(id)}}, "not running");
  FZ_TRY(auto item, db.item(job->item));
  if (!item || item->version != job->version) {
    FZ_CHECK(db.remove_jobs(job->item, job->version));
    return std::optional<Running>{};
  }
  return std::optional<Running>(Running{*std::move(job), *std::move(item)});
}

Result<void> end_job(Store& db, Job& job, JobState state, UtcTime now) {
  job.state = state;
  job.updated = now;
  if (state == JobState::done) job.progress_permille = 1000;
  return db.put_job(job);
}

/// What waits for the same picture as a job that has failed is of no use any more.
Result<void> drop_waiting(Store& db, const Job& failed) {
  FZ_TRY(const auto jobs, db.jobs(failed.item, failed.version));
  for (const Job& j : jobs)
    if (j.state == JobState::queued && shape_of_job(j) == shape_of_job(failed)) FZ_CHECK(db.remove_job(j.id));
  return {};
}

Result<void> fail_item(Store& db, const Context& ctx, Item& item, const Job& job) {
  FZ_CHECK(drop_waiting(db, job));
  FZ_CHECK(settle(db, ctx, item));
  return ctx.record("item.failed", item.id, {{"code", job.failure}, {"version", item.version}});
}

/// A variant is of the shape it was sent as, and a picture where the item is one: what plays for how long must not hang on the screen's
/// shape.
Result<void> check_finding(const Item& item, const std::string& shape, const Probed& probed) {
  if (probed.width > 0 && layout::shape_name(layout::shape_of(probed.width, probed.height)) != shape) {
    return fail(Code::variant_aspect,
                {{"shape", shape}, {"width", std::to_string(probed.width)}, {"height", std::to_string(probed.height)}});
  }
  if (probed.kind == item.kind) return {};
  return fail(Code::bad_field, {{"field", "shape"}, {"what", fmt::format("{} / {}", kind_name(probed.kind), kind_name(item.kind))}});
}

Result<void> note_finding(Store& db, Item& item, const std::string& shape, const Probed& probed) {
  if (shape.empty()) {
    item.kind = probed.kind;
    item.source_mime = probed.mime;
    return {};
  }
  FZ_CHECK(check_finding(item, shape, probed));
  FZ_TRY(auto variants, db.variants(item.id, item.version));
  const auto v = std::find_if(variants.begin(), variants.end(), [&](const Variant& x) { return x.shape == shape; });
  if (v == variants.end()) return fail(Code::not_found, {{"what", shape}});
  v->source_mime = probed.mime;
  v->width = probed.width;
  v->height = probed.height;
  return db.put_variant(*v);
}

}  // namespace

Result<std::optional<Job>> claim_job(Store& db, UtcTime now) {
  for (;;) {
    FZ_TRY(auto job, db.next_job(now));
    if (!job) return job;
    FZ_TRY(const auto item, db.item(job->item));
    if (!item || item->version != job->version) {
      FZ_CHECK(db.remove_jobs(job->item, job->version));
      continue;
    }
    job->state = JobState::running;
    ++job->attempts;
    job->progress_permille = 0;
    job->updated = now;
    FZ_CHECK(db.put_job(*job));
    return job;
  }
}

Result<void> job_progress(Store& db, std::int64_t id, int permille, UtcTime now) {
  FZ_TRY(auto job, db.job(id));
  if (!job || job->state != JobState::running) return {};
  job->progress_permille = std::clamp(permille, 0, 1000);
  job->updated = now;
  return db.put_job(*job);
}

Result<void> finish_probe(Store& db, const Context& ctx, std::int64_t id, const Probed& probed) {
  FZ_TRY(auto r, running(db, id));
  if (!r) return {};
  const std::string shape(shape_of_job(r->job)), prefix = shape.empty() ? "" : shape + "-";
  FZ_CHECK(note_finding(db, r->item, shape, probed));
  if (probed.original) {
    Rendition original = *probed.original;
    original.item = r->item.id;
    original.version = r->item.version;
    original.profile.insert(0, prefix);
    FZ_CHECK(db.put_rendition(original));
  }
  for (const std::string& profile : probed.renders) {
    Job render;
    render.item = r->item.id;
    render.version = r->item.version;
    render.kind = JobKind::render;
    render.profile = prefix;
    render.profile.append(profile);
    render.created = render.updated = ctx.now;
    FZ_TRY(const Job added, db.add_job(render));
    (void)added;
  }
  FZ_CHECK(end_job(db, r->job, JobState::done, ctx.now));
  return settle(db, ctx, r->item);
}

Result<void> finish_render(Store& db, const Context& ctx, std::int64_t id, const Rendition& rendition) {
  FZ_TRY(auto r, running(db, id));
  if (!r) return {};
  Rendition made = rendition;
  made.item = r->item.id;
  made.version = r->item.version;
  if (made.profile.empty()) made.profile = r->job.profile;
  FZ_CHECK(db.put_rendition(made));
  FZ_CHECK(end_job(db, r->job, JobState::done, ctx.now));
  return settle(db, ctx, r->item);
}

Result<void> finish_pack(Store& db, const Context& ctx, std::int64_t id, const Pack& pack) {
  FZ_TRY(auto r, running(db, id));
  if (!r) return {};
  Pack made = pack;
  made.item = r->item.id;
  made.version = r->item.version;
  made.pack = r->job.profile;
  made.made = made.used = ctx.now;
  FZ_CHECK(db.put_pack(made));
  return end_job(db, r->job, JobState::done, ctx.now);
}

Result<void> fail_job(Store& db, const Context& ctx, std::int64_t id, const Error& why, bool final) {
  FZ_TRY(auto r, running(db, id));
  if (!r) return {};
  r->job.failure = code_name(why.code);
  r->job.failure_params = params_json(why.params);
  if (!final && r->job.attempts < kMaxAttempts) {
    r->job.not_before = ctx.now + Seconds{10} * (1 << r->job.attempts);
    return end_job(db, r->job, JobState::queued, ctx.now);
  }
  FZ_CHECK(end_job(db, r->job, JobState::failed, ctx.now));
  if (r->job.kind == JobKind::pack) return {};
  return fail_item(db, ctx, r->item, r->job);
}

Result<int> recover_jobs(Store& db, const Context& ctx) {
  FZ_TRY(const auto left, db.jobs_in(JobState::running));
  for (Job job : left) {
    if (job.attempts < kMaxAttempts) {
      FZ_CHECK(end_job(db, job, JobState::queued, ctx.now));
      continue;
    }
    job.failure = code_name(Code::job_crashed);
    job.failure_params = "{}";
    FZ_CHECK(end_job(db, job, JobState::failed, ctx.now));
    FZ_TRY(auto item, db.item(job.item));
    if (item && item->version == job.version && job.kind != JobKind::pack) FZ_CHECK(fail_item(db, ctx, *item, job));
  }
  return static_cast<int>(left.size());
}

}  // namespace fz::library
