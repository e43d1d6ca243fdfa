// What a clerk starts on an office PC so that browsers believe the office's certificate.
#include <fmt/format.h>

#include "server/setup/setup.hpp"
#include "shared/crypto/authority.hpp"

namespace fz::setup {
namespace {

// The PEM text stands at the end of the file, behind the last command: certutil finds it there. Lines before "chcp" are ASCII, so that
// a system in GBK reads them too; nothing jumps to a label, which cmd cannot find behind UTF-8.
constexpr std::string_view kWindows = R"cmd(@echo off
rem Fanzha: trusts the office's own certificate authority. Right-click: run as administrator.
chcp 65001 >nul
net session >nul 2>&1 || (powershell -NoProfile -Command "Start-Process -Verb RunAs -FilePath '%~f0'" & exit /b)
echo 安装反诈宣传平台的单位证书，让本机浏览器信任服务器。
echo 指纹 SHA-256: {}
certutil -f -decode "%~f0" "%TEMP%\fanzha-ca.crt" >nul && certutil -f -addstore Root "%TEMP%\fanzha-ca.crt" >nul && (echo 安装成功，请关闭并重新打开浏览器。 Installed.) || (echo 安装失败，请右键选择“以管理员身份运行”。 Failed: run as administrator.)
del "%TEMP%\fanzha-ca.crt" >nul 2>&1
pause
exit /b
{})cmd";

constexpr std::string_view kLinux = R"sh(#!/bin/sh
# 安装反诈宣传平台的单位证书（以 root 运行；Debian、统信、麒麟、CentOS 等）。
# Trusts the office's own certificate authority, system-wide and in the browsers of everybody at home on this PC. Run as root.
# SHA-256: {}
set -eu
if [ "$(id -u)" != 0 ]; then exec sudo sh "$0" "$@"; fi
if [ -d /etc/pki/ca-trust/source/anchors ]; then
  to=/etc/pki/ca-trust/source/anchors/fanzha-office.crt
else
  mkdir -p /usr/local/share/ca-certificates
  to=/usr/local/share/ca-certificates/fanzha-office.crt
fi
cat >"$to" <<'CERTIFICATE'
{}CERTIFICATE
chmod 644 "$to"
if [ -d /etc/pki/ca-trust/source/anchors ]; then update-ca-trust; else update-ca-certificates; fi
# Browsers on Linux keep lists of their own.
if command -v certutil >/dev/null 2>&1; then
  for list in "$HOME"/.pki/nssdb /home/*/.pki/nssdb /home/*/.mozilla/firefox/*.default*; do
    [ -f "$list/cert9.db" ] || continue
    certutil -d "sql:$list" -A -t C,, -n fanzha-office -i "$to" && chown "$(stat -c %u:%g "$list")" "$list"/*.db
  done
else
  echo '本机没有 certutil（软件包 libnss3-tools），浏览器若仍提示不安全，请安装后再运行一次。'
fi
echo '安装成功，请关闭并重新打开浏览器。 Installed.'
)sh";

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

}  // namespace

Result<std::optional<File>> office_file(std::string_view name, std::string_view authority_pem) {
  FZ_TRY(const auto facts, crypto::certificate_facts(authority_pem));
  if (name == "ca.crt") return std::optional<File>({"application/x-x509-ca-cert", std::string(authority_pem)});
  if (name == "install-windows.cmd")
    return std::optional<File>({"application/octet-stream", with_crlf(fmt::format(kWindows, facts.sha256, authority_pem))});
  if (name == "install-linux.sh")
    return std::optional<File>({"application/octet-stream", fmt::format(kLinux, facts.sha256, authority_pem)});
  return std::optional<File>();
}

}  // namespace fz::setup
