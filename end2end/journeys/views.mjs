import { Fleet } from "../support/fleet.mjs";
import { expect, test } from "../support/test.mjs";

const menu = (page) => page.getByLabel("Saved views: keep, change, share");
const tabs = (page) => page.getByRole("navigation", { name: "Saved views" });

test("a list is kept, changed, pinned and deleted", async ({ visit, hub, id }) => {
  const name = `viewer-${id}`;
  const someone = await visit(await hub.person(...Object.values(await hub.createPerson(name, "operator"))));
  const { page } = someone;
  const fleet = new Fleet(someone);
  await someone.open("/fleet?filter=tags.region%20%3D%20%27north%27&sort=seen&dir=desc");
  await menu(page).click();
  await page.getByLabel("Name", { exact: true }).fill("North, latest");
  await expect(page.getByLabel("Everybody sees it")).toHaveCount(0);
  await page.getByRole("button", { name: "Keep this list" }).click();
  await expect(page).toHaveURL(/view=\d+/);
  const kept = tabs(page).getByRole("link", { name: "North, latest" });
  await expect(kept).toHaveAttribute("aria-current", "page");
  // With how many devices it has.
  const north = (await hub.devices("tags.region = 'north'")).length;
  await expect(kept).toHaveText(new RegExp(`^North, latest\\s*${north}$`));

  // The address alone leads to the same list; another order is a change of it.
  await page.reload();
  await someone.ready();
  await expect(fleet.chips).toHaveCount(1);
  await fleet.head("Device").getByRole("link").click();
  await expect(tabs(page).getByRole("link", { name: "North, latest (changed)" })).toBeVisible();
  await menu(page).click();
  await page.getByLabel("Name", { exact: true }).first().fill("North");
  await page.getByRole("button", { name: "Save the list as it is now" }).click();
  await expect(tabs(page).getByRole("link", { name: /^North( \d+)?$/ })).toHaveAttribute("aria-current", "page");
  await page.getByRole("button", { name: "Begin with this view" }).click();
  await expect(page.getByText("You begin with this view from now on.")).toBeVisible();
  await page.keyboard.press("Escape");
  await someone.judge();

  await someone.open("/");
  await expect(page).toHaveURL(/\/fleet\?.*view=\d+/);
  await expect(tabs(page).getByRole("link", { name: /^North( \d+)?$/ })).toHaveAttribute("aria-current", "page");

  // The same name twice is refused, with the reason.
  someone.watch.expect("/rpc/fleet/save_view", 422);
  await menu(page).click();
  await page.getByLabel("Name", { exact: true }).last().fill("North");
  await page.getByRole("button", { name: "Keep this list" }).click();
  await expect(page.getByText("Another view of the same owner has this name.")).toBeVisible();
  await page.getByText("Delete…").click();
  await page.getByRole("button", { name: "Delete this view" }).click();
  await expect(tabs(page).getByRole("link", { name: /^North( \d+)?$/ })).toHaveCount(0);
  await someone.open("/");
  await expect(someone.heading).toHaveText("Your queue");
});

test("who may share keeps a view for everybody", async ({ supervisor, operator, id }) => {
  const name = `Shift ${id}`;
  await supervisor.open("/fleet?filter=drift%20%3D%20true");
  await menu(supervisor.page).click();
  await supervisor.page.getByLabel("Name", { exact: true }).fill(name);
  await supervisor.page.getByLabel("Everybody sees it").check();
  await supervisor.page.getByRole("button", { name: "Keep this list" }).click();
  await expect(supervisor.page).toHaveURL(/view=\d+/);

  await operator.open("/fleet");
  await tabs(operator.page).getByRole("link", { name }).click();
  await expect(operator.page).toHaveURL(/filter=drift/);
  await menu(operator.page).click();
  await expect(operator.page.getByText("keeps this view for everybody")).toBeVisible();
  await expect(operator.page.getByRole("button", { name: "Delete this view" })).toHaveCount(0);
  await operator.page.keyboard.press("Escape");
  await operator.judge();
  // Open, over a list without groups.
  await operator.open("/fleet?q=north");
  await menu(operator.page).click();
  await operator.judge();
});

test("without script a list is kept too", async ({ visit, id }) => {
  const plain = await visit("operator", { javaScriptEnabled: false });
  await plain.open("/fleet?filter=tags.region%20%3D%20%27south%27");
  await menu(plain.page).click();
  await plain.page.getByLabel("Name", { exact: true }).fill(`South ${id}`);
  await plain.page.getByRole("button", { name: "Keep this list" }).click();
  await expect(plain.page).toHaveURL(/view=\d+/);
  await expect(tabs(plain.page).getByRole("link", { name: `South ${id}` })).toHaveAttribute("aria-current", "page");
  await plain.judge();
});
