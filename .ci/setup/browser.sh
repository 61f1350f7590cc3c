#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The page is tested in a real browser: Chromium or Chrome, steered by ChromeDriver.
# CHROME and CHROMEDRIVER name other programs than the ones found here.
. "$(dirname "$0")/env.sh"
chrome_found() {
  [ -n "${CHROME-}" ] && { have "$CHROME"; return; }
  have chromium || have google-chrome || have google-chrome-stable || have chrome ||
    [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ]
}
driver_found() { have "${CHROMEDRIVER:-chromedriver}"; }
if chrome_found && driver_found; then exit 0; fi
[ -z "${CHROME-}" ] || chrome_found || die "CHROME is set to $CHROME, which is not a program"
[ -z "${CHROMEDRIVER-}" ] || driver_found || die "CHROMEDRIVER is set to $CHROMEDRIVER, which is not a program"
# Ubuntu's packages of these names hold no browser but fetch one from elsewhere, and that one cannot read /tmp.
if grep -q '^ID=ubuntu' /etc/os-release 2>/dev/null; then
  die "Chrome and a ChromeDriver of the same version are needed for the browser test" \
    "install both, then put them on PATH or set CHROME and CHROMEDRIVER"
fi
apt_install "the browser test drives a real Chromium" chromium chromium-driver ||
  die "Chrome (or Chromium) and a ChromeDriver of the same version are needed for the browser test" \
    "macOS: brew install --cask google-chrome chromedriver    Fedora: dnf install chromium chromedriver" \
    "or set CHROME and CHROMEDRIVER to the two programs"
