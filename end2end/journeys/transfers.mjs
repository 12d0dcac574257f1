// Exports and imports of the registry among operations: progress, files, failed lines, and who may have what.

import { createHmac } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { PHONE } from "../support/browser.mjs";
import { expect, test } from "../support/test.mjs";

/** Asks the service API as the policy iothubowner. */
async function service(hub, method, address, body) {
  const text = await hub.cli("policy", "connection-string", "iothubowner");
  const parts = Object.fromEntries(text.trim().split(";").map((part) => part.split(/=(.*)/s).slice(0, 2)));
  const [resource, until] = [encodeURIComponent(parts.HostName), Math.floor(Date.now() / 1000) + 600];
  const key = Buffer.from(parts.SharedAccessKey, "base64");
  const signature = encodeURIComponent(createHmac("sha256", key).update(`${resource}\n${until}`).digest("base64"));
  const authorization = `SharedAccessSignature sr=${resource}&sig=${signature}&se=${until}&skn=${parts.SharedAccessKeyName}`;
  const headers = { authorization, "content-type": "application/json" };
  const answer = await fetch(`${hub.url}${address}?api-version=2021-04-12`, { method, headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  return answer.json();
}

/** Begins an export or import and waits for its end: one runs at a time. */
async function transferred(hub, asked) {
  const { jobId } = await service(hub, "POST", "/jobs/create", asked);
  await expect.poll(async () => (await service(hub, "GET", `/jobs/${jobId}`)).status).toBe("completed");
}

test.describe.configure({ mode: "serial" });

for (const [width, options] of [["wide", {}], ["phone", { viewport: PHONE }]]) {
  test(`an export is an operation, with its file (${width})`, async ({ visit, hub, id }) => {
    await hub.createDevice(`${id}-a`);
    const folder = `file:${id}`;
    await transferred(hub, { type: "export", outputBlobContainerUri: folder, excludeKeysInExport: true, includeConfigurations: true });
    const visitor = await visit("operator", options);
    const page = visitor.page;
    await visitor.open("/operations?kind=export");
    const title = `Export to ${id}/devices.txt`;
    const row = page.getByRole("row").filter({ hasText: title });
    await expect(row).toContainText("Completed");
    await visitor.judge();
    await visitor.fits();
    await row.getByRole("link", { name: title }).click();
    await expect(visitor.heading).toContainText(title);
    await visitor.judge();
    await visitor.fits();
    const link = page.getByRole("link", { name: "Download identities" });
    const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
    expect(file.suggestedFilename()).toBe("devices.txt");
    expect(await readFile(await file.path(), "utf8")).toContain(`"id":"${id}-a"`);
    await expect(page.getByRole("link", { name: "Download configurations" })).toBeVisible();

    const manager = await visit("manager", options);
    await manager.open("/operations?kind=export");
    await manager.page.getByRole("link", { name: title }).click();
    await expect(manager.page.getByText("The file is for those who provision all devices")).toBeVisible();
  });
}

test("lines of an import that failed are told, each with its reason", async ({ visit, hub, id }) => {
  const folder = path.join(hub.dir, "data/transfers", id);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "devices.txt"), `{"id":"${id}-new"}\n{"id":"not an id"}\nnonsense\n`);
  await transferred(hub, { type: "import", inputBlobContainerUri: `file:${id}` });
  const visitor = await visit("operator");
  const page = visitor.page;
  await visitor.open("/operations?kind=import");
  await page.getByRole("link", { name: `Import from ${id}/devices.txt` }).click();
  await expect(visitor.heading).toContainText("Completed with failures");
  await expect(page.getByText("1 line, 2 failed")).toBeVisible();
  const lines = page.getByRole("table", { name: "Lines that failed, in their order" });
  await expect(lines.getByRole("row").nth(1)).toContainText("not an id");
  await expect(lines.getByRole("row").nth(1)).toContainText("ArgumentInvalid");
  await visitor.judge();
  await visitor.fits();
});
