import { PHONE } from "../support/browser.mjs";
import { expect, test } from "../support/test.mjs";

/** The dialog in which methods are called, opened. */
async function open(visitor, id) {
  await visitor.open(`/devices/${encodeURIComponent(id)}`);
  const opener = visitor.page.getByRole("button", { name: "Call method…" });
  await opener.click();
  const dialog = visitor.page.getByRole("dialog", { name: `Call a method of ${id}` });
  await expect(dialog).toBeVisible();
  return {
    opener,
    dialog,
    method: dialog.getByRole("combobox", { name: "Method" }),
    payload: dialog.getByRole("textbox", { name: "Payload" }),
    wait: dialog.getByRole("textbox", { name: "Seconds to wait for the device" }),
    call: dialog.getByRole("button", { name: "Call 1 device" }),
    answer: dialog.getByRole("status"),
    earlier: dialog.getByRole("region", { name: "Earlier calls" }),
  };
}

test("a method is called on a connected device, and called again", async ({ operator, hub }) => {
  const device = await hub.connected("tags.model = 'GW-50'");
  const { opener, dialog, method, payload, call, answer, earlier } = await open(operator, device.deviceId);
  await expect(method).toBeFocused();
  await expect(call).toHaveAttribute("aria-disabled", "true");
  await expect(dialog).toContainText("Name a method first.");
  await operator.judge();

  await method.fill("pi ng");
  await payload.fill('{ "n": }');
  await expect(dialog).toContainText("Line 1, column 8: expected value.");
  await expect(method).toHaveAttribute("aria-invalid", "true");
  await operator.judge();

  await method.fill("ping");
  await payload.fill('{ "n": 1 }');
  await method.press("Enter");
  await expect(answer).toContainText("Status 200 from ping after");
  await expect(dialog.getByRole("region", { name: "Answer" })).toContainText('"n": 1');
  await expect(earlier).toContainText("Operator called ping; it answered 200 after");
  await operator.judge();

  await method.fill("noSuchMethod");
  await payload.fill("");
  await payload.press("Control+Enter");
  await expect(answer).toContainText("Status 404 from noSuchMethod");
  await expect(dialog.locator("datalist option")).toHaveCount(2);

  await earlier.getByRole("button", { name: "Use ping again" }).first().click();
  await expect(method).toHaveValue("ping");
  await expect(payload).toHaveValue('{ "n": 1 }');
  await expect(method).toBeFocused();

  await operator.page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
  await expect(operator.section("Latest")).toContainText("Operator called noSuchMethod; it answered 404");
});

test("a device that is away can be waited for", async ({ operator, hub, id }) => {
  await hub.createDevice(id);
  const { dialog, method, wait, call, answer } = await open(operator, id);
  await expect(dialog).toContainText("It is not connected now.");
  await method.fill("reboot");
  await call.click();
  await expect(answer).toContainText("It is not online for methods, so nothing was sent.");
  await expect(answer.getByRole("button", { name: "Wait up to 60 s for it" })).toBeVisible();
  await operator.judge();

  await wait.fill("301");
  await expect(dialog).toContainText("A whole number of seconds, 0 to 300.");
  await expect(call).toHaveAttribute("aria-disabled", "true");
  await wait.fill("1");
  await call.click();
  await expect(dialog).toContainText("Waiting for the device…");
  await expect(answer).toContainText("It did not come online within 1");
});

test("who only reads calls nothing", async ({ manager, hub }) => {
  const device = await hub.connected("tags.model = 'GW-50'");
  await manager.open(`/devices/${device.deviceId}`);
  await expect(manager.page.getByRole("button", { name: "Call method…" })).toHaveCount(0);
});

test("the dialog fits a phone", async ({ visit, hub }) => {
  const operator = await visit("operator", { viewport: PHONE, hasTouch: true, isMobile: false });
  const device = await hub.connected("tags.model = 'GW-50'");
  const { dialog, method, call, answer } = await open(operator, device.deviceId);
  await method.fill("getStatus");
  await call.click();
  await expect(answer).toContainText("Status 200 from getStatus");
  await operator.fits();
  const [content, box] = await dialog.evaluate((dialog) => [dialog.scrollWidth, dialog.clientWidth]);
  expect(content).toBeLessThanOrEqual(box);
  await operator.judge();
});
