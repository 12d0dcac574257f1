// New keys for one device, from its page to the second person who has to agree.

import { PHONE } from "../support/browser.mjs";
import { expect, test } from "../support/test.mjs";

const next = (page, name) => page.getByRole("button", { name: `Next: ${name}` }).click();

for (const [width, options] of [["wide", {}], ["phone", { viewport: PHONE }]]) {
  test(`the keys of a device are rotated from its page (${width})`, async ({ visit, hub, id }) => {
    await hub.createDevice(id);
    const visitor = await visit("operator", options);
    const page = visitor.page;
    await visitor.open(`/devices/${id}`);
    await expect(page.getByText("It has not signed in with a key of its own yet.")).toBeVisible();
    await visitor.judge();
    await page.getByRole("link", { name: "Rotate keys" }).click();
    await expect(visitor.heading).toHaveText("New operation");
    await expect(page.getByText("Each device is handed a new key by the method rotateKey")).toBeVisible();
    await visitor.judge();
    await visitor.fits();
    await next(page, "who");
    await expect(page.getByRole("textbox", { name: "Ids of devices" })).toHaveValue(id);
    await next(page, "how");
    await next(page, "review");
    await expect(page.getByText("Rotate the keys of 1 device")).toBeVisible();
    await expect(page.getByText(/new keys always need one/i)).toBeVisible();
    await visitor.judge();
    await visitor.fits();
  });
}
