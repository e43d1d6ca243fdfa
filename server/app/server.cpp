#include "server/app/server.hpp"

#include "server/app/certificates.hpp"
#include "server/app/event_pump.hpp"
#include "server/app/housekeeper.hpp"
#include "server/app/identity.hpp"
#include "server/http/dispatcher.hpp"
#include "shared/base/log.hpp"
#include "shared/base/process.hpp"
#include "shared/net/server.hpp"

namespace fz::app {
namespace {

class ServerImpl final : public Server {
 public:
  ServerImpl(const Config& config, const Clock& clock) : config_(config), clock_(clock) {}
  ~ServerImpl() override { stop(Millis{0}); }
  const Started& started() const override { return started_; }
  std::uint16_t port() const override { return net_->port(); }

  Result<void> open(const MakeTools& make_tools) {
    const auto begin = clock_.steady();
    FZ_TRY(const auto listen, parse_listen(config_.listen));
    FZ_CHECK(make_dirs(config_.data, 0700));
    const auto now = clock_.wall();
    net::ServerOptions net_options;
    if (config_.tls) {
      FZ_CHECK(finish_certificate_change(config_));
      FZ_TRY(const auto tls, load_or_make_tls(config_, now));
      started_.fingerprint = tls.sha256;
      if (tls.expires - now < Days{30}) log::warn("the certificate ends at {}: renew it", format_time(tls.expires));
      net_options.tls = net::ServerTls{tls.certificate_pem, tls.key_pem};
      FZ_TRY(certificates_, keep_certificates(config_, tls, [this](const std::string& chain, const std::string& key) -> Result<void> {
               return net_->replace_tls({chain, key});
             }));
    }
    FZ_TRY(blobs_, blob::Store::open(config_.data / "blobs"));
    FZ_TRY(store_, store::open_sqlite(config_.data));
    FZ_TRY(auto online, load_or_make_online_key(config_));
    FZ_TRY(started_.admin_password, make_first_administrator(config_, *store_, now));
    FZ_CHECK(recover(now));
    FZ_CHECK(open_publisher(std::move(online), now));
    log_ = std::make_unique<plays::Log>(store_->plays(), clock_);
    open_app();
    FZ_CHECK(http::load_alerts(*app_));
    MediaTools tools;
    if (make_tools) tools = make_tools(config_, *blobs_);
    app_->pictures.open(config_.data / "thumbs", tools.thumbnail);
    FZ_CHECK(open_console());
    if (make_tools)
      jobs_ = std::make_unique<Jobs>(*store_, clock_, std::move(tools), config_.media_jobs, [this](const std::string& item) {
        app_->events.changed({http::Topic::jobs, finder::Noun::item, item});
      });
    net_options.address = listen.first;
    net_options.port = listen.second;
    net_options.threads = config_.threads;
    net_options.workers = config_.workers;
    FZ_TRY(net_, net::Server::start(std::move(net_options), http::make_dispatch(*app_), http::make_error_page(*app_),
                                    http::make_observer(*app_)));
    housekeeper_ = std::make_unique<Housekeeper>(*app_);
    event_pump_ = std::make_unique<EventPump>(*app_);
    started_.address =
        (listen.first.find(':') != std::string::npos ? "[" + listen.first + "]" : listen.first) + ":" + std::to_string(net_->port());
    started_.took = std::chrono::duration_cast<Millis>(clock_.steady() - begin);
    return {};
  }

  // Requests first, then what they use, in the reverse order of open().
  void stop(Millis drain) override {
    if (std::exchange(stopped_, true)) return;
    if (net_) net_->stop(drain);
    jobs_.reset();
    event_pump_.reset();
    housekeeper_.reset();
    log_.reset();
    if (store_) store_->on_recorded({});
    app_.reset();
    publisher_.reset();
    store_.reset();
    blobs_.reset();
  }

 private:
  Result<void> recover(UtcTime now) {
    const auto who = accounts::system_actor();
    FZ_TRY(const auto again, store_->write([&](store::Tx& tx) { return library::recover_jobs(tx.library(), tx.context(who, now)); }));
    if (again > 0) log::info("{} media jobs are taken up again", again);
    return {};
  }

  Result<void> open_publisher(crypto::PrivateKey online, UtcTime now) {
    publisher_ = std::make_unique<publish::Publisher>(std::move(online), *blobs_, [this](const auto& work) {
      return store_->write([&](store::Tx& tx) { return work(tx.publishing()); });
    });
    FZ_CHECK(store_->write([&](store::Tx& tx) { return publisher_->load(tx.publishing(), now); }));
    if (!config_.restored) return {};
    const auto signed_anew = publisher_->sign_anew(now);
    if (!signed_anew && signed_anew.error().code != Code::root_missing && signed_anew.error().code != Code::reviewers_missing)
      return signed_anew.error();
    if (signed_anew) log::info("restored: {} timestamps are signed anew", signed_anew->timestamps_signed);
    return {};
  }

  Result<void> open_console() {
    const auto folder = config_.console.empty() ? program_dir() / ".." / "share" / "fanzha" / "console" : config_.console;
    FZ_TRY(app_->console, http::Console::read(folder));
    if (app_->console.empty()) log::warn("no web console in {}: only the API is served", folder.lexically_normal().string());
    return {};
  }

  void open_app() {
    http::Settings settings;
    settings.tls = config_.tls;
    settings.open_metrics = config_.open_metrics;
    settings.behind_proxy = config_.behind_proxy;
    settings.second_factor = config_.second_factor;
    settings.three_administrators = config_.three_administrators;
    settings.sessions = config_.sessions;
    settings.machines_per_address = config_.machines_per_address;
    settings.quota = config_.quota;
    settings.data = config_.data;
    settings.shots = config_.data / "shots";
    app_.reset(new http::App{*store_, *blobs_, *publisher_, *log_, clock_, settings});
    store_->on_recorded([this](const std::vector<audit::Event>& events) { app_->events.heard(events); });
    app_->certificates = certificates_.get();
    app_->jobs_wanted = [this] {
      if (jobs_) jobs_->wake();
    };
    app_->ready = [this]() -> Result<void> {
      FZ_TRY(const auto free, free_space(config_.data));
      if (free < (64u << 20)) return fail(Code::disk_full);
      return store_->write([](store::Tx&) -> Result<void> { return {}; });  // begins and commits: the database can be written
    };
  }

  const Config config_;
  const Clock& clock_;
  Started started_;
  bool stopped_ = false;
  std::unique_ptr<blob::Store> blobs_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<publish::Publisher> publisher_;
  std::unique_ptr<plays::Log> log_;
  std::unique_ptr<http::App> app_;
  std::unique_ptr<Jobs> jobs_;
  std::unique_ptr<net::Server> net_;
  std::unique_ptr<Housekeeper> housekeeper_;
  std::unique_ptr<EventPump> event_pump_;
  std::unique_ptr<setup::Certificates> certificates_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const Config& config, const Clock& clock, const MakeTools& make_tools) {
  auto server = std::make_unique<ServerImpl>(config, clock);
  FZ_CHECK(server->open(make_tools));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace fz::app
