#include "server/setup/expiries.hpp"

#include <algorithm>
#include <array>

namespace fz::setup {
namespace {

struct Words {
  std::string_view name, zh, en;
};
constexpr std::array<Words, 9> kWords{{
    {"certificate", "到“管理 → 证书”换新证书；登记旧证书指纹的屏幕要重新登记。",
     "Put a new certificate in force under Administration; screens that pin the old one must be given the new one."},
    {"office_ca", "到期前重新制作单位证书，并在各办公电脑上再安装一次。",
     "Make the office's authority anew in time and install it on the office PCs again."},
    {"online_key", "用 fz-keys 重做根文件，把服务器现在的在线密钥写进去，然后导入。",
     "Make a new root with fz-keys that names the server's present online key, and import it."},
    {"root", "三位密钥管理员用 fz-keys 续签根文件，然后导入。", "Have the officers renew the root with fz-keys, and import it."},
    {"reviewers", "用 fz-keys 续签审核人员文件，然后导入。", "Renew the reviewers document with fz-keys, and import it."},
    {"withdrawals", "由有撤回权的人员用 fz-approve 续签撤回清单，然后导入；过期后屏幕会逐级停播。",
     "Have the withdrawals renewed with fz-approve and import them; screens fall dark step by step after the end."},
    {"approval", "还要继续播放的，请重新提交审核；到期后自动下屏。",
     "Submit it for review again if it is to stay on air; it leaves the screens by itself."},
    {"campaign", "还要继续宣传的，请延长活动日期并发布。", "Extend the campaign and publish if it is to go on."},
    {"token", "还要继续使用的，请新建令牌并更换到程序里。", "Make a new token and give it to the program that uses it."},
}};

}  // namespace

std::string_view ends_name(Ends what) {
  return kWords.at(static_cast<std::size_t>(what)).name;
}
Remedy remedy_of(Ends what) {
  const auto& w = kWords.at(static_cast<std::size_t>(what));
  return {w.zh, w.en};
}

std::int64_t days_left(UtcTime ends, UtcTime now) {
  return std::chrono::floor<Days>(ends - now).count();
}

void sort_expiries(std::vector<Expiry>& list) {
  std::stable_sort(list.begin(), list.end(), [](const Expiry& a, const Expiry& b) {
    if (!a.ends || !b.ends) return a.ends.has_value() && !b.ends.has_value();
    return *a.ends < *b.ends;
  });
}

std::optional<UtcTime> end_of_day(std::string_view date) {
  const auto begin = parse_time(std::string(date) + "T00:00:00Z");
  if (!begin) return std::nullopt;
  return *begin + Days{1} - std::chrono::hours(8);
}

}  // namespace fz::setup
