import { PHONE } from "../support/browser.mjs";
import { Fleet } from "../support/fleet.mjs";
import { expect, test } from "../support/test.mjs";

const NARROW = { viewport: PHONE, hasTouch: true, isMobile: false };

const DEVICE = "/devices/gw-hbr-01";
const PAGES = {
  operator: ["/queue", "/fleet", "/fleet?filter=contact%20%21%3D%20%27silent%27%20AND%20tags.region%20%3D%20%27north%27", DEVICE, "/account"],
  supervisor: ["/alerts", "/alerts/rules", "/alerts/rules/-", "/oversight"],
  manager: ["/goals", DEVICE],
  admin: ["/hub", "/people", "/people?new=true", "/people/1", `${DEVICE}?tab=twin`, `${DEVICE}?tab=twin&view=form`, `${DEVICE}?tab=twin&view=json`, `${DEVICE}?tab=timeline`],
};

for (const [role, paths] of Object.entries(PAGES)) {
  test(`the pages of the ${role} fit a phone`, async ({ visit }) => {
    const someone = await visit(role, NARROW);
    for (const path of paths) {
      await someone.open(path);
      await someone.fits();
    }
    await someone.open("/no-such-page", { status: 404 });
    await someone.fits();
  });
}

test("between phone and desk the navigation is a rail, and everything still has a name", async ({ visit }) => {
  const between = { viewport: { width: 1024, height: 768 } };
  for (const [role, paths] of [["operator", ["/queue", "/fleet", DEVICE]], ["manager", ["/goals"]]]) {
    const someone = await visit(role, between);
    for (const path of paths) {
      await someone.open(path);
      await someone.fits();
    }
  }
});

test("signing in and looking a device up fits a phone", async ({ visit }) => {
  const someone = await visit(null, NARROW);
  await someone.open("/sign-in");
  await someone.fits();
  await someone.signIn("operator");
  await expect(someone.heading).toHaveText("Your queue");
  await someone.page.getByRole("navigation", { name: "Main, phone" }).getByRole("link", { name: "Fleet" }).click();
  const fleet = new Fleet(someone);
  await fleet.filter("gw-hbr-01");
  await expect(fleet.chips).toHaveCount(1);
  await someone.fits();
  await fleet.link("gw-hbr-01").click();
  await expect(someone.heading).toContainText("gw-hbr-01");
  await someone.fits();
});
