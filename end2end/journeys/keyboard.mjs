import { Fleet } from "../support/fleet.mjs";
import { expect, test } from "../support/test.mjs";

/** Presses Tab until `wanted` has the focus. Wherever the focus rests on the way, it can be seen. */
async function tabTo(page, wanted, key = "Tab") {
  for (let steps = 0; steps < 60; steps++) {
    await page.keyboard.press(key);
    const ring = await page.evaluate(() => {
      const focused = document.activeElement;
      const isRinged = (element) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
      };
      // A field inside a bar lets the bar show it.
      return focused === document.body || isRinged(focused) || isRinged(focused.parentElement);
    });
    expect(ring, await page.evaluate(() => `focus on ${document.activeElement.outerHTML.slice(0, 160)}`)).toBe(true);
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`the keyboard does not reach ${wanted}`);
}

test("from signing in to a device without a mouse", async ({ visit, hub }) => {
  const someone = await visit();
  const { page } = someone;
  const fleet = new Fleet(someone);
  await someone.open("/sign-in");
  await tabTo(page, page.getByLabel("Name"));
  await page.keyboard.type("operator");
  await page.keyboard.press("Tab");
  await page.keyboard.type(hub.passwords.operator);
  await page.keyboard.press("Enter");
  await expect(someone.heading).toHaveText("Your queue");
  await someone.ready();

  // The first stop skips the navigation.
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.querySelector("main").contains(document.activeElement))).toBe(true);

  await tabTo(page, page.getByRole("navigation", { name: "Main", exact: true }).getByRole("link", { name: "Fleet" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(someone.heading).toHaveText("Fleet");
  await expect(page.getByRole("main")).toBeFocused();

  await page.keyboard.press("/");
  await expect(fleet.field).toBeFocused();
  await expect(fleet.field).toHaveValue("");
  await page.keyboard.type("hbr");
  await page.keyboard.press("Enter");
  await expect(fleet.chips).toHaveCount(1);

  await tabTo(page, fleet.link("ct-hbr-01-0002"));
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(fleet.link("ct-hbr-01-0003")).toBeFocused();
  await page.keyboard.press("k");
  await expect(fleet.link("ct-hbr-01-0002")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(someone.heading).toContainText("ct-hbr-01-0002");
  await expect(page.getByRole("main")).toBeFocused();

  await tabTo(page, page.getByRole("navigation", { name: "Parts of the device" }).getByRole("link", { name: "Twin" }));
  await page.keyboard.press("Enter");
  await expect(someone.section("Twin")).toBeVisible();
});

test("menus open, close and give the focus back", async ({ operator }) => {
  const { page } = operator;
  await operator.open("/fleet");
  const button = page.getByLabel("Choose columns");
  await tabTo(page, button);
  await page.keyboard.press("Enter");
  const first = page.locator(".cols-pop").getByRole("checkbox").first();
  await expect(first).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await expect(first).toBeHidden();
  await expect(button).toBeFocused();
});

test("the theme goes round and is remembered", async ({ operator }) => {
  const { page } = operator;
  const root = page.locator("html");
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await operator.open("/fleet");
  const light = await paper();
  await page.getByRole("button", { name: "Theme: follow system" }).press("Enter");
  await expect(root).toHaveAttribute("data-theme", "light");
  await page.getByRole("button", { name: "Theme: light" }).press("Enter");
  await expect(root).toHaveAttribute("data-theme", "dark");
  expect(await paper()).not.toBe(light);

  await operator.open("/queue");
  await expect(root).toHaveAttribute("data-theme", "dark");
  await expect(page.getByRole("button", { name: "Theme: dark" })).toBeVisible();
  await page.getByRole("button", { name: "Theme: dark" }).press("Enter");
  await expect(root).not.toHaveAttribute("data-theme");
  expect(await paper()).toBe(light);
});
