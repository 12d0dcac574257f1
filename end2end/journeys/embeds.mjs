import { Portal } from "../portal/portal.mjs";
import { sign } from "../portal/sign.mjs";
import { expect, test as base } from "../support/test.mjs";

const test = base.extend({
  portal: async ({}, use) => {
    const portal = await Portal.start();
    await use(portal);
    await portal.close();
  },
});

/** Makes an embed as the form does; returns its number and what was shown once. */
async function make(person, form) {
  const made = await person.call("embeds/create", { kind: "count", days: 30, ...form });
  return { id: made.embed.id, secret: made.secret };
}

/** The number in the frame of the portal. */
function figure(page) {
  return page.frameLocator("iframe").locator(".emb-v");
}

test("a manager embeds a panel, tries it out, and revokes it", async ({ manager, portal, visit, hub, id }) => {
  await manager.open("/goals");
  await manager.page.getByRole("link", { name: "Embeds" }).first().click();
  await expect(manager.heading).toHaveText("Embeds");
  await manager.page.getByRole("link", { name: "New embed" }).first().click();
  await expect(manager.heading).toHaveText("New embed");
  await manager.ready();
  await manager.page.getByLabel("Title").fill(`North ${id}`);
  await manager.page.getByLabel("Panel").selectOption({ label: "A number of devices" });
  await manager.page.getByLabel("Devices", { exact: true }).fill("tags.region = 'north'");
  await manager.page.getByLabel("Pages that may frame it").fill(portal.origin);
  await manager.page.getByRole("button", { name: "Preview" }).click();
  const north = (await hub.devices("tags.region = 'north'")).length;
  await expect(figure(manager.page)).toHaveText(`${north}`);
  await manager.judge();
  await manager.page.getByRole("button", { name: "Make the embed" }).click();
  const snippet = await manager.page.getByRole("region", { name: "Snippet" }).textContent();
  const [, address] = snippet.match(/src="([^"]+)"/);
  expect(address).toContain(`${hub.url}/embed/mse_`);
  await manager.judge();

  const viewer = await visit();
  await viewer.page.goto(portal.show("/north", address, "240"));
  await expect(figure(viewer.page)).toHaveText(`${north}`);
  await expect(viewer.page.frameLocator("iframe").getByText("As of")).toBeVisible();
  // The panel says how high it is, and the portal makes room.
  await expect(viewer.page.locator("iframe")).not.toHaveAttribute("height", "100");
  expect(await viewer.context.cookies()).toEqual([]);

  await manager.page.getByRole("link", { name: "Try it out" }).click();
  await expect(manager.heading).toHaveText(`North ${id}`);
  await expect(manager.page.getByText(portal.origin).first()).toBeVisible();
  await expect(manager.page.getByText("mse_")).toHaveCount(0);
  await expect(manager.page.locator("iframe")).toHaveCount(3);
  await manager.judge();
  await manager.page.getByText("Revoke…").click();
  await manager.page.getByRole("button", { name: "Revoke this embed" }).click();
  await expect(manager.heading).toHaveText("Embeds");
  const row = manager.page.getByRole("row").filter({ hasText: `North ${id}` });
  await expect(row).toContainText("revoked");
  await expect(row).toContainText(portal.origin);

  viewer.watch.expect("/embed/", 410);
  await viewer.page.reload();
  await expect(viewer.page.frameLocator("iframe").getByText("This panel was revoked.")).toBeVisible();
  await expect(figure(viewer.page)).toHaveCount(0);
});

test("a page that is not named shows nothing", async ({ portal, visit, sessions, hub, id }) => {
  const manager = await sessions("manager");
  const { secret } = await make(manager, { name: `Named ${id}`, parents: portal.origin });
  const viewer = await visit();
  const page = portal.show("/named", `${hub.url}/embed/${secret}`);
  await viewer.page.goto(page);
  await expect(figure(viewer.page)).toBeVisible();
  // The same page under another name is another origin.
  await viewer.page.goto(page.replace("127.0.0.1", "localhost"));
  await expect.poll(() => viewer.watch.take().join("\n")).toContain("frame-ancestors");
  await expect(figure(viewer.page)).toHaveCount(0);
  viewer.watch.take();
});

test("what a portal signs narrows the panel and never widens it", async ({ portal, visit, sessions, hub, id }) => {
  const manager = await sessions("manager");
  const filter = "tags.region = 'north'";
  const made = await make(manager, { name: `Signed ${id}`, parents: portal.origin, proof: "portal", filter });
  const viewer = await visit();
  const shown = async (narrowing, path) => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = sign(made.secret, { embed: made.id, exp, ...(narrowing && { filter: narrowing }) });
    await viewer.page.goto(portal.show(path, `${hub.url}/embed/${token}`));
    return Number(await figure(viewer.page).textContent());
  };
  await hub.createDevice(id, { tags: { region: "north", site: id } });
  const count = async (where) => (await hub.devices(where)).length;
  expect(await shown("", "/all")).toBe(await count(filter));
  expect(await shown(`tags.site = '${id}'`, "/site")).toBe(1);
  expect(await shown("tags.region = 'south'", "/south")).toBe(0);
  expect(await shown("tags.region = 'south' OR deviceId != ''", "/wider")).toBe(await count(filter));
});

test("a share link is a page of its own, on a phone too", async ({ visit, sessions, id }) => {
  const manager = await sessions("manager");
  const { secret } = await make(manager, { name: `Shared ${id}`, kind: "contact" });
  for (const options of [{}, { javaScriptEnabled: false }]) {
    const viewer = await visit(undefined, options);
    await viewer.page.setViewportSize({ width: 390, height: 844 });
    const answer = await viewer.page.goto(`/embed/${secret}`);
    expect(answer.status()).toBe(200);
    await expect(viewer.heading).toHaveText(`Shared ${id}`);
    await expect(viewer.page.getByRole("img", { name: /reporting/ })).toBeVisible();
    await viewer.fits();
  }
});
