#include "server/accounts/import.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace fz::accounts {
namespace {

constexpr std::array<Column, 5> kUnitColumns{
    {{"code", "区划代码", false}, {"key", "编号", false}, {"name", "名称"}, {"parent", "上级"}, {"review_steps", "审核步数", false}}};
constexpr std::array<Column, 5> kAccountColumns{
    {{"login", "账号"}, {"name", "姓名"}, {"unit", "单位"}, {"roles", "角色"}, {"holder", "持钥人", false}}};

constexpr std::array<std::pair<std::string_view, Role>, 9> kChineseRoles{{{"采编", Role::contributor},
                                                                          {"审核", Role::reviewer},
                                                                          {"发布", Role::publisher},
                                                                          {"管理", Role::administrator},
                                                                          {"值班", Role::duty},
                                                                          {"运维", Role::operate},
                                                                          {"督查", Role::inspect},
                                                                          {"安全管理", Role::security},
                                                                          {"审计", Role::auditor}}};

Error bad_cell(std::string field, std::string what) {
  return fail(Code::bad_field, {{"field", std::move(field)}, {"what", std::move(what)}});
}

Result<Roles> roles_of(std::string text) {
  for (std::string_view sign : {"、", "，", "；", ",", ";", "|"})
    for (auto at = text.find(sign); at != std::string::npos; at = text.find(sign)) {
      text.erase(at, sign.size());
      text.insert(at, 1, ' ');
    }
  Roles out;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto space = rest.find(' ');
    const auto word = rest.substr(0, space);
    rest = space == std::string_view::npos ? std::string_view{} : rest.substr(space + 1);
    if (word.empty()) continue;
    auto role = role_from_name(word);
    if (!role) {
      const auto it = std::find_if(kChineseRoles.begin(), kChineseRoles.end(), [&](const auto& p) { return p.first == word; });
      if (it != kChineseRoles.end()) role = it->second;
    }
    if (!role) return bad_cell("roles", std::string(word));
    out.insert(*role);
  }
  return out;
}

struct UnitRow {
  const Table::Row* row;
  NewUnit unit;
  std::string key;  ///< what other rows call it
};

Result<UnitRow> unit_row(const Table::Row& r) {
  UnitRow out{&r, {r.cells[3], r.cells[0], r.cells[2]}, r.cells[0].empty() ? r.cells[1] : r.cells[0]};
  if (r.cells[4].empty()) return out;
  if (r.cells[4].size() != 1 || r.cells[4][0] < '1' || r.cells[4][0] > '3') return bad_cell("review_steps", r.cells[4]);
  out.unit.review_steps = r.cells[4][0] - '0';
  return out;
}

}  // namespace

std::span<const Column> unit_columns() {
  return kUnitColumns;
}
std::span<const Column> account_columns() {
  return kAccountColumns;
}

Result<Table> read_unit_table(std::string_view bytes) {
  return read_table(bytes, kUnitColumns, kMaxUnitRows);
}

Result<int> import_units(Store& db, const Context& ctx, const Table& table) {
  FZ_CHECK(require(ctx.who, Role::administrator));
  std::vector<UnitRow> rows;
  std::map<std::string, std::size_t> by_key;
  std::map<std::string, std::vector<std::size_t>> children;  // by the parent's key
  for (const Table::Row& r : table.rows) {
    auto row = unit_row(r);
    if (!row) return in_row(r.number, row.error());
    if (!row->key.empty() && !by_key.emplace(row->key, rows.size()).second)
      return in_row(r.number, fail(Code::conflict, {{"what", row->key}}));
    children[row->unit.parent].push_back(rows.size());
    rows.push_back(*std::move(row));
  }
  // From the rows that hang on what exists, downwards. What is never reached hangs on itself.
  std::vector<std::size_t> queue;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (!by_key.contains(rows[i].unit.parent)) queue.push_back(i);
  std::vector<bool> done(rows.size());
  for (std::size_t next = 0; next < queue.size(); ++next) {
    UnitRow& row = rows[queue[next]];
    done[queue[next]] = true;
    auto made = create_unit(db, ctx, row.unit);
    if (!made) return in_row(row.row->number, made.error());
    if (row.key.empty()) continue;
    for (const std::size_t child : children[row.key]) {
      rows[child].unit.parent = made->id;
      queue.push_back(child);
    }
  }
  const auto left = std::find(done.begin(), done.end(), false);
  if (left != done.end()) {
    const UnitRow& row = rows[static_cast<std::size_t>(left - done.begin())];
    return in_row(row.row->number, fail(Code::unit_loop, {{"unit", row.unit.name}, {"parent", row.unit.parent}}));
  }
  FZ_CHECK(ctx.record("unit.import", ctx.who.unit, {{"rows", static_cast<std::int64_t>(rows.size())}}));
  return static_cast<int>(rows.size());
}

Result<std::vector<AccountRow>> read_account_table(std::string_view bytes) {
  FZ_TRY(const Table table, read_table(bytes, kAccountColumns, kMaxAccountRows));
  std::vector<AccountRow> out;
  for (const Table::Row& r : table.rows) {
    AccountRow row;
    row.number = r.number;
    row.account.login = r.cells[0];
    row.account.name = r.cells[1];
    row.account.unit = r.cells[2];
    auto roles = roles_of(r.cells[3]);
    if (!roles) return in_row(r.number, roles.error());
    row.account.roles = *std::move(roles);
    row.account.holder = r.cells[4];
    out.push_back(std::move(row));
  }
  return out;
}

Result<int> import_accounts(Store& db, const Context& ctx, const std::vector<AccountRow>& rows) {
  for (const AccountRow& row : rows) {
    auto made = create_account(db, ctx, row.account);
    if (!made && made.error().code == Code::forbidden_role) return made.error();
    if (!made) return in_row(row.number, made.error());
  }
  return static_cast<int>(rows.size());
}

}  // namespace fz::accounts
