import { defineConfig } from "@playwright/test";
import { launchOptions } from "./support/browser.mjs";

export default defineConfig({
  testDir: "journeys",
  testMatch: "**/*.mjs",
  outputDir: "report/results",
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 5_000 },
  reporter: [["list"]],
  use: { launchOptions, actionTimeout: 10_000, navigationTimeout: 15_000 },
});
