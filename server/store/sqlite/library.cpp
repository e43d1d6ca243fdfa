#include <algorithm>

#include "server/store/sqlite/nouns.hpp"

namespace fz::store::sqlite {

namespace {
using namespace fz::library;
using db::Row;

/// 32 bytes a chunk instead of 64 letters.
Bytes pack(const std::vector<std::string>& chunks) {
  Bytes out;
  for (const std::string& c : chunks) {
    if (auto raw = from_hex(c)) out.insert(out.end(), raw->begin(), raw->end());
  }
  return out;
}
std::vector<std::string> unpack(const Bytes& packed) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at + 32 <= packed.size(); at += 32) out.push_back(to_hex(ByteView(packed).subspan(at, 32)));
  return out;
}

std::string joined(const std::vector<std::string>& tags) {
  std::string out;
  for (const auto& tag : tags) (out += out.empty() ? "" : " ") += tag;
  return out;
}
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(' ', at), text.size());
    out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  std::sort(out.begin(), out.end());
  return out;
}

constexpr std::string_view kUpload =
    "SELECT id, owner, unit, length, file_name, title, fraud_kind, exposes, item, state, sha256, failure, created, expires, shape, tags "
    "FROM upload ";
Upload upload_of(const Row& r) {
  Upload u;
  u.id = r.text(0);
  u.owner = r.text(1);
  u.unit = r.text(2);
  u.length = static_cast<std::uint64_t>(r.integer(3));
  u.file_name = r.text(4);
  u.title = r.text(5);
  u.fraud_kind = r.text(6);
  u.exposes = r.text(7);
  u.item = r.text(8);
  u.state = static_cast<UploadState>(r.integer(9));
  u.sha256 = r.text(10);
  u.failure = r.text(11);
  u.created = r.time(12);
  u.expires = r.time(13);
  u.shape = r.text(14);
  u.tags = split(r.text(15));
  return u;
}

constexpr std::string_view kItem =
    "SELECT i.id, i.unit, i.owner, i.author, i.kind, i.title, i.fraud_kind, i.exposes, i.version, i.source, i.source_length, "
    "i.source_name, "
    "i.source_mime, i.processing, i.failure, i.failure_params, i.state, i.revision, i.created, i.updated, "
    "coalesce((SELECT group_concat(t.tag, ' ') FROM item_tag t WHERE t.item = i.id), '') FROM item i ";
Item item_of(const Row& r) {
  Item i;
  i.id = r.text(0);
  i.unit = r.text(1);
  i.owner = r.text(2);
  i.author = r.text(3);
  i.kind = static_cast<Kind>(r.integer(4));
  i.title = r.text(5);
  i.fraud_kind = r.text(6);
  i.exposes = r.text(7);
  i.version = r.small(8);
  i.source = r.text(9);
  i.source_length = static_cast<std::uint64_t>(r.integer(10));
  i.source_name = r.text(11);
  i.source_mime = r.text(12);
  i.processing = static_cast<Processing>(r.integer(13));
  i.failure = r.text(14);
  i.failure_params = r.text(15);
  i.state = static_cast<State>(r.integer(16));
  i.revision = r.integer(17);
  i.created = r.time(18);
  i.updated = r.time(19);
  i.tags = split(r.text(20));
  return i;
}

Rendition rendition_of(const Row& r) {
  return {r.text(0), r.small(1),        r.text(2),  r.text(3),  static_cast<std::uint64_t>(r.integer(4)),
          r.text(5), unpack(r.blob(6)), r.small(7), r.small(8), r.integer(9)};
}

Variant variant_of(const Row& r) {
  return {r.text(0), r.small(1), r.text(2),  r.text(3),  r.text(4), static_cast<std::uint64_t>(r.integer(5)),
          r.text(6), r.text(7),  r.small(8), r.small(9), r.time(10)};
}

constexpr std::string_view kJob =
    "SELECT id, item, version, kind, profile, state, attempts, progress_permille, failure, failure_params, created, updated, not_before "
    "FROM job ";
Job job_of(const Row& r) {
  Job j;
  j.id = r.integer(0);
  j.item = r.text(1);
  j.version = r.small(2);
  j.kind = static_cast<JobKind>(r.integer(3));
  j.profile = r.text(4);
  j.state = static_cast<JobState>(r.integer(5));
  j.attempts = r.small(6);
  j.progress_permille = r.small(7);
  j.failure = r.text(8);
  j.failure_params = r.text(9);
  j.created = r.time(10);
  j.updated = r.time(11);
  j.not_before = r.maybe_time(12);
  return j;
}

constexpr std::string_view kOffer =
    "SELECT id, item, from_unit, to_unit, note, state, offered_by, offered, decided_by, decided, answer FROM offer ";
Offer offer_of(const Row& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3),       r.text(4), static_cast<OfferState>(r.integer(5)),
          r.text(6), r.time(7), r.text(8), r.maybe_time(9), r.text(10)};
}

template <class E>
int number(E e) {
  return static_cast<int>(e);
}

class SqliteLibrary final : public library::Store {
 public:
  explicit SqliteLibrary(db::Connection& c) : c_(c) {}

  Result<std::optional<Upload>> upload(std::string_view id) const override {
    return c_.one(std::string(kUpload) + "WHERE id = ?", {id}, upload_of);
  }
  Result<std::vector<Upload>> uploads(std::optional<UploadState> state, std::string_view owner) const override {
    if (owner.empty()) return c_.all(std::string(kUpload) + "WHERE ?1 IS NULL OR state = ?1 ORDER BY id", {state_value(state)}, upload_of);
    return c_.all(std::string(kUpload) + "WHERE owner = ?1 AND (?2 IS NULL OR state = ?2) ORDER BY id", {owner, state_value(state)},
                  upload_of);
  }
  Result<std::vector<Upload>> expired_uploads(UtcTime now) const override {
    return c_.all(std::string(kUpload) + "WHERE state = ? AND expires <= ?", {number(UploadState::receiving), now}, upload_of);
  }
  Result<void> put_upload(const Upload& u) override {
    const std::string tags = joined(u.tags);
    return run("INSERT OR REPLACE INTO upload VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
               {u.id, u.owner, u.unit, u.length, u.file_name, u.title, u.fraud_kind, u.exposes, u.item, number(u.state), u.sha256,
                u.failure, u.created, u.expires, u.shape, tags});
  }
  Result<void> remove_upload(std::string_view id) override { return run("DELETE FROM upload WHERE id = ?", {id}); }
  Result<std::uint64_t> bytes_of_unit(std::string_view unit) const override {
    FZ_TRY(const auto n,
           c_.one("SELECT (SELECT coalesce(sum(source_length), 0) FROM item WHERE unit = ?1) + "
                  "(SELECT coalesce(sum(v.source_length), 0) FROM variant v JOIN item i ON i.id = v.item AND i.version = v.version "
                  "WHERE i.unit = ?1) + (SELECT coalesce(sum(length), 0) FROM upload WHERE unit = ?1 AND state = ?2)",
                  {unit, number(UploadState::receiving)}, [](const Row& r) { return r.integer(0); }));
    return static_cast<std::uint64_t>(n.value_or(0));
  }

  Result<std::optional<Item>> item(std::string_view id) const override {
    return c_.one(std::string(kItem) + "WHERE i.id = ?", {id}, item_of);
  }
  Result<std::vector<Item>> items(const ItemFilter& f) const override;
  Result<std::vector<Item>> items_by_source(std::string_view sha256, std::string_view unit) const override {
    return c_.all(std::string(kItem) + "WHERE i.source = ? AND i.unit = ? ORDER BY i.id", {sha256, unit}, item_of);
  }
  Result<void> put_item(const Item& i) override {
    return run(
        "INSERT INTO item VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET unit = excluded.unit, "
        "author = excluded.author, "
        "kind = excluded.kind, title = excluded.title, fraud_kind = excluded.fraud_kind, exposes = excluded.exposes, "
        "version = excluded.version, source = excluded.source, source_length = excluded.source_length, "
        "source_name = excluded.source_name, source_mime = excluded.source_mime, processing = excluded.processing, "
        "failure = excluded.failure, failure_params = excluded.failure_params, state = excluded.state, "
        "revision = excluded.revision, updated = excluded.updated",
        {i.id,      i.unit,           i.owner,         i.author,        number(i.kind), i.title,       i.fraud_kind,
         i.exposes, i.version,        i.source,        i.source_length, i.source_name,  i.source_mime, number(i.processing),
         i.failure, i.failure_params, number(i.state), i.revision,      i.created,      i.updated});
  }
  Result<void> put_tags(std::string_view item, const std::vector<std::string>& tags) override {
    FZ_CHECK(run("DELETE FROM item_tag WHERE item = ?", {item}));
    for (const auto& tag : tags) FZ_CHECK(run("INSERT OR IGNORE INTO item_tag VALUES (?,?)", {item, tag}));
    return {};
  }
  Result<std::vector<Rendition>> renditions(std::string_view item, int version) const override {
    return c_.all(
        "SELECT item, version, profile, sha256, length, mime, chunks, width, height, duration_ms FROM rendition "
        "WHERE item = ? AND version = ? ORDER BY profile",
        {item, version}, rendition_of);
  }
  Result<void> put_rendition(const Rendition& r) override {
    return run("INSERT OR REPLACE INTO rendition VALUES (?,?,?,?,?,?,?,?,?,?)",
               {r.item, r.version, r.profile, r.sha256, r.length, r.mime, pack(r.chunks), r.width, r.height, r.duration_ms});
  }
  Result<std::vector<Variant>> variants(std::string_view item, int version) const override {
    return c_.all(
        "SELECT item, version, shape, author, source, source_length, source_name, source_mime, width, height, created FROM variant "
        "WHERE item = ? AND version = ? ORDER BY shape",
        {item, version}, variant_of);
  }
  Result<void> put_variant(const Variant& v) override {
    return run(
        "INSERT OR REPLACE INTO variant VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        {v.item, v.version, v.shape, v.author, v.source, v.source_length, v.source_name, v.source_mime, v.width, v.height, v.created});
  }
  Result<void> remove_variant(std::string_view item, int version, std::string_view shape) override {
    const std::string prefix = std::string(shape) + "-";
    FZ_CHECK(
        run("DELETE FROM rendition WHERE item = ?1 AND version = ?2 AND substr(profile, 1, length(?3)) = ?3", {item, version, prefix}));
    FZ_CHECK(run("DELETE FROM job WHERE item = ?1 AND version = ?2 AND (profile = ?3 OR substr(profile, 1, length(?4)) = ?4)",
                 {item, version, shape, prefix}));
    return run("DELETE FROM variant WHERE item = ? AND version = ? AND shape = ?", {item, version, shape});
  }
  Result<bool> blob_is_used(std::string_view sha256) const override {
    FZ_TRY(const auto used,
           c_.one("SELECT EXISTS (SELECT 1 FROM item WHERE source = ?1) OR EXISTS (SELECT 1 FROM rendition WHERE sha256 = ?1) "
                  "OR EXISTS (SELECT 1 FROM variant v JOIN item i ON i.id = v.item AND i.version = v.version WHERE v.source = ?1) "
                  "OR EXISTS (SELECT 1 FROM approval WHERE sha256 = ?1 AND sha256 <> '') OR EXISTS (SELECT 1 FROM pack WHERE sha256 = ?1)",
                  {sha256}, [](const Row& r) { return r.boolean(0); }));
    return used.value_or(false);
  }

  Result<std::vector<UnitBytes>> bytes_by_unit(std::string_view path, int limit) const override {
    const std::string end = std::string(path) + "\xff";
    return c_.all(
        "SELECT u.id, u.name, sum(b.n) AS total FROM (SELECT unit, source_length AS n FROM item UNION ALL "
        "SELECT unit, length FROM upload WHERE state = ?3) b JOIN unit u ON u.id = b.unit WHERE u.path >= ?1 AND u.path < ?2 "
        "GROUP BY u.id ORDER BY total DESC, u.path LIMIT ?4",
        {path, end, number(UploadState::receiving), limit}, [](const Row& r) {
          return UnitBytes{r.text(0), r.text(1), r.integer(2)};
        });
  }
  Result<std::vector<Pack>> packs(std::string_view item, int version) const override {
    return c_.all("SELECT item, version, pack, sha256, length, mime, made, used FROM pack WHERE item = ? AND version = ?", {item, version},
                  [](const Row& r) {
                    return Pack{r.text(0), r.small(1), r.text(2), r.text(3), static_cast<std::uint64_t>(r.integer(4)),
                                r.text(5), r.time(6),  r.time(7)};
                  });
  }
  Result<void> put_pack(const Pack& p) override {
    return run("INSERT OR REPLACE INTO pack VALUES (?,?,?,?,?,?,?,?)",
               {p.item, p.version, p.pack, p.sha256, p.length, p.mime, p.made, p.used});
  }
  Result<PackTotals> pack_totals() const override {
    FZ_TRY(const auto totals, c_.one("SELECT count(*), coalesce(sum(length), 0) FROM pack", {}, [](const Row& r) {
      return PackTotals{r.integer(0), r.integer(1)};
    }));
    return totals.value_or(PackTotals{});
  }
  Result<std::int64_t> drop_packs(UtcTime unused_since, std::int64_t most) override {
    FZ_TRY(const auto old, c_.run("DELETE FROM pack WHERE used < ?", {unused_since}));
    FZ_TRY(
        const auto many,
        c_.run("DELETE FROM pack WHERE (item, version, pack) IN (SELECT item, version, pack FROM (SELECT item, version, pack, "
               "sum(length) OVER (ORDER BY used DESC, item, version, pack ROWS UNBOUNDED PRECEDING) AS total FROM pack) WHERE total > ?)",
               {most}));
    return old + many;
  }

  Result<void> put_offer(const Offer& o) override {
    return run("INSERT OR REPLACE INTO offer VALUES (?,?,?,?,?,?,?,?,?,?,?)",
               {o.id, o.item, o.from_unit, o.to_unit, o.note, number(o.state), o.offered_by, o.offered, o.decided_by, o.decided, o.answer});
  }
  Result<std::optional<Offer>> offer(std::string_view id) const override {
    return c_.one(std::string(kOffer) + "WHERE id = ?", {id}, offer_of);
  }
  Result<std::optional<Offer>> waiting_offer(std::string_view item) const override {
    return c_.one(std::string(kOffer) + "WHERE item = ? AND state = ?", {item, number(OfferState::waiting)}, offer_of);
  }
  Result<std::vector<Offer>> offers(std::string_view path, std::optional<OfferState> state) const override {
    const std::string end = std::string(path) + "\xff";
    return c_.all(std::string(kOffer) +
                      "WHERE (to_unit IN (SELECT id FROM unit WHERE path >= ?1 AND path < ?2) OR "
                      "from_unit IN (SELECT id FROM unit WHERE path >= ?1 AND path < ?2)) AND (?3 IS NULL OR state = ?3) "
                      "ORDER BY id DESC LIMIT 200",
                  {path, end, state ? db::Value(number(*state)) : db::Value(nullptr)}, offer_of);
  }
  Result<void> put_share(const Share& s) override {
    return run("INSERT OR REPLACE INTO share VALUES (?,?,?,?)", {s.item, s.unit, s.shared_by, s.shared});
  }
  Result<bool> remove_share(std::string_view item, std::string_view unit) override {
    FZ_TRY(const auto n, c_.run("DELETE FROM share WHERE item = ? AND unit = ?", {item, unit}));
    return n > 0;
  }
  Result<std::vector<Share>> shares(std::string_view item) const override {
    return c_.all("SELECT item, unit, shared_by, shared FROM share WHERE item = ? ORDER BY unit", {item}, [](const Row& r) {
      return Share{r.text(0), r.text(1), r.text(2), r.time(3)};
    });
  }

  Result<Job> add_job(const Job& given) override {
    Job j = given;
    FZ_CHECK(
        run("INSERT INTO job (item, version, kind, profile, state, attempts, progress_permille, failure, failure_params, created, updated, "
            "not_before) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            {j.item, j.version, number(j.kind), j.profile, number(j.state), j.attempts, j.progress_permille, j.failure, j.failure_params,
             j.created, j.updated, j.not_before}));
    j.id = c_.last_id();
    return j;
  }
  Result<std::optional<Job>> job(std::int64_t id) const override { return c_.one(std::string(kJob) + "WHERE id = ?", {id}, job_of); }
  Result<std::optional<Job>> next_job(UtcTime now) const override {
    return c_.one(std::string(kJob) + "WHERE state = ? AND (not_before IS NULL OR not_before <= ?) ORDER BY kind = ?, id LIMIT 1",
                  {number(JobState::queued), now, number(JobKind::pack)}, job_of);
  }
  Result<void> put_job(const Job& j) override {
    return run(
        "UPDATE job SET state = ?, attempts = ?, progress_permille = ?, failure = ?, failure_params = ?, updated = ?, not_before = ? "
        "WHERE id = ?",
        {number(j.state), j.attempts, j.progress_permille, j.failure, j.failure_params, j.updated, j.not_before, j.id});
  }
  Result<std::vector<Job>> jobs(std::string_view item, int version) const override {
    return c_.all(std::string(kJob) + "WHERE item = ? AND version = ? ORDER BY id", {item, version}, job_of);
  }
  Result<std::vector<Job>> jobs_in(JobState state) const override {
    return c_.all(std::string(kJob) + "WHERE state = ? ORDER BY id", {number(state)}, job_of);
  }
  Result<void> remove_jobs(std::string_view item, int version) override {
    return run("DELETE FROM job WHERE item = ? AND version = ?", {item, version});
  }
  Result<void> remove_job(std::int64_t id) override { return run("DELETE FROM job WHERE id = ?", {id}); }

 private:
  static db::Value state_value(std::optional<UploadState> s) { return s ? db::Value(number(*s)) : db::Value(nullptr); }
  Result<void> run(std::string_view sql, std::initializer_list<db::Value> values) {
    auto r = c_.run(sql, values);
    if (!r) return std::move(r).error();
    return {};
  }
  db::Connection& c_;
};

/// Newest first, by the primary key, so that a page of a large branch reads about as many rows as it returns.
Result<std::vector<Item>> SqliteLibrary::items(const ItemFilter& f) const {
  std::string sql(kItem);
  std::vector<db::Value> values;
  const std::string end = f.unit_path + "\xff";
  const std::string shared = json::write(json::array(f.shared_to.begin(), f.shared_to.end()));
  if (!f.shared_to.empty()) {
    sql += "WHERE i.id IN (SELECT item FROM share WHERE unit IN (SELECT value FROM json_each(?)))";
    values.emplace_back(shared);
  } else if (!f.unit_path.empty()) {
    sql += "JOIN unit u ON u.id = i.unit WHERE u.path >= ? AND u.path < ?";
    values.emplace_back(f.unit_path);
    values.emplace_back(end);
  } else {
    sql += "WHERE 1";
  }
  const auto want = [&](std::string_view condition, db::Value v) {
    sql += condition;
    values.push_back(v);
  };
  if (f.kind) want(" AND i.kind = ?", number(*f.kind));
  if (f.state) want(" AND i.state = ?", number(*f.state));
  if (!f.text.empty()) want(" AND instr(i.title, ?) > 0", f.text);
  if (!f.fraud_kind.empty()) want(" AND i.fraud_kind = ?", f.fraud_kind);
  for (const auto& tag : f.tags) {
    sql += " AND (i.fraud_kind = ? OR i.exposes = ? OR EXISTS (SELECT 1 FROM item_tag t WHERE t.item = i.id AND t.tag = ?))";
    values.insert(values.end(), 3, tag);
  }
  if (!f.before.empty()) want(" AND i.id < ?", f.before);
  want(" ORDER BY i.id DESC LIMIT ?", std::clamp(f.limit, 1, 200));
  std::vector<Item> out;
  FZ_CHECK(c_.each(sql, values, [&](const Row& r) {
    out.push_back(item_of(r));
    return true;
  }));
  return out;
}

}  // namespace

std::unique_ptr<library::Store> make_library(db::Connection& c) {
  return std::make_unique<SqliteLibrary>(c);
}

}  // namespace fz::store::sqlite
