// What axe finds on a page, in light and in dark.

import axe from "axe-core";

const ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Everything that breaks a rule, one line each; empty when nothing does. */
export async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const light = await found(page, { type: "tag", values: ALL });
  // Only colours change with the theme.
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await found(page, { type: "rule", values: ["color-contrast"] });
  await page.emulateMedia({ colorScheme: "light" });
  return [...light, ...dark.map((line) => `dark: ${line}`)];
}

async function found(page, runOnly) {
  const result = await page.evaluate((runOnly) => window.axe.run(document, { runOnly, resultTypes: ["violations"] }), runOnly);
  return result.violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}\n    ${node.target.join(" ")}\n    ${node.html.slice(0, 200)}\n    ${node.failureSummary.split("\n").slice(1).join(";")}`),
  );
}
