#include <fmt/format.h>

#include <memory>

#include "server/tools/commands.hpp"
#include "shared/privacy/labelled.hpp"

namespace fz::tools {
namespace {

constexpr std::size_t kMaxText = 64 << 20;
constexpr int kFound = 1, kFailed = 2;

Result<bool> check_file(const std::string& file, bool json) {
  FZ_TRY(const auto text, read_text_file(file, kMaxText));
  const auto findings = privacy::find(text);
  for (const auto& f : findings) {
    if (json)
      fmt::print("{}\n", json::write(json::object{{"file", file},
                                                  {"kind", privacy::kind_name(f.kind)},
                                                  {"text", f.text},
                                                  {"line", static_cast<std::int64_t>(f.line)},
                                                  {"column", static_cast<std::int64_t>(f.column)},
                                                  {"begin", static_cast<std::int64_t>(f.begin)},
                                                  {"end", static_cast<std::int64_t>(f.end)}}));
    else
      fmt::print("{}:{}:{}: {} {}: {}\n", file, f.line, f.column, privacy::kind_label(f.kind), privacy::kind_name(f.kind), f.text);
  }
  return !findings.empty();
}

std::int64_t permille(double share) {
  return static_cast<std::int64_t>(share * 1000);  // downwards: 0.9999 is no 1.0
}
json::object json_of(const privacy::Score& s) {
  auto n = [](std::size_t v) { return static_cast<std::int64_t>(v); };
  return {{"labelled", n(s.labelled)},
          {"found", n(s.hit)},
          {"reported", n(s.reported)},
          {"wrong", n(s.wrong)},
          {"recall_permille", permille(s.recall())},
          {"precision_permille", permille(s.precision())}};
}

Result<bool> check_set(const std::string& file, bool json, bool details) {
  FZ_TRY(const auto text, read_text_file(file, kMaxText));
  FZ_TRY(const auto samples, privacy::read_samples(text));
  const auto report = privacy::measure(samples);
  const auto kind = [&](privacy::Kind k) { return std::pair{privacy::kind_name(k), report.by_kind[static_cast<std::size_t>(k)]}; };
  const std::array rows{std::pair{std::string_view("names"), report.names},
                        std::pair{std::string_view("numbers"), report.numbers},
                        kind(privacy::Kind::phone),
                        kind(privacy::Kind::identity_card),
                        kind(privacy::Kind::bank_card),
                        kind(privacy::Kind::plate)};
  if (json) {
    json::object out{{"file", file}, {"samples", static_cast<std::int64_t>(samples.size())}};
    for (const auto& [name, score] : rows) out[name] = json_of(score);
    fmt::print("{}\n", json::write(out));
  } else {
    fmt::print("{}: {} 条 samples\n", file, samples.size());
    for (const auto& [name, s] : rows)
      fmt::print("{:<14} 召回 recall {:.4f} ({}/{})  准确 precision {:.4f} ({}/{})\n", name, s.recall(), s.hit, s.labelled, s.precision(),
                 s.reported - s.wrong, s.reported);
    for (const auto& line : report.missed)
      if (details) fmt::print("漏 missed: {}\n", line);
    for (const auto& line : report.wrong)
      if (details) fmt::print("误 wrong: {}\n", line);
  }
  return !report.missed.empty() || !report.wrong.empty();
}

}  // namespace

void add_privacy_commands(CLI::App& app, Shared& shared) {
  struct Options {
    std::vector<std::string> files;
    bool labelled = false, details = false;
  };
  auto o = std::make_shared<Options>();
  auto* c = app.add_subcommand("check-privacy",
                               "查文字中没有隐去的姓名、电话、身份证号、银行卡号、车牌号；不需要服务器\n"
                               "Finds unmasked names, telephone, identity-card, bank-card and plate numbers; needs no server.\n"
                               "退出码 exit status: 0 没有 none, 1 有 found, 2 出错 failed");
  c->add_option("FILE", o->files, "文本文件，- 为标准输入 text files; -: standard input")->required();
  c->add_flag("--labelled", o->labelled,
              "文件是标注集，计算召回率和准确率 the files are labelled sets: prints recall and precision\n"
              R"(每行一条 a line each: {"text":"...","findings":[{"kind":"name","text":"..."}]})");
  c->add_flag("--details", o->details, "列出漏报和误报 list what was missed and what was wrong");
  c->callback([o, &shared] {
    for (const auto& file : o->files) {
      const auto found = o->labelled ? check_set(file, shared.json, o->details) : check_file(file, shared.json);
      if (!found) {
        shared.outcome = found.error();
        shared.exit_code = kFailed;
        return;
      }
      if (*found) shared.exit_code = kFound;
    }
  });
}

}  // namespace fz::tools
