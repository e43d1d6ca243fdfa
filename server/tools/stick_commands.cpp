// fz stick: what goes to screens without a network, and what comes back. Layout and rules: shared/stick/README.md.
#include "server/tools/stick_commands.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <memory>

#include "server/tools/output.hpp"
#include "shared/base/file.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/stick/stick.hpp"

namespace fz::tools {
namespace {

constexpr std::size_t kMaxAnswer = 8 << 20;

Result<json::value> ask(Api& api, net::ClientRequest request) {
  request.max_response = kMaxAnswer;
  FZ_TRY(const auto answer, api.raw(std::move(request)));
  return json::parse(answer.body, {.max_bytes = kMaxAnswer});
}

/// The folder is a stick from now on.
Result<stick::Folder> open_stick(const fs::path& root) {
  FZ_CHECK(make_dirs(root / stick::kFolder));
  return stick::Folder::open(root);
}

Result<void> put(const stick::Folder& folder, const std::string& name, std::string_view text) {
  const auto slash = name.rfind('/');
  return folder.write(name.substr(0, slash), name.substr(slash + 1), text);
}

// ---- out -----------------------------------------------------------------------------------------------------------------

bool is_there(const fs::path& file, const std::string& sha256, std::uint64_t length) {
  std::error_code ec;
  if (fs::file_size(file, ec) != length || ec) return false;
  crypto::Sha256 hash;
  const auto fd = open_read(file);
  if (!fd) return false;
  Bytes buffer(1 << 20);
  for (ssize_t n = 0; (n = ::read(fd->get(), buffer.data(), buffer.size())) > 0;)
    hash.update(ByteView(buffer).first(static_cast<std::size_t>(n)));
  return hash.finish_hex() == sha256;
}

/// A file of the server onto the stick: beside its name until it is whole and its hash is right. An earlier try is gone on with.
Result<void> fetch(Api& api, net::Client& client, const std::string& screen, const std::string& sha256, std::uint64_t length,
                   const fs::path& to) {
  const fs::path part = to.string() + ".part";
  std::error_code ec;
  const auto have = fs::file_size(part, ec);
  const Fd fd(::open(part.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) return disk_error(errno, part);
  net::DownloadRequest d;
  d.url = fmt::format("{}/v1/screens/{}/stick/{}", api.profile().server, screen, sha256);
  d.headers.add("Authorization", "Bearer " + api.profile().token);
  d.have = ec ? 0 : have;
  d.etag = "\"" + sha256 + "\"";
  d.max_bytes = length;
  d.restart = [&]() -> Result<void> {
    if (::ftruncate(fd.get(), 0) != 0) return disk_error(errno, part);
    return {};
  };
  d.write = [&](ByteView bytes) { return write_all(fd.get(), bytes, part); };
  if (d.have < length) FZ_CHECK(net::download(client, d));
  FZ_CHECK(sync_file(fd.get(), part));
  if (!is_there(part, sha256, length)) {
    FZ_CHECK(remove_file(part));
    return fail(Code::blob_mismatch, {{"what", sha256.substr(0, 12)}});
  }
  return rename_file(part, to);
}

struct Wanted {
  json::object stick;  // the answer of the server
  std::string id;
};

Result<void> check_room(const fs::path& root, std::uint64_t need) {
  FZ_TRY(const auto room, free_space(root));
  if (need <= room) return {};
  return fail(Code::stick_full, {{"need", fmt::format("{} MB", need >> 20)}, {"room", fmt::format("{} MB", room >> 20)}});
}

// Files first, then lists, each screen's timestamp last: a stick that is pulled out too early holds the state before, or all of it.
Result<json::value> export_stick(Api& api, const fs::path& root, const std::vector<std::string>& screens, bool quiet) {
  FZ_TRY(const auto folder, open_stick(root));
  std::vector<Wanted> all;
  std::map<std::string, std::pair<std::string, std::uint64_t>> missing;  // hash -> a screen that has it, length
  std::uint64_t need = 0;
  FZ_CHECK(make_dirs(root / stick::kFolder / "blobs"));
  for (const auto& id : screens) {
    net::ClientRequest r;
    r.url = "/v1/screens/" + id + "/stick";
    FZ_TRY(auto answer, ask(api, std::move(r)));
    for (const auto& blob : answer.at("blobs").as_array()) {
      const std::string sha(blob.at("sha256").as_string());
      const auto length = blob.at("length").to_number<std::uint64_t>();
      if (!is_sha256_hex(sha)) return fail(Code::bad_response, {{"host", "server"}, {"what", sha}});
      if (is_there(root / stick::blob_name(sha), sha, length)) continue;
      if (missing.emplace(sha, std::pair(id, length)).second) need += length;
    }
    all.push_back({std::move(answer.as_object()), id});
  }
  FZ_CHECK(check_room(root, need));
  net::ClientOptions options;
  options.pin_sha256 = api.profile().pin;
  net::Client client(options);
  ProgressBar bar("U盘 stick", quiet);
  std::uint64_t done = 0;
  for (const auto& [sha, where] : missing) {
    FZ_CHECK(fetch(api, client, where.first, sha, where.second, root / stick::blob_name(sha)));
    bar.show(done += where.second, need);
  }
  json::array out;
  for (const auto& w : all) {
    const auto text = [&](const char* name) { return std::string(w.stick.at(name).as_string()); };
    const auto device = text("device");
    for (const auto& [name, bytes] : w.stick.at("metadata").as_object())
      FZ_CHECK(put(folder, stick::metadata_name(std::string_view(name)), std::string_view(bytes.as_string())));
    FZ_CHECK(put(folder, stick::ticket_name(device), text("ticket")));
    if (!text("receipt").empty()) FZ_CHECK(put(folder, stick::receipt_name(device), text("receipt")));
    FZ_CHECK(put(folder, stick::timestamp_name(device), text("timestamp")));
    folder.remove(stick::request_name(device));
    out.emplace_back(json::object{{"screen", w.id}, {"expires", text("expires")}});
  }
  return json::value(json::object{{"bytes", need}, {"files", missing.size()}, {"screens", std::move(out)}});
}

// ---- in ------------------------------------------------------------------------------------------------------------------

Result<json::value> import_stick(Api& api, const fs::path& root) {
  FZ_TRY(const auto folder, stick::Folder::open(root));
  json::array devices, waiting, refused;
  for (const auto& device : folder.folders(fmt::format("{}/plays", stick::kFolder))) {
    json::object last;
    std::int64_t added = 0;
    for (const auto& name : folder.list(stick::plays_folder(device))) {
      if (!name.ends_with(".sealed")) continue;
      net::ClientRequest r;
      r.method = net::Method::post;
      r.url = "/v1/plays/stick";
      r.headers.add("Content-Type", "application/octet-stream");
      FZ_TRY(r.body, folder.read(fmt::format("{}/{}", stick::plays_folder(device), name), stick::kMaxSealed));
      auto answer = ask(api, std::move(r));
      if (!answer) {  // what is another server's, or damaged, holds up nothing else
        if (http_status(answer.error().code) >= 500) return std::move(answer).error();
        refused.emplace_back(json::object{{"code", code_name(answer.error().code)}, {"file", fmt::format("{}/{}", device, name)}});
        continue;
      }
      last = std::move(answer->as_object());
      added += last.at("added").as_int64();
    }
    if (last.empty()) continue;
    // On the way back this tells the screen what is kept.
    FZ_CHECK(put(folder, stick::receipt_name(std::string_view(last.at("device").as_string())),
                 std::string_view(last.at("receipt").as_string())));
    devices.emplace_back(json::object{{"added", added}, {"screen", last.at("screen")}, {"through", last.at("through")}});
  }
  for (const auto& name : folder.list(fmt::format("{}/enrol", stick::kFolder)))
    if (name.ends_with(".json")) waiting.emplace_back(json::object{{"device", name.substr(0, name.size() - 5)}});
  return json::value(json::object{{"plays", std::move(devices)}, {"refused", std::move(refused)}, {"waiting", std::move(waiting)}});
}

Result<json::value> enrol_by_stick(Api& api, const fs::path& root, const std::string& device, const std::string& site,
                                   const std::string& name) {
  FZ_TRY(const auto folder, stick::Folder::open(root));
  std::vector<std::string> found;
  for (const auto& file : folder.list(fmt::format("{}/enrol", stick::kFolder)))
    if (file.starts_with(device)) found.push_back(file);
  if (found.empty()) return fail(Code::not_found, {{"what", "enrol/" + device}});
  if (found.size() > 1) return fail(Code::bad_field, {{"field", "device"}, {"what", fmt::format("{} devices", found.size())}});
  FZ_TRY(const auto request, folder.read(fmt::format("{}/enrol/{}", stick::kFolder, found.front()), stick::kMaxTicket));
  FZ_TRY(const auto asked, api.send_text(net::Method::post, "/v1/enrol", request));
  const json::object body{{"air_gapped", true}, {"name", name}, {"site", site}};
  return api.call(net::Method::post, "/v1/enrolments/" + net::percent_encode(text_of(asked, "code")), body);
}

}  // namespace

void add_stick_commands(CLI::App& app, Shared& shared) {
  auto* command = app.add_subcommand("stick", "没有网络的屏幕：用U盘送内容、取播放记录 screens without a network, by stick");
  command->require_subcommand(1);
  struct Options {
    fs::path folder;
    std::vector<std::string> screens;
    std::string device, site, name;
  };
  auto o = std::make_shared<Options>();
  auto* out = command->add_subcommand("export", "把屏幕的内容写到U盘 everything for these screens onto a stick");
  out->add_option("folder", o->folder, "U盘的文件夹 the stick's folder")->required();
  out->add_option("--screen", o->screens, "屏幕（可重复） screen (repeat)")->required();
  out->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(const auto done, export_stick(api, o->folder, o->screens, shared.json));
      shared.show(done, [](const json::value& v) { print_table(v.at("screens").as_array(), {{"screen", "屏幕"}, {"expires", "有效至"}}); });
      return {};
    });
  });
  auto* in = command->add_subcommand("import", "收回U盘上的播放记录，写上收条 the play records of a stick, and the receipts onto it");
  in->add_option("folder", o->folder, "U盘的文件夹 the stick's folder")->required();
  in->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(const auto done, import_stick(api, o->folder));
      shared.show(done, [](const json::value& v) {
        print_table(v.at("plays").as_array(), {{"screen", "屏幕"}, {"added", "新记录"}, {"through", "已收到"}});
        if (!v.at("refused").as_array().empty()) print_table(v.at("refused").as_array(), {{"file", "打不开的文件"}, {"code", "原因"}});
        if (!v.at("waiting").as_array().empty()) print_table(v.at("waiting").as_array(), {{"device", "等待登记的屏幕"}});
      });
      return {};
    });
  });
  auto* enrol = command->add_subcommand("enrol", "登记U盘上申请的屏幕 enrol a screen that asked for it on the stick");
  enrol->add_option("folder", o->folder, "U盘的文件夹 the stick's folder")->required();
  enrol->add_option("--device", o->device, "屏上显示的编号，前几位即可 its device id, or how that begins");
  enrol->add_option("--site", o->site, "点位 site")->required();
  enrol->add_option("--name", o->name, "屏幕名称 name")->required();
  enrol->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(const auto done, enrol_by_stick(api, o->folder, o->device, o->site, o->name));
      shared.show(done, [](const json::value& v) { fmt::print("{}\n", text_of(v, "id")); });
      return {};
    });
  });
}

}  // namespace fz::tools
