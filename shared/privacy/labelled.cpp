#include "shared/privacy/labelled.hpp"

#include "shared/base/json.hpp"

namespace fz::privacy {
namespace {

Result<Kind> kind_from(const std::string& name) {
  for (const Kind k : {Kind::name, Kind::phone, Kind::identity_card, Kind::bank_card, Kind::plate})
    if (kind_name(k) == name) return k;
  return fail(Code::bad_field, {{"field", "kind"}, {"what", name}});
}

Result<Sample> read_sample(std::string_view line) {
  FZ_TRY(auto value, json::parse(line));
  json::Reader in(value, "sample");
  Sample out;
  out.text = in.string("text", 1 << 20);
  const auto* labels = in.list("findings", 1000);
  FZ_CHECK(in.finish(true));
  for (const auto& one : *labels) {
    json::Reader label(one, "findings");
    const auto kind = label.string("kind", 20);
    Label l{Kind::name, label.string("text", 1000)};
    FZ_CHECK(label.finish(true));
    FZ_TRY(l.kind, kind_from(kind));
    if (out.text.find(l.text) == std::string::npos) return fail(Code::bad_field, {{"field", "findings"}, {"what", l.text}});
    out.labels.push_back(std::move(l));
  }
  return out;
}

struct Place {
  Kind kind;
  std::size_t begin, end;
};
/// Where the labels stand: of equal ones, one after the other.
std::vector<Place> places_of(const Sample& sample) {
  std::vector<Place> out;
  for (const Label& l : sample.labels) {
    std::size_t from = 0;
    for (const Place& p : out)
      if (sample.text.compare(p.begin, p.end - p.begin, l.text) == 0) from = std::max(from, p.end);
    auto at = sample.text.find(l.text, from);
    if (at == std::string::npos) at = sample.text.find(l.text);
    out.push_back({l.kind, at, at + l.text.size()});
  }
  return out;
}

std::size_t& count(Report& report, Kind kind, std::size_t Score::*what) {
  return report.by_kind[static_cast<std::size_t>(kind)].*what;
}

}  // namespace

Score& Score::operator+=(const Score& o) {
  labelled += o.labelled;
  hit += o.hit;
  reported += o.reported;
  wrong += o.wrong;
  return *this;
}

Result<std::vector<Sample>> read_samples(std::string_view text) {
  std::vector<Sample> out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.find_first_not_of(" \r\t") == std::string_view::npos) continue;
    FZ_TRY(auto sample, read_sample(line));
    out.push_back(std::move(sample));
  }
  return out;
}

Report measure(const std::vector<Sample>& samples) {
  Report out;
  for (const Sample& sample : samples) {
    const auto places = places_of(sample);
    const auto findings = find(sample.text);
    for (const Place& p : places) {
      ++count(out, p.kind, &Score::labelled);
      std::string left;  // of the label, what no finding covers
      std::size_t at = p.begin;
      for (const Finding& f : findings) {
        if (f.end <= at || f.begin >= p.end) continue;
        if (f.begin > at) left += sample.text.substr(at, f.begin - at);
        at = std::max(at, f.end);
      }
      if (at < p.end) left += sample.text.substr(at, p.end - at);
      if (canonical(left).empty())
        ++count(out, p.kind, &Score::hit);
      else
        out.missed.push_back(std::string(kind_name(p.kind)) + " " + sample.text.substr(p.begin, p.end - p.begin) + " | " + sample.text);
    }
    for (const Finding& f : findings) {
      ++count(out, f.kind, &Score::reported);
      bool touches = false;
      for (const Place& p : places) touches = touches || (f.begin < p.end && p.begin < f.end);
      if (touches) continue;
      ++count(out, f.kind, &Score::wrong);
      out.wrong.push_back(std::string(kind_name(f.kind)) + " " + f.text + " | " + sample.text);
    }
  }
  for (const Score& s : out.by_kind) (&s == &out.by_kind[0] ? out.names : out.numbers) += s;
  return out;
}

}  // namespace fz::privacy
