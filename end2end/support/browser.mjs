// The browser of the system; nothing is downloaded.

import { existsSync } from "node:fs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** What Playwright starts. */
export const launchOptions = {
  executablePath: process.env.CHROMIUM ?? PLACES.find(existsSync),
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};

/** A reader somewhere else than the server: another time zone, and nothing that moves while it is looked at. */
export const reader = {
  locale: "en-GB",
  timezoneId: "Europe/Berlin",
  reducedMotion: "reduce",
  colorScheme: "light",
  viewport: { width: 1440, height: 900 },
};

/** The width of a phone. */
export const PHONE = { width: 390, height: 844 };
