// The tree and the accounts from tables. All of a table or nothing: call inside one transaction.
#pragma once
#include "server/accounts/accounts.hpp"
#include "server/accounts/table.hpp"

namespace fz::accounts {

inline constexpr std::size_t kMaxUnitRows = 10000;
inline constexpr std::size_t kMaxAccountRows = 200;  ///< each password costs 0.1 s

/// The columns of the two tables; static.
std::span<const Column> unit_columns();
std::span<const Column> account_columns();
/// code 区划代码 (or empty), key 编号 (what other rows call a unit without a code), name 名称, parent 上级 (id, code or key),
/// review_steps 审核步数, in any order of rows.
Result<Table> read_unit_table(std::string_view bytes);
/// Errors: unit_loop, table_row (whatever create_unit says, with the row), forbidden_role. Returns how many.
Result<int> import_units(Store& db, const Context& ctx, const Table& table);

/// login 账号, name 姓名, unit 单位 (id or code), roles 角色 (English or Chinese names, separated by blanks, commas or 、), holder 持钥人.
/// Passwords are the caller's: slow to hash, so made outside of the transaction. Errors: of read_table, table_row.
struct AccountRow {
  int number = 0;
  NewAccount account;
};
Result<std::vector<AccountRow>> read_account_table(std::string_view bytes);
Result<int> import_accounts(Store& db, const Context& ctx, const std::vector<AccountRow>& rows);

}  // namespace fz::accounts
