// The tree: divisions, moves, tables, and items between levels.
#include "server/accounts/divisions.hpp"
#include "server/accounts/import.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::accounts {
namespace {

TEST(Divisions, ThoseThatExistAndThoseThatDoNot) {
  for (const char* good : {"000000", "110101", "110000", "500000", "500119", "500119001", "500119001200", "441900003", "429004", "659001",
                           "710000", "810000", "820000", "542500", "632802", "460400100"})
    EXPECT_TRUE(check_division(good)) << good;
  for (const char* bad :
       {"", "5", "50011", "5001190", "99999a", "160000", "990101", "139900", "341400", "371200", "500300", "420400", "500119 ", "500000001",
        "110100001",
        // counties that do not exist, or no more: Chongqing has no 500157, Wulong is a district now, Beijing has no counties
        "500157", "500157001", "500232", "110228", "441901", "460401100"})
    EXPECT_EQ(check_division(bad).error().code, Code::division_unknown) << bad;
  EXPECT_NE(message(check_division("500157").error(), Lang::zh).find("2023-06"), std::string::npos)
      << "how old the list is, and what to do";
  EXPECT_TRUE(division_holds("500000", "500119"));
  EXPECT_TRUE(division_holds("500119", "500119001"));
  EXPECT_TRUE(division_holds("500119", "500119"));
  EXPECT_TRUE(division_holds("000000", "110101"));
  EXPECT_FALSE(division_holds("500119", "500118001"));
  EXPECT_FALSE(division_holds("500119", "500000"));
}

class TreeTest : public ServerTest {
 protected:
  Result<Unit> make(const std::string& parent, const std::string& code, const std::string& name) {
    return store_->write([&](store::Tx& tx) { return create_unit(tx.accounts(), tx.context(admin_, now_), {parent, code, name, 2}); });
  }
  Result<Unit> move(const Actor& who, const std::string& unit, const std::string& parent) {
    UnitChange c;
    c.parent = parent;
    return store_->write([&](store::Tx& tx) { return change_unit(tx.accounts(), tx.context(who, now_), unit, c); });
  }
  Unit unit(const std::string& id) {
    return **store_->read([&](const store::Tx& tx) { return tx.accounts().unit(id); });
  }
  Result<int> import(const std::string& csv, const Actor& who) {
    FZ_TRY(const auto table, read_unit_table(csv));
    return store_->write([&](store::Tx& tx) { return import_units(tx.accounts(), tx.context(who, now_), table); });
  }
  std::size_t count() {
    return store_->read([&](const store::Tx& tx) { return tx.accounts().units(""); })->size();
  }
};

TEST_F(TreeTest, CodesAreCheckedAgainstTheStandardAndTheParent) {
  EXPECT_EQ(make("500000", "509900", "x").error().code, Code::division_unknown);
  EXPECT_EQ(make("500119", "500118001", "x").error().code, Code::division_outside);
  EXPECT_EQ(make("500119", "510100", "x").error().code, Code::division_outside);
  EXPECT_TRUE(make("500119", "500119001", "东城街道"));
}

TEST_F(TreeTest, ABranchMovesWholeAndALoopIsRefused) {
  const auto town = *make("500119", "", "某镇"), village = *make(town.id, "", "某村");
  ASSERT_TRUE(move(admin_, town.id, "500118"));
  EXPECT_EQ(unit(town.id).path, "500000/500118/" + town.id + "/");
  EXPECT_EQ(unit(village.id).path, "500000/500118/" + town.id + "/" + village.id + "/");
  EXPECT_EQ(unit(village.id).parent, town.id);
  EXPECT_EQ(move(admin_, town.id, village.id).error().code, Code::unit_loop);
  EXPECT_EQ(move(admin_, town.id, town.id).error().code, Code::unit_loop);
  EXPECT_EQ(move(admin_, "500000", town.id).error().code, Code::unit_loop);
  EXPECT_EQ(move(admin_, "500118", "500119").error().code, Code::division_outside);
  EXPECT_EQ(move(admin_, town.id, "nowhere").error().code, Code::not_found);
  // Neither away from nor into a branch that is not one's own.
  EXPECT_EQ(move(stranger_, town.id, "500119").error().code, Code::not_found);
  ASSERT_TRUE(move(admin_, town.id, "500119"));
  EXPECT_EQ(move(stranger_, town.id, "500118").error().code, Code::not_found);
  EXPECT_EQ(move(clerk_, town.id, "500119").error().code, Code::forbidden_role);
  EXPECT_EQ(move(stranger_, "500118", "500119").error().code, Code::unit_loop);  // nobody moves the node they stand on
}

TEST_F(TreeTest, BelowAMovedUnitCodesFollowOrRefuse) {
  const auto office = *make("500119", "", "反诈专班"), village = *make(office.id, "", "工作站");
  EXPECT_EQ(village.code, "500119");
  const auto town = *make(office.id, "500119001", "东城街道"), post = *make(town.id, "", "东城岗亭");
  // A town of Nanchuan stays one: nothing moves.
  EXPECT_EQ(move(admin_, office.id, "500118").error().code, Code::division_outside);
  EXPECT_EQ(unit(village.id).path, "500000/500119/" + office.id + "/" + village.id + "/");
  EXPECT_EQ(unit(village.id).code, "500119");
  ASSERT_TRUE(move(admin_, town.id, "500119"));
  ASSERT_TRUE(move(admin_, office.id, "500118"));
  EXPECT_EQ(unit(office.id).code, "500118");
  EXPECT_EQ(unit(village.id).code, "500118") << "it had none of its own";
  EXPECT_EQ(unit(village.id).parent, office.id);
  EXPECT_EQ(unit(town.id).code, "500119001");
  EXPECT_EQ(unit(post.id).code, "500119001");
  ASSERT_TRUE(move(admin_, office.id, "500000"));
  EXPECT_EQ(unit(village.id).code, "500000");
}

TEST_F(TreeTest, ATableInAnyOrderOfRowsAllOrNothing) {
  const auto before = count();
  const auto rows = import(
      "\xef\xbb\xbf"
      "名称,上级,编号,区划代码,审核步数\r\n"
      "\"第一社区, 东\",t1,c1,,1\r\n"
      "东城街道,500119,t1,,\r\n"
      "西城街道,500119,,500119002,3\r\n"
      "某居委会,500119002,,,\r\n"
      ",,,,\r\n",
      admin_);
  ASSERT_TRUE(rows) << message(rows.error(), Lang::en);
  EXPECT_EQ(*rows, 4);
  EXPECT_EQ(count(), before + 4);
  EXPECT_EQ(unit("500119002").review_steps, 3);
  const auto all = *store_->read([&](const store::Tx& tx) { return tx.accounts().units("500000/500119/"); });
  const auto community = std::find_if(all.begin(), all.end(), [](const Unit& u) { return u.name == "第一社区, 东"; });
  ASSERT_NE(community, all.end());
  EXPECT_EQ(std::count(community->path.begin(), community->path.end(), '/'), 4);
  // GB18030, as a Chinese Excel saves: 名称,上级 / 南街,500119
  ASSERT_TRUE(import("\xc3\xfb\xb3\xc6,\xc9\xcf\xbc\xb6\n\xc4\xcf\xbd\xd6,500119\n", admin_));
  EXPECT_EQ(count(), before + 5);
  EXPECT_EQ(import("name,parent\nx,500119\n", clerk_).error().code, Code::forbidden_role);
  EXPECT_EQ(import("name,parent\nx,500119\n", stranger_).error().code, Code::table_row);  // a neighbour's branch: not found there
}

TEST_F(TreeTest, BadTablesAreRefusedWithARowAndAReason) {
  const auto before = count();
  const auto refused = [&](const std::string& csv, Code code, const std::string& part) {
    const auto r = import(csv, admin_);
    ASSERT_FALSE(r) << csv;
    EXPECT_EQ(r.error().code, code) << message(r.error(), Lang::en);
    EXPECT_NE(message(r.error(), Lang::zh).find(part), std::string::npos) << message(r.error(), Lang::zh);
    EXPECT_EQ(count(), before) << csv.substr(0, 80);
  };
  refused("name,parent,key\na,b,a\nb,a,b\n", Code::table_row, "下级");           // a loop
  refused("name,parent,key\nok,500119,x\na,a,a\n", Code::table_row, "第 3 行");  // on itself
  refused("name,parent,code\na,500000,509901\n", Code::table_row, "509901");     // no such division
  refused("name,parent\na,500119\nb,\n", Code::table_empty_cell, "合并单元格");  // what a merged cell leaves
  refused("name,upper\na,500119\n", Code::table_columns, "upper");               // wrong column
  refused("name\na\n", Code::table_columns, "上级");                             // missing column
  refused("name,parent,name\na,500119,b\n", Code::table_columns, "name");        // twice
  refused("name,parent\na,500119,c\n", Code::table_row, "第 2 行");              // more cells than headings
  refused("name,parent\n\"a,500119\n", Code::table_format, "引号");
  refused("PK\x03\x04rest", Code::table_format, "已损坏");
  refused("\xd0\xcf\x11\xe0rest", Code::table_old_excel, ".xls");
  refused("\xff\xfen\0a", Code::table_format, "UTF-16");
  refused("name,parent\n\xff\xff\xff,500119\n", Code::table_format, "UTF-8");
  refused("name,parent\n", Code::table_format, "没有数据行");
  refused("name,parent\na,500119\nb,nowhere\n", Code::table_row, "nowhere");
  std::string many = "name,parent\n";
  for (int i = 0; i < 20000; ++i) many += "村" + std::to_string(i) + ",500119\n";
  refused(many, Code::table_rows, "20000");
}

TEST_F(TreeTest, AccountsFromATable) {
  auto rows = read_account_table("账号,姓名,单位,角色,持钥人\nlin,老林,500119,审核、发布,reviewer-9\nchen,小陈,500119,contributor,\n");
  ASSERT_TRUE(rows) << message(rows.error(), Lang::en);
  EXPECT_EQ(rows->at(0).account.roles, (Roles{Role::reviewer, Role::publisher}));
  const auto import_as = [&](const Actor& who) {
    return store_->write([&](store::Tx& tx) { return import_accounts(tx.accounts(), tx.context(who, now_), *rows); });
  };
  EXPECT_EQ(import_as(clerk_).error().code, Code::forbidden_role);
  EXPECT_EQ(import_as(stranger_).error().code, Code::table_row);
  EXPECT_EQ(*import_as(admin_), 2);
  EXPECT_EQ(import_as(admin_).error().code, Code::table_row);  // the logins are taken
  EXPECT_TRUE((*store_->read([&](const store::Tx& tx) { return tx.accounts().account_by_login("lin"); }))->must_change);
  EXPECT_EQ(read_account_table("login,name,unit,roles\nx,y,500119,king\n").error().code, Code::table_row);
}

TEST_F(TreeTest, ALowerLevelHandsUpAndAnUpperLevelSharesDown) {
  const auto town = *make("500119", "", "某镇");
  const auto other = *make("500119", "", "邻镇");
  Actor writer = clerk_, upper = publisher_, neighbour = publisher_;
  writer.unit = town.id;
  writer.unit_path = town.path;
  neighbour.unit = other.id;
  neighbour.unit_path = other.path;
  const auto item = *slogan("不轻信", writer);
  const auto see = [&](const Actor& who) {
    return store_->read([&](const store::Tx& tx) { return library::see_item(tx.library(), tx.accounts(), who, item.id); });
  };
  const auto offer = [&](const std::string& to) {
    return store_->write(
        [&](store::Tx& tx) { return library::offer_item(tx.library(), tx.accounts(), tx.context(writer, now_), item.id, to, "好案例"); });
  };
  const auto decide = [&](const Actor& who, const std::string& id) {
    return store_->write(
        [&](store::Tx& tx) { return library::decide_offer(tx.library(), tx.accounts(), tx.context(who, now_), id, true, "采用"); });
  };
  EXPECT_EQ(see(neighbour).error().code, Code::not_found);
  EXPECT_EQ(offer(town.id).error().code, Code::not_found);
  EXPECT_EQ(offer(other.id).error().code, Code::not_found);
  EXPECT_EQ(offer("500118").error().code, Code::not_found);
  const auto made = offer("500119");
  ASSERT_TRUE(made) << to_log(made.error());
  EXPECT_EQ(offer("500119").error().code, Code::conflict);
  auto eager = writer;
  eager.roles.insert(Role::publisher);
  EXPECT_EQ(decide(eager, made->id).error().code, Code::not_found);  // the lower level does not take over for the upper one
  ASSERT_TRUE(decide(upper, made->id));
  EXPECT_EQ(decide(upper, made->id).error().code, Code::offer_state);
  EXPECT_EQ(see(upper)->unit, "500119");
  EXPECT_TRUE(see(writer));  // shared back
  EXPECT_EQ(store_->read([&](const store::Tx& tx) { return library::get_item(tx.library(), tx.accounts(), writer, item.id); }).error().code,
            Code::not_found);  // but no longer theirs to change

  const auto share = [&](const Actor& who, const std::string& to) {
    return store_->write(
        [&](store::Tx& tx) { return library::share_item(tx.library(), tx.accounts(), tx.context(who, now_), item.id, to); });
  };
  EXPECT_EQ(share(upper, "500118").error().code, Code::not_found);
  EXPECT_EQ(share(writer, other.id).error().code, Code::forbidden_role);
  ASSERT_TRUE(share(upper, other.id));
  EXPECT_TRUE(see(neighbour));
  library::ItemFilter f;
  f.shared_to = library::units_on(neighbour.unit_path);
  EXPECT_EQ(store_->read([&](const store::Tx& tx) { return tx.library().items(f); })->size(), 1u);
  write([&](store::Tx& tx) { return library::unshare_item(tx.library(), tx.accounts(), tx.context(upper, now_), item.id, other.id); });
  EXPECT_EQ(see(neighbour).error().code, Code::not_found);
}

}  // namespace
}  // namespace fz::accounts
