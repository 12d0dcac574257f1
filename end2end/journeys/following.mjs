import { expect, test } from "../support/test.mjs";

test("a column shows what a device says a moment later", async ({ supervisor, operator, fleet, hub }) => {
  const { deviceId } = await hub.connected("tags.model = 'GW-50' AND drift = false");
  await operator.open(`/fleet?q=${deviceId}&cols=properties.reported.reporting.intervalS`);
  const { page } = supervisor;
  await supervisor.open(`/devices/${deviceId}?tab=twin&view=json`);
  const desired = page.getByRole("textbox", { name: "Desired properties" });
  const document = JSON.parse(await desired.inputValue());
  const interval = document.reporting.intervalS === 46 ? 47 : 46;
  await desired.fill(JSON.stringify({ ...document, reporting: { ...document.reporting, intervalS: interval } }));
  await page.getByRole("button", { name: "Save for 1 device" }).click();
  await expect(supervisor.answer).toContainText("The device is connected and receives it now.");
  await expect(fleet.row(deviceId).getByRole("cell", { name: `${interval}`, exact: true })).toBeVisible();
});

test("the preview is in the address", async ({ operator, fleet }) => {
  const { page } = operator;
  await operator.open("/fleet");
  const [first, second] = await fleet.ids();
  const preview = (id) => page.getByRole("complementary", { name: id });
  await page.keyboard.press("j");
  await page.keyboard.press("Space");
  await expect(preview(first)).toBeVisible();
  await expect(page).toHaveURL(`${new URL("/fleet", page.url())}?preview=${first}`);
  await page.keyboard.press("j");
  await expect(preview(second)).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`preview=${second}$`));

  // A link leads to it; one step back is the list alone, one forward shows it again.
  await page.reload();
  await operator.ready();
  await expect(preview(second)).toContainText("Last contact");
  await operator.judge();
  await page.goBack();
  await expect(page.getByRole("complementary")).toHaveCount(0);
  await page.goForward();
  await expect(preview(second)).toBeVisible();

  // Another list has nothing beside it.
  await fleet.head("Device").getByRole("link").click();
  await expect(fleet.head("Device")).toHaveAttribute("aria-sort", "descending");
  await expect(page.getByRole("complementary")).toHaveCount(0);
  await expect(page).not.toHaveURL(/preview=/);
});
