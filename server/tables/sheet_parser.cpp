#include "server/tables/sheet_parser.hpp"

#include <expat.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <memory>
#include <optional>

namespace fz::tables {
namespace {

struct FreeParser {
  void operator()(XML_ParserStruct* p) const { XML_ParserFree(p); }
};

using Attributes = std::map<std::string, std::string, std::less<>>;

std::string local(const XML_Char* name) {
  const std::string_view n(name);
  const auto bar = n.rfind('|');
  return std::string(bar == std::string_view::npos ? n : n.substr(bar + 1));
}

/// One part as a sequence of elements and texts, by local names. A subclass that has a complaint calls refuse().
class Reader {
 public:
  virtual ~Reader() = default;
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Result<void> run(Archive& archive, const std::string& part) {
    const std::unique_ptr<XML_ParserStruct, FreeParser> parser(XML_ParserCreateNS(nullptr, '|'));
    parser_ = parser.get();
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, on_start, on_end);
    XML_SetCharacterDataHandler(parser_, on_text);
    // Office Open XML has no document types; without one there are no entities to blow up.
    XML_SetStartDoctypeDeclHandler(parser_, on_doctype);
    bool good = true;
    FZ_CHECK(archive.read(part, [&](std::string_view piece) {
      good = XML_Parse(parser_, piece.data(), static_cast<int>(piece.size()), 0) == XML_STATUS_OK;
      return good;
    }));
    if (good) good = XML_Parse(parser_, nullptr, 0, 1) == XML_STATUS_OK;
    parser_ = nullptr;
    if (why_) return std::move(*why_);
    if (!good) return unreadable("文件已损坏 (damaged): " + part.substr(0, 80));
    return {};
  }

 protected:
  virtual void start(const std::string& name, const Attributes& attributes) = 0;
  virtual void end(const std::string& name) = 0;
  virtual void text(std::string_view piece) = 0;
  void refuse(Error why) {
    if (!why_) why_ = std::move(why);
    XML_StopParser(parser_, XML_FALSE);
  }

 private:
  static Reader& self(void* user) { return *static_cast<Reader*>(user); }
  static void XMLCALL on_start(void* user, const XML_Char* name, const XML_Char** pairs) {
    if (self(user).why_) return;  // expat goes on to the end of the tag
    Attributes attributes;
    for (; pairs[0]; pairs += 2) attributes.emplace(local(pairs[0]), pairs[1]);
    self(user).start(local(name), attributes);
  }
  static void XMLCALL on_end(void* user, const XML_Char* name) {
    if (!self(user).why_) self(user).end(local(name));
  }
  static void XMLCALL on_text(void* user, const XML_Char* s, int n) {
    if (!self(user).why_) self(user).text({s, static_cast<std::size_t>(n)});
  }
  static void XMLCALL on_doctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    self(user).refuse(unreadable("文件已损坏 (it declares a document type)"));
  }
  XML_Parser parser_ = nullptr;
  std::optional<Error> why_;
};

std::string attribute(const Attributes& attributes, std::string_view name) {
  const auto it = attributes.find(name);
  return it == attributes.end() ? std::string() : it->second;
}

class Relations final : public Reader {
 public:
  std::map<std::string, std::pair<std::string, std::string>> found;  ///< id -> type, target

 private:
  void start(const std::string& name, const Attributes& a) override {
    if (name != "Relationship" || found.size() > 1000) return;
    std::string target = attribute(a, "Target");
    target = target.starts_with('/') ? target.substr(1) : "xl/" + target;
    found[attribute(a, "Id")] = {attribute(a, "Type"), std::move(target)};
  }
  void end(const std::string&) override {}
  void text(std::string_view) override {}
};

class Sheets final : public Reader {
 public:
  std::string first;  ///< relation of the first sheet that people see

 private:
  void start(const std::string& name, const Attributes& a) override {
    const auto state = attribute(a, "state");
    if (name == "sheet" && first.empty() && (state.empty() || state == "visible")) first = attribute(a, "id");
  }
  void end(const std::string&) override {}
  void text(std::string_view) override {}
};

class Strings final : public Reader {
 public:
  std::vector<std::string> all;

 private:
  // <si><t>..</t></si>, or runs <si><r><t>..</t></r></si>; <rPh> is how it is pronounced.
  void start(const std::string& name, const Attributes&) override {
    if (name == "si") {
      if (all.size() == kMaxStrings) return refuse(unreadable("内容太多 (too many texts)"));
      all.emplace_back();
    }
    if (name == "rPh") ++spoken_;
    inside_ = name == "t" && spoken_ == 0 && !all.empty();
  }
  void end(const std::string& name) override {
    inside_ = false;
    if (name == "rPh" && spoken_ > 0) --spoken_;
  }
  void text(std::string_view piece) override {
    if (inside_) all.back() += piece;
  }
  bool inside_ = false;
  int spoken_ = 0;
};

std::string trimmed(std::string_view s) {
  const auto from = s.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return std::string(s.substr(from, s.find_last_not_of(" \t\r\n") - from + 1));
}

Error bad_row(int row, std::string zh, std::string en) {
  return fail(Code::table_row, {{"row", std::to_string(row)}, {"zh", std::move(zh)}, {"en", std::move(en)}});
}

class Cells final : public Reader {
 public:
  Cells(const std::vector<std::string>& strings, std::size_t max_rows) : strings_(strings), max_rows_(max_rows) {}
  Sheet sheet;

 private:
  void start(const std::string& name, const Attributes& a) override {
    if (name == "mergeCell") return refuse(fail(Code::table_merged, {{"range", attribute(a, "ref").substr(0, 40)}}));
    if (name == "row") return start_row(attribute(a, "r"));
    if (name == "c") {
      const auto place = attribute(a, "r");
      column_ = place.empty() ? column_ + 1 : column_of(place);
      type_ = attribute(a, "t");
      value_.clear();
    }
    if (name == "rPh") ++spoken_;
    inside_ = name == "v" || (name == "t" && spoken_ == 0);
  }
  void end(const std::string& name) override {
    inside_ = false;
    if (name == "rPh" && spoken_ > 0) --spoken_;
    if (name == "c") end_cell();
    if (name == "row") end_row();
  }
  void text(std::string_view piece) override {
    if (inside_) value_ += piece;
  }

  void start_row(const std::string& number) {
    int given = 0;
    const auto [end, ec] = std::from_chars(number.data(), number.data() + number.size(), given);
    const bool good = ec == std::errc() && end == number.data() + number.size() && given > 0 && given <= 1'048'576;
    row_ = Sheet::Row{good ? given : last_row_ + 1, {}};
    last_row_ = row_.number;
    column_ = -1;
  }
  void end_row() {
    while (!row_.cells.empty() && row_.cells.back().empty()) row_.cells.pop_back();
    if (row_.cells.empty()) return;
    if (sheet.rows.size() < max_rows_)
      sheet.rows.push_back(std::move(row_));
    else
      ++sheet.more;
    row_.cells.clear();
  }

  void end_cell() {
    auto text = cell_text();
    if (!text) return;
    if (text->empty()) return;
    // A few bytes of a cell may name a long text that is shared: what is copied is limited, too.
    if (text->size() > left_) return refuse(unreadable("内容太多 (too much text)"));
    left_ -= text->size();
    if (column_ < 0 || column_ >= static_cast<int>(kMaxColumns))
      return refuse(
          unreadable(fmt::format("第 {} 行在很靠右的列里还有内容 (row {} has a text far to the right)", row_.number, row_.number)));
    if (row_.cells.size() <= static_cast<std::size_t>(column_)) row_.cells.resize(static_cast<std::size_t>(column_) + 1);
    row_.cells[static_cast<std::size_t>(column_)] = *std::move(text);
  }
  /// Nothing: refused.
  std::optional<std::string> cell_text() {
    if (type_ == "s") {
      std::size_t index = 0;
      const auto [end, ec] = std::from_chars(value_.data(), value_.data() + value_.size(), index);
      if (ec != std::errc() || end != value_.data() + value_.size() || index >= strings_.size()) {
        refuse(unreadable("文件已损坏 (a cell names a text that is not there)"));
        return std::nullopt;
      }
      if (strings_[index].size() > left_) {
        refuse(unreadable("内容太多 (too much text)"));
        return std::nullopt;
      }
      return trimmed(strings_[index]);
    }
    if (type_ == "e") {
      refuse(bad_row(row_.number, "公式有错误值 " + value_.substr(0, 20), "a formula gives " + value_.substr(0, 20)));
      return std::nullopt;
    }
    if (type_ == "b") return value_ == "1" ? "TRUE" : "FALSE";
    if (!type_.empty() && type_ != "n") return trimmed(value_);  // inlineStr, str, d
    if (value_.empty()) return value_;
    auto number = number_text(value_);
    if (number.empty()) {
      refuse(bad_row(row_.number, "数字超过 15 位，Excel 已丢失后面的数字，请先把该列设为“文本”再填写",
                     "a number has more than 15 digits, of which Excel keeps no more; make the column text and type it again"));
      return std::nullopt;
    }
    return number;
  }

  const std::vector<std::string>& strings_;
  std::size_t max_rows_, left_ = kMaxUnpacked;
  Sheet::Row row_;
  int last_row_ = 0, column_ = -1;
  std::string type_, value_;
  bool inside_ = false;
  int spoken_ = 0;
};

}  // namespace

std::string number_text(std::string_view saved) {
  double value = 0;
  const auto [end, ec] = std::from_chars(saved.data(), saved.data() + saved.size(), value);
  if (ec != std::errc() || end != saved.data() + saved.size() || !std::isfinite(value)) return trimmed(saved);
  if (std::abs(value) >= 1e15) return {};
  if (std::trunc(value) == value) return fmt::format("{}", static_cast<long long>(value));
  return fmt::format("{:.15g}", value);
}

int column_of(std::string_view reference) {
  int column = 0;
  std::size_t letters = 0;
  for (; letters < reference.size() && reference[letters] >= 'A' && reference[letters] <= 'Z'; ++letters) {
    if (letters == 3) return -1;
    column = column * 26 + (reference[letters] - 'A' + 1);
  }
  return column - 1;
}

Result<Parts> find_parts(Archive& archive) {
  constexpr const char* kBook = "xl/workbook.xml";
  if (!archive.has(kBook))
    return unreadable("这不是 Excel 工作簿（.xlsx），请在表格软件里另存为 .xlsx 或 CSV (not a workbook; save it as .xlsx or CSV)");
  Sheets book;
  FZ_CHECK(book.run(archive, kBook));
  Relations relations;
  FZ_CHECK(relations.run(archive, "xl/_rels/workbook.xml.rels"));
  Parts parts;
  for (const auto& [id, relation] : relations.found) {
    if (id == book.first) parts.sheet = relation.second;
    if (relation.first.ends_with("/sharedStrings")) parts.strings = relation.second;
  }
  if (parts.sheet.empty()) return unreadable("工作簿里没有工作表 (no sheet)");
  return parts;
}

Result<std::vector<std::string>> read_strings(Archive& archive, const std::string& part) {
  Strings reader;
  if (!part.empty()) FZ_CHECK(reader.run(archive, part));
  return std::move(reader.all);
}

Result<Sheet> read_sheet(Archive& archive, const std::string& part, const std::vector<std::string>& strings, std::size_t max_rows) {
  Cells reader(strings, max_rows);
  FZ_CHECK(reader.run(archive, part));
  return std::move(reader.sheet);
}

}  // namespace fz::tables
