#include <fmt/format.h>

#include <memory>

#include <fstream>

#include "server/audit/export.hpp"
#include "server/tools/commands.hpp"
#include "server/tools/output.hpp"

namespace fz::tools {
namespace {

/// The whole trail, its end signed just now, as a file.
Result<void> export_trail(Api& api, const std::string& path) {
  FZ_TRY(const auto signed_now, api.call(net::Method::post, "/v1/audit/checkpoints"));
  const auto until = signed_now.at("seq").as_int64();
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  std::int64_t entries = 0, last = 0, from = 1;
  std::string hash(audit::kChainStart);
  while (from > 0 && from <= until) {
    FZ_TRY(const auto page, api.get("/v1/audit/export?from=" + std::to_string(from)));
    if (from == 1) out << text_of(page, "header") << "\n";
    for (const auto& line : page.at("lines").as_array()) out << std::string_view(line.as_string()) << "\n";
    entries += page.at("entries").as_int64();
    last = page.at("last").as_int64();
    hash = text_of(page, "hash");
    from = page.at("next").as_int64();
  }
  out << audit::export_end(entries, last, hash) << "\n";
  out.close();
  if (!out) return fail(Code::io, {{"path", path}, {"what", "write"}});
  fmt::print(stderr, "{} 条记录 entries -> {}\n", entries, path);
  return {};
}

Result<void> verify_trail(const std::string& path, const std::vector<std::string>& keys, const Shared& shared) {
  std::vector<crypto::PublicKey> trusted;
  for (const auto& hex : keys) {
    FZ_TRY(auto key, crypto::public_key_from_hex(crypto::kEd25519, hex));
    trusted.push_back(std::move(key));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Code::not_found, {{"what", path}});
  audit::Verifier verifier(std::move(trusted));
  for (std::string line; std::getline(in, line);) FZ_CHECK(verifier.line(line));
  FZ_TRY(const auto r, verifier.finish());
  json::object signers;
  for (const auto& [id, n] : r.signers) signers[id] = n;
  const json::object out{{"first", r.first},
                         {"last", r.last},
                         {"entries", r.entries},
                         {"checkpoints", r.checkpoints},
                         {"signed_until", r.signed_until},
                         {"head", r.head},
                         {"from", format_time(r.from)},
                         {"until", format_time(r.until)},
                         {"signers", signers}};
  shared.show(out, [&](auto&) {
    fmt::print("完整 intact: {}–{} ({} 条 entries), {} – {}\n", r.first, r.last, r.entries, format_time(r.from), format_time(r.until));
    fmt::print("检查点 checkpoints: {}，签到第 {} 条 signed up to entry {}\n", r.checkpoints, r.signed_until, r.signed_until);
    for (const auto& [id, n] : r.signers) fmt::print("  {} × {}\n", id, n);
    if (keys.empty())
      fmt::print(
          "密钥取自文件本身；请用 --key 与 root 文件中的在线公钥核对。\nThe keys are the file's own: compare with the online key of the "
          "root document by --key.\n");
  });
  return {};
}

void add_trail(CLI::App& audit, Shared& shared) {
  auto file = std::make_shared<std::string>();
  auto keys = std::make_shared<std::vector<std::string>>();
  auto* out = audit.add_subcommand("export", "导出为文件，供他人核验 to a file that anybody can verify");
  out->add_option("file", *file, "文件 file")->required();
  out->callback([=, &shared] { shared.with_api([&](Api& api) { return export_trail(api, *file); }); });
  auto* verify = audit.add_subcommand("verify", "核验导出文件；不需要服务器 verify such a file; needs no server");
  verify->add_option("file", *file, "文件 file")->required();
  verify->add_option("--key", *keys, "服务器在线公钥（fz trust online-key），可多次 the server's online public key; may be repeated");
  verify->callback([=, &shared] { shared.outcome = verify_trail(*file, *keys, shared); });
}

}  // namespace

void add_system_commands(CLI::App& app, Shared& shared) {
  struct Filter {
    std::string action, object, limit;
  };
  auto f = std::make_shared<Filter>();
  auto* audit = app.add_subcommand("audit", "操作日志 who did what");
  audit->add_option("--action", f->action, "动作前缀 prefix of the action");
  audit->add_option("--object", f->object, "对象 object");
  audit->add_option("--limit", f->limit, "条数 how many");
  add_trail(*audit, shared);
  audit->callback([f, audit, &shared] {
    if (!audit->get_subcommands().empty()) return;
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.get("/v1/audit" + query({{"action", f->action}, {"object", f->object}, {"limit", f->limit}})));
      shared.show(answer, [](auto& v) {
        print_table(v.at("entries").as_array(),
                    {{"seq", "序号"}, {"at", "时间"}, {"actor", "账号"}, {"action", "动作"}, {"object", "对象"}, {"refused", "被拒"}});
      });
      return {};
    });
  });
  app.add_subcommand("errors", "错误目录：代码与中英文说明 the error catalogue")->callback([&shared] {
    json::array all;
    for (auto c : all_codes())
      all.push_back(json::object{
          {"code", code_name(c)}, {"status", http_status(c)}, {"zh", code_template(c, Lang::zh)}, {"en", code_template(c, Lang::en)}});
    shared.show(json::object{{"errors", all}}, [](auto& v) { print_table(v.at("errors").as_array(), {{"code", "代码"}, {"zh", "说明"}}); });
  });
}
}  // namespace fz::tools
