// Items and their renditions. Uploads are in uploads.cpp.
#include <algorithm>

#include "server/http/call.hpp"
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "server/http/upload_metadata.hpp"
#include "server/library/tags.hpp"
#include "server/speech/speech.hpp"
#include "shared/layout/layout.hpp"
#include "shared/render/render.hpp"

namespace fz::http {

Result<net::Response> list_items(Call& call) {
  library::ItemFilter f;
  // Before a file is sent: does the unit have these bytes already?
  FZ_TRY(const auto source, call.query("source"));
  if (!source.empty()) {
    FZ_TRY(const auto same,
           call.app.store.read([&](const store::Tx& tx) { return tx.library().items_by_source(source, call.actor.unit); }));
    return reply({{"items", list_json(same, language_of(call.request))}});
  }
  FZ_TRY(const auto kind, call.query("kind"));
  if (!kind.empty() && !(f.kind = library::kind_from_name(kind))) return fail(Code::bad_field, {{"field", "kind"}, {"what", kind}});
  FZ_TRY(const auto state, call.query("state"));
  if (!state.empty() && !(f.state = library::state_from_name(state))) return fail(Code::bad_field, {{"field", "state"}, {"what", state}});
  FZ_TRY(f.text, call.query("text"));
  FZ_TRY(f.fraud_kind, call.query("fraud_kind"));
  FZ_TRY(const auto tags, call.query("tag"));
  f.tags = split_tags(tags);
  if (f.tags.size() > 8) return fail(Code::bad_field, {{"field", "tag"}, {"what", "<= 8"}});
  for (const auto& tag : f.tags)
    if (!library::find_tag(tag)) return fail(Code::tag_unknown, {{"tag", tag.substr(0, 40)}});
  FZ_TRY(f.before, call.query("before"));
  FZ_TRY(const auto limit, call.query_number("limit", 50, 1, 200));
  f.limit = static_cast<int>(limit);
  FZ_TRY(const auto shared, call.query("shared"));
  if (shared == "true")
    f.shared_to = library::units_on(call.actor.unit_path);
  else
    f.unit_path = call.actor.unit_path;
  FZ_TRY(const auto items, call.app.store.read([&](const store::Tx& tx) { return tx.library().items(f); }));
  return reply({{"items", list_json(items, language_of(call.request))}});
}

namespace {

// The document's own bytes as they will be signed; fills in what it says of itself.
Result<std::string> read_text(const json::value& document, library::NewText& text) {
  const auto* type = document.as_object().if_contains("type");
  if (type && type->is_string() && type->get_string() == "layout") {
    FZ_TRY(const auto parsed, layout::parse(json::write(document)));
    text.kind = library::Kind::layout;
    text.mime = layout::kMediaType;
    text.exposes = "method";
    return layout::write(parsed);
  }
  FZ_TRY(const auto parsed, render::parse_document(json::write(document)));
  FZ_CHECK(render::check_import(parsed));
  text.kind = library::kind_from_name(render::document_type(parsed)).value();
  text.mime = render::document_mime(parsed);
  text.fraud_kind = render::document_kind_of_fraud(parsed);
  text.exposes = render::document_exposes(parsed) == render::Exposes::method ? "method" : "case";
  return render::write_document(parsed);
}

// A text that the server is to speak: kept as the item's source; the sound is made by a job.
Result<library::NewText> spoken_text(Call& call, json::Reader& in) {
  library::NewText text;
  text.kind = library::Kind::audio;
  text.title = in.string("title", 480);
  const auto* given = in.object_member("speech");
  text.fraud_kind = in.string_or("fraud_kind", "", 64);
  text.exposes = in.string_or("exposes", "", 16);
  text.tags = in.strings("tags", 40, 40, false);
  text.item = in.string_or("item", "", 64);
  FZ_CHECK(in.finish());
  json::object document = given->get_object();
  document["schema"] = 1;
  FZ_TRY(const auto what, speech::parse(json::write(document)));
  text.mime = std::string(speech::kMime);
  FZ_TRY(text.digest, call.app.blobs.put(speech::write(what)));
  return text;
}
Result<net::Response> create_speech_item(Call& call, json::Reader& in) {
  FZ_TRY(const auto text, spoken_text(call, in));
  FZ_TRY(const auto item,
         call.app.store.write([&](store::Tx& tx) { return library::create_text(tx.library(), tx.context(call.actor, call.now), text); }));
  call.app.jobs_wanted();
  return reply(json_of(item, language_of(call.request)), 201);
}
}  // namespace

Result<net::Response> create_text_item(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "item");
  if (in.any("speech", false)) return create_speech_item(call, in);
  library::NewText text;
  text.title = in.string("title", 480);
  const auto* document = in.object_member("document");
  text.tags = in.strings("tags", 40, 40, false);
  text.item = in.string_or("item", "", 64);
  FZ_CHECK(in.finish());
  FZ_TRY(const std::string bytes, read_text(*document, text));
  FZ_TRY(text.digest, call.app.blobs.put(bytes));  // blobs first, rows second
  FZ_TRY(const auto item,
         call.app.store.write([&](store::Tx& tx) { return library::create_text(tx.library(), tx.context(call.actor, call.now), text); }));
  return reply(json_of(item, language_of(call.request)), 201);
}

namespace {

/// Screens of the item's branch that would show a variant of this shape; true as long as none of them has told its size.
Result<bool> is_used(const store::Tx& tx, const library::Item& item, std::string_view shape) {
  FZ_TRY(const auto unit, tx.accounts().unit(item.unit));
  FZ_TRY(const auto zones, tx.screens().zone_sizes(unit ? unit->path : ""));
  return zones.empty() || std::any_of(zones.begin(), zones.end(),
                                      [&](const auto& z) { return layout::shape_name(layout::shape_of(z.width, z.height)) == shape; });
}

Result<json::array> variants_json(const store::Tx& tx, const library::Item& item, const std::vector<library::Job>& jobs, Lang lang) {
  json::array out;
  FZ_TRY(const auto variants, tx.library().variants(item.id, item.version));
  for (const auto& v : variants) {
    json::object one = json_of(v);
    one["processing"] = library::processing_name(library::processing_of(jobs, v.shape));
    for (const auto& j : jobs)
      if (j.state == library::JobState::failed && library::shape_of_job(j) == v.shape)
        one["failure"] = stored_problem(j.failure, j.failure_params, lang);
    FZ_TRY(const bool used, is_used(tx, item, v.shape));
    if (!used) one["warning"] = problem_json(fail(Code::variant_unused, {{"shape", v.shape}}), "", lang);
    out.emplace_back(std::move(one));
  }
  return out;
}

}  // namespace

Result<net::Response> get_item(Call& call) {
  const Lang lang = language_of(call.request);
  return call.app.store.read([&](const store::Tx& tx) -> Result<net::Response> {
    FZ_TRY(const auto item, library::see_item(tx.library(), tx.accounts(), call.actor, call.arg(0)));
    FZ_TRY(const auto renditions, tx.library().renditions(item.id, item.version));
    FZ_TRY(const auto jobs, tx.library().jobs(item.id, item.version));
    FZ_TRY(const auto decisions, tx.review().decisions(item.id, item.version));
    FZ_TRY(const auto approval, tx.review().approval_of(item.id, item.version));
    FZ_TRY(auto variants, variants_json(tx, item, jobs, lang));
    json::object out{{"item", json_of(item, lang)},
                     {"renditions", list_json(renditions)},
                     {"variants", std::move(variants)},
                     {"jobs", list_json(jobs, lang)},
                     {"decisions", list_json(decisions)}};
    if (approval) out["approval_id"] = approval->approval_id;
    if (item.state == library::State::final || item.state == library::State::approved) {
      FZ_TRY(const auto have, review::signatures(tx.reviewing(), item, call.now));
      out["signatures"] = json::object{{"needed", have.needed}, {"holders", strings(have.holders)}};
    }
    return reply(out);
  });
}

Result<net::Response> change_item(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "item");
  library::ItemChange change;
  change.title = in.optional_string("title", 480);
  change.fraud_kind = in.optional_string("fraud_kind", 64);
  change.exposes = in.optional_string("exposes", 16);
  if (in.any("revision", false)) change.if_revision = in.integer("revision", 1, INT64_C(1) << 53);
  FZ_CHECK(in.finish());
  FZ_TRY(const auto item, call.app.store.write([&](store::Tx& tx) {
    return library::change_item(tx.library(), tx.accounts(), tx.context(call.actor, call.now), call.arg(0), change);
  }));
  return reply(json_of(item, language_of(call.request)));
}

Result<net::Response> remove_variant(Call& call) {
  FZ_TRY(const auto revision, call.query_number("revision", 0, 0, INT64_C(1) << 53));
  FZ_TRY(const auto item, call.app.store.write([&](store::Tx& tx) {
    return library::remove_variant(tx.library(), tx.accounts(), tx.context(call.actor, call.now), call.arg(0), call.arg(1),
                                   revision > 0 ? std::optional(revision) : std::nullopt);
  }));
  return reply(json_of(item, language_of(call.request)));
}

Result<net::Response> list_tags(Call&) {
  json::array groups;
  for (const auto& group : library::tag_groups()) {
    json::array tags;
    for (const auto& tag : library::all_tags())
      if (tag.group == group.group) tags.emplace_back(json::object{{"id", tag.id}, {"zh", tag.zh}, {"en", tag.en}});
    groups.emplace_back(json::object{{"group", group.id}, {"zh", group.zh}, {"en", group.en}, {"tags", std::move(tags)}});
  }
  auto r = reply({{"groups", std::move(groups)}});
  r.headers.set("Cache-Control", "private, max-age=3600");
  return r;
}

Result<net::Response> set_item_tags(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "item");
  const auto tags = in.strings("tags", 40, 40);
  FZ_CHECK(in.finish());
  FZ_TRY(const auto item, call.app.store.write([&](store::Tx& tx) {
    return library::set_tags(tx.library(), tx.accounts(), tx.context(call.actor, call.now), call.arg(0), tags);
  }));
  return reply(json_of(item, language_of(call.request)));
}

Result<net::Response> get_rendition(Call& call) {
  struct Found {
    std::string sha256, mime;
  };
  FZ_TRY(const auto found, call.app.store.read([&](const store::Tx& tx) -> Result<Found> {
    FZ_TRY(const auto item, library::see_item(tx.library(), tx.accounts(), call.actor, call.arg(0)));
    if (call.arg(1) == "source") return Found{item.source, item.source_mime};
    FZ_TRY(const auto renditions, tx.library().renditions(item.id, item.version));
    for (const auto& r : renditions)
      if (r.profile == call.arg(1)) return Found{r.sha256, r.mime};
    return fail(Code::not_found, {{"what", call.arg(1)}});
  }));
  FZ_TRY(const auto file, call.app.files.open(call.app.blobs, found.sha256));
  // A new version of the item has other bytes under the same address, so: ask again each time.
  return net::serve_file(call.request, file.fd, file.length,
                         {"\"" + found.sha256 + "\"", found.mime.empty() ? "application/octet-stream" : found.mime, "private, no-cache"});
}

}  // namespace fz::http
