// Resumable downloads: Range with If-Range, so that a changed file is never glued to an old part (RFC 9110 13.1.5).
#include <charconv>

#include "shared/net/client.hpp"

namespace fz::net {
namespace {

struct ContentRange {
  std::uint64_t first = 0, total = 0;
  bool unsatisfied = false;
};

// "bytes 10-99/100" or "bytes */100"
std::optional<ContentRange> parse_content_range(std::string_view s) {
  if (!s.starts_with("bytes ")) return std::nullopt;
  s.remove_prefix(6);
  const auto slash = s.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  ContentRange out;
  const auto number = [](std::string_view t, std::uint64_t& n) {
    const auto [end, ec] = std::from_chars(t.data(), t.data() + t.size(), n);
    return ec == std::errc{} && end == t.data() + t.size();
  };
  if (!number(s.substr(slash + 1), out.total)) return std::nullopt;
  const auto range = s.substr(0, slash);
  if (range == "*") {
    out.unsatisfied = true;
    return out;
  }
  const auto dash = range.find('-');
  std::uint64_t last = 0;
  if (dash == std::string_view::npos || !number(range.substr(0, dash), out.first) || !number(range.substr(dash + 1), last))
    return std::nullopt;
  if (last < out.first || last + 1 != out.total) return std::nullopt;  // we always ask for everything to the end
  return out;
}

Error too_large(std::uint64_t limit) {
  return fail(Code::too_large, {{"limit", std::to_string(limit) + " B"}});
}

class Download {
 public:
  Download(Client& client, const DownloadRequest& request, const Cancel* cancel) : client_(client), r_(request), cancel_(cancel) {}

  Result<DownloadResult> run() {
    const bool resume = r_.have > 0 && !r_.etag.empty() && r_.have <= r_.max_bytes;
    FZ_TRY(auto status, once(resume));
    if (status == 416 && resume) {
      // Everything was there already, or the stored part is of no use.
      if (result_.total == r_.have && result_.etag == r_.etag) return result_;
      FZ_TRY(status, once(false));
    }
    if (status != 200 && status != 206) return fail(Code::http_status, {{"status", std::to_string(status)}, {"url", r_.url}});
    if (at_ != result_.total) return fail(Code::connection_lost, {{"host", r_.url}}, "length");
    return result_;
  }

 private:
  Result<unsigned> once(bool resume) {
    ClientRequest q;
    q.url = r_.url;
    q.headers = r_.headers;
    q.total = r_.total;
    q.min_rate = r_.min_rate;
    q.rate_grace = r_.rate_grace;
    q.max_response = r_.max_bytes;
    if (resume) {
      q.headers.set("Range", "bytes=" + std::to_string(r_.have) + "-");
      q.headers.set("If-Range", r_.etag);
    }
    q.on_head = [&](const ClientResponse& head) { return begin(head, resume); };
    q.on_body = [&](ByteView chunk) -> Result<void> {
      FZ_CHECK(r_.write(chunk));
      at_ += chunk.size();
      if (!sized_) result_.total = at_;
      if (r_.progress) r_.progress(at_, result_.total);
      return {};
    };
    FZ_TRY(const auto response, client_.send(q, cancel_));
    return response.status;
  }

  Result<void> begin(const ClientResponse& head, bool resume) {
    result_ = {};
    result_.etag = head.headers.get("ETag");
    const auto range = parse_content_range(head.headers.get("Content-Range"));
    if (head.status == 206) {
      if (!resume || !range || range->unsatisfied || range->first != r_.have || (!result_.etag.empty() && result_.etag != r_.etag))
        return fail(Code::bad_response, {{"host", r_.url}, {"what", "Content-Range"}});
      at_ = r_.have;
      result_.total = range->total;
      sized_ = true;
    } else if (head.status == 200) {
      at_ = 0;
      sized_ = number_header(head.headers.get("Content-Length"), result_.total);
      if (r_.have > 0 && r_.restart) FZ_CHECK(r_.restart());
    } else if (head.status == 416 && range) {
      result_.total = range->total;
    }
    if (result_.total > r_.max_bytes) return too_large(r_.max_bytes);
    return {};
  }

  static bool number_header(std::string_view text, std::uint64_t& out) {
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
    return !text.empty() && ec == std::errc{} && end == text.data() + text.size();
  }

  Client& client_;
  const DownloadRequest& r_;
  const Cancel* cancel_;
  DownloadResult result_;
  std::uint64_t at_ = 0;
  bool sized_ = false;
};

}  // namespace

Result<DownloadResult> download(Client& client, const DownloadRequest& request, const Cancel* cancel) {
  return Download(client, request, cancel).run();
}

}  // namespace fz::net
