import { createHash } from "node:crypto";
import { expect, test } from "../support/test.mjs";

/** A file that no other journey has. */
const file = (id) => ({ name: "sensor.bin", mimeType: "application/octet-stream", buffer: Buffer.from(`image of ${id}`) });

const hash = ({ buffer }) => createHash("sha256").update(buffer).digest("hex");

async function fill(page, id, more = {}) {
  const fields = { Product: `Sensor ${id}`, Version: "1.0.0", Models: "XY-1, XY-2*", ...more };
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text);
  await page.getByLabel("File", { exact: true }).setInputFiles(file(id));
}

test("firmware is added, withdrawn and deleted", async ({ operator, id }) => {
  const { page } = operator;
  await operator.open("/firmware");
  await expect(operator.heading).toHaveText("Firmware");
  await page.getByRole("link", { name: "Add firmware" }).click();
  await expect(operator.heading).toHaveText("Add firmware");
  await operator.judge();

  // Another file than was announced is refused, and what was typed stays.
  operator.watch.expect("/firmware/upload", 422);
  await fill(page, id, { "SHA-256": "0".repeat(64) });
  await page.getByRole("button", { name: "Add the file" }).click();
  await expect(operator.answer).toContainText("not 0000000000");
  await expect(page.getByLabel("Product", { exact: true })).toHaveValue(`Sensor ${id}`);
  await page.getByLabel("SHA-256", { exact: true }).fill(hash(file(id)));
  await page.getByRole("button", { name: "Add the file" }).click();
  await expect(page).toHaveURL(new RegExp(`artifact=${hash(file(id))}`));
  const detail = operator.section(`Sensor ${id} 1.0.0`);
  await expect(detail).toContainText("XY-1, XY-2*");
  await operator.judge();

  await detail.getByRole("button", { name: "Withdraw" }).click();
  await expect(detail).toContainText("nothing new installs it");
  await expect(page.getByRole("row", { name: `Sensor ${id}` })).toContainText("Withdrawn");
  await detail.getByText("Delete…").click();
  await detail.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page).toHaveURL(/\/firmware$/);
  await expect(page.getByRole("row", { name: `Sensor ${id}` })).toHaveCount(0);
});

test("what devices run leads to those devices", async ({ operator }) => {
  const { page } = operator;
  await operator.open("/firmware");
  const row = page.getByRole("row", { name: /Cold sensor 4\.3\.0/ });
  const count = row.getByRole("cell").nth(2).getByRole("link");
  const devices = await count.textContent();
  await count.click();
  await expect(page).toHaveURL(/filter=/);
  await operator.ready();
  await expect(page.getByText(new RegExp(`\\b${devices} `)).first()).toBeVisible();
  await operator.open("/firmware");
  await page.getByRole("link", { name: "Cold sensor 4.4.0" }).click();
  await expect(operator.section("What these devices run")).toBeVisible();
  await operator.judge();
});

test("without script a file is added too", async ({ visit, id }) => {
  const plain = await visit("supervisor", { javaScriptEnabled: false });
  const { page } = plain;
  await plain.open("/firmware?new=true");
  await fill(page, id, { Version: "newest" });
  await page.getByRole("button", { name: "Add the file" }).click();
  await expect(page.getByText("Something in the form cannot be used")).toBeVisible();
  await fill(page, id);
  await page.getByRole("button", { name: "Add the file" }).click();
  await expect(page).toHaveURL(/artifact=/);
  await expect(plain.section(`Sensor ${id} 1.0.0`)).toBeVisible();
  await plain.judge();
});

test("managers read, and add nothing", async ({ manager }) => {
  await manager.open("/firmware");
  await expect(manager.page.getByRole("link", { name: "Add firmware" })).toHaveCount(0);
  await manager.open("/firmware?new=true", { status: 403 });
  await expect(manager.heading).toHaveText("This is not yours to see");
});
