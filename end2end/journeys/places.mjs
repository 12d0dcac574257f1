import { expect, test } from "../support/test.mjs";

test("a place is drawn with the keyboard and as numbers", async ({ supervisor, id }) => {
  const name = `Yard ${id}`;
  const { page } = supervisor;
  await supervisor.open("/places");
  await page.getByRole("link", { name: "New place" }).click();
  await expect(supervisor.heading).toHaveText("New place");
  await page.getByLabel("Name", { exact: true }).fill(name);
  const corners = page.getByLabel("Corners: latitude, longitude");
  await expect(corners).toBeHidden();
  await page.getByLabel("Polygon").check();
  await corners.fill("52.50, 13.40\n52.50, 13.42\n52.51, 13.41");
  await page.getByRole("button", { name: "Show all of it" }).click();
  await page.getByRole("button", { name: /^Corner 1:/ }).press("ArrowDown");
  await expect(corners).not.toHaveValue(/^52\.5, 13\.4\n/);
  await expect(page.getByRole("button", { name: /^Corner 1:/ })).toBeFocused();
  await supervisor.judge();

  // A click adds a corner, Delete takes one away.
  await page.locator(".plane-ground").click({ position: { x: 20, y: 20 } });
  await expect(page.getByRole("button", { name: /^Corner 4:/ })).toBeVisible();
  await page.getByRole("button", { name: /^Corner 4:/ }).press("Delete");
  await expect(page.getByRole("button", { name: /^Corner 4:/ })).toHaveCount(0);
  await page.getByRole("button", { name: "Keep the place" }).click();
  await expect(page).toHaveURL(/\/places$/);
  await expect(page.getByRole("row", { name: new RegExp(name) })).toContainText("Polygon of 3 corners");
  await supervisor.judge();

  await page.getByRole("link", { name }).click();
  supervisor.watch.expect("/rpc/places/save", 422);
  await corners.fill("52.50, 13.40\n52.50, 13.42");
  await page.getByRole("button", { name: "Keep the place" }).click();
  await expect(supervisor.answer).toContainText("3 to 100 corners");
  await page.getByText("Delete…").click();
  await page.getByRole("button", { name: "Delete this place" }).click();
  await expect(page).toHaveURL(/\/places$/);
});
