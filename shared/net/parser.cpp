#include "shared/net/parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

namespace fz::net {

namespace http = boost::beast::http;
using boost::beast::error_code;
using View = boost::beast::string_view;

namespace {

std::string_view sv(View v) {
  return {v.data(), v.size()};
}

template <bool isRequest>
class Core final : public http::basic_parser<isRequest> {
 public:
  Core(std::size_t max_header, bool skip_body) {
    this->header_limit(static_cast<std::uint32_t>(max_header));
    this->body_limit(boost::none);  // the caller's business
    this->eager(false);
    if (skip_body) this->skip(true);
  }
  Head head;
  std::string* body = nullptr;

 private:
  void on_request_impl(http::verb, View method, View target, int version, error_code&) override {
    head.method_text = sv(method);
    head.target = sv(target);
    head.version = version;
  }
  void on_response_impl(int code, View, int version, error_code&) override {
    head.status = static_cast<unsigned>(code);
    head.version = version;
  }
  void on_field_impl(http::field, View name, View value, error_code& ec) override {
    if (head.headers.all().size() >= 100) {
      ec = http::error::header_limit;
      return;
    }
    head.headers.add(std::string(sv(name)), std::string(sv(value)));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(View data, error_code&) override {
    body->append(data.data(), data.size());
    return data.size();
  }
  void on_chunk_header_impl(std::uint64_t, View, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View data, error_code&) override {
    body->append(data.data(), data.size());
    return data.size();
  }
  void on_finish_impl(error_code&) override {}
};

Error parse_error(const error_code& ec, std::size_t max_header) {
  if (ec == http::error::header_limit) return fail(Code::header_too_large, {{"limit", std::to_string(max_header / 1024) + " KB"}});
  return fail(Code::bad_request, {{"what", "HTTP: " + ec.message()}});
}

}  // namespace

struct Parser::Impl {
  std::optional<Core<true>> request;
  std::optional<Core<false>> response;
  std::size_t max_header = 0;
  template <class F>
  decltype(auto) with(F&& f) {
    return request ? f(*request) : f(*response);
  }
};

Parser::Parser(Kind kind, std::size_t max_header) : impl_(std::make_unique<Impl>()) {
  impl_->max_header = max_header;
  if (kind == Kind::request)
    impl_->request.emplace(max_header, false);
  else
    impl_->response.emplace(max_header, kind == Kind::response_to_head);
}
Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;

Result<std::size_t> Parser::feed(std::string_view in, std::string& body) {
  return impl_->with([&](auto& core) -> Result<std::size_t> {
    core.body = &body;
    const bool had_header = core.is_header_done();
    std::size_t used = 0;
    while (used < in.size() && !core.is_done() && core.is_header_done() == had_header) {
      error_code ec;
      const auto n = core.put(boost::asio::const_buffer(in.data() + used, in.size() - used), ec);
      used += n;
      if (ec == http::error::need_more) break;
      if (ec) return parse_error(ec, impl_->max_header);
      if (n == 0) break;
    }
    if (!had_header && core.is_header_done()) {
      if (const auto length = core.content_length()) core.head.content_length = *length;
      core.head.keep_alive = core.keep_alive();
      core.head.upgrade = core.upgrade();
    }
    return used;
  });
}

Result<void> Parser::end_of_stream() {
  return impl_->with([&](auto& core) -> Result<void> {
    std::string ignored;
    core.body = &ignored;
    error_code ec;
    if (core.is_header_done() && !core.is_done()) core.put_eof(ec);
    if (ec || !core.is_done()) return fail(Code::bad_request, {{"what", "HTTP: cut off"}});
    return {};
  });
}

bool Parser::header_done() const {
  return impl_->with([](auto& core) { return core.is_header_done(); });
}
bool Parser::done() const {
  return impl_->with([](auto& core) { return core.is_done(); });
}
const Head& Parser::head() const {
  return impl_->with([](auto& core) -> const Head& { return core.head; });
}
Head Parser::take_head() {
  return impl_->with([](auto& core) { return std::move(core.head); });
}

}  // namespace fz::net
