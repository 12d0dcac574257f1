import { expect, test } from "../support/test.mjs";

const dialog = (page) => page.getByRole("dialog", { name: "Find a device, view or page" });

test("a device is found from any page with the keyboard", async ({ operator, hub }) => {
  const [device] = await hub.devices("tags.region = 'north'");
  await operator.open("/queue");
  const { page } = operator;
  await page.keyboard.press("Control+k");
  await expect(dialog(page)).toBeVisible();
  await operator.judge();
  await page.keyboard.type(device.deviceId);
  const option = dialog(page).getByRole("option").first();
  await expect(option).toContainText(device.deviceId);
  await expect(option).toHaveAttribute("aria-selected", "true");
  await operator.judge();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/devices/${device.deviceId}$`));
  await expect(dialog(page)).toBeHidden();
});

test("pages are found too, and the dialog gives way", async ({ operator }) => {
  await operator.open("/fleet");
  const { page } = operator;
  await page.getByRole("button", { name: "Find a device, view or page" }).click();
  await page.keyboard.type("acc");
  await expect(dialog(page).getByRole("option", { name: /^Account/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("queue");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(operator.heading).toHaveText("Your queue");
});

test("what is out of scope is not found", async ({ visit, hub, id }) => {
  const someone = await visit(await hub.person(...Object.values(await hub.createPerson(`north-${id}`, "operator", "tags.region = 'north'"))));
  const [far] = await hub.devices("tags.region = 'south'");
  const [near] = await hub.devices("tags.region = 'north'");
  await someone.open("/queue");
  const { page } = someone;
  await page.keyboard.press("Control+k");
  await page.keyboard.type(near.deviceId);
  await expect(dialog(page).getByRole("option", { name: near.deviceId })).toHaveCount(2);
  await page.keyboard.press("Control+a");
  await page.keyboard.type(far.deviceId);
  await expect(dialog(page).getByRole("option")).toHaveCount(1);
  await expect(dialog(page).getByRole("option")).toContainText(`All devices with “${far.deviceId}”`);
});
