// What axe finds on a page, in light and in dark.

import axe from "axe-core";

const ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Everything that breaks a rule, one line each; empty when nothing does. */
export async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const light = await found(page, { type: "tag", values: ALL });
  // Only colours change with the theme.
  await theme(page, "dark");
  const dark = await found(page, { type: "rule", values: ["color-contrast"] });
  await theme(page, "light");
  return [...light, ...dark.map((line) => `dark: ${line}`)];
}

/** Changes what the system prefers, and waits until the page is painted that way: colours may take a moment. */
async function theme(page, colorScheme) {
  await page.emulateMedia({ colorScheme });
  await page.waitForTimeout(100);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const moves = () => document.getAnimations().some((animation) => animation.playState === "running");
  for (let tries = 0; tries < 50; tries++) {
    await page.waitForTimeout(20);
    if (!(await page.evaluate(moves))) return;
  }
}

async function found(page, runOnly) {
  const result = await page.evaluate((runOnly) => window.axe.run(document, { runOnly, resultTypes: ["violations"] }), runOnly);
  return result.violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}\n    ${node.target.join(" ")}\n    ${node.html.slice(0, 200)}\n    ${node.failureSummary.split("\n").slice(1).join(";")}`),
  );
}
