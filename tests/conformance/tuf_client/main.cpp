// tuf_client: init, refresh, download as the TUF conformance suite asks of a client under test (its CLIENT-CLI page).
// Documents are DSSE envelopes. Exit 0: done; 1: refused or failed.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "shared/base/log.hpp"
#include "tests/conformance/tuf_client/client.hpp"

int main(int argc, char** argv) {
  using namespace fz;
  log::init("tuf_client", log::Level::warn);
  std::string metadata_dir, metadata_url, target_name, target_url, target_dir, trusted_root;
  CLI::App app{"A TUF client over DSSE documents, for conformance tests"};
  app.add_option("--metadata-dir", metadata_dir, "what is trusted")->required();
  app.add_option("--metadata-url", metadata_url, "repository metadata");
  app.add_option("--target-name", target_name, "target path");
  app.add_option("--target-base-url", target_url, "repository targets");
  app.add_option("--target-dir", target_dir, "downloaded targets");
  app.require_subcommand(1);
  app.fallthrough();
  Result<void> outcome;
  auto refresh = [&](conformance::TufClient& client) { return client.refresh(system_clock().wall()); };
  auto* init = app.add_subcommand("init", "begin with a trusted root");
  init->add_option("TRUSTED_ROOT", trusted_root)->required();
  init->callback([&] { outcome = conformance::TufClient::init(metadata_dir, trusted_root); });
  app.add_subcommand("refresh", "update the metadata")->callback([&] {
    conformance::TufClient client(metadata_dir, metadata_url);
    outcome = refresh(client);
  });
  app.add_subcommand("download", "update the metadata and fetch one target")->callback([&] {
    conformance::TufClient client(metadata_dir, metadata_url);
    outcome = refresh(client);
    if (outcome) outcome = client.download(target_name, target_url, target_dir);
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 1;
  }
  if (outcome) return 0;
  fmt::print(stderr, "tuf_client: {}\n", to_log(outcome.error()));
  return 1;
}
