import { expect, test } from "../support/test.mjs";

test("a wrong password is told, the right one leads to the queue, and signing out ends it", async ({ visit, hub }) => {
  const someone = await visit();
  await someone.open("/sign-in");

  await someone.signIn("operator", "not the password");
  await expect(someone.page).toHaveURL(/problem=wrong/);
  await expect(someone.answer).toHaveText("This name and password do not match. Check both and try again.");
  await someone.judge();

  await someone.signIn("operator");
  await expect(someone.page).toHaveURL(/\/queue$/);
  await expect(someone.heading).toHaveText("Your queue");
  await someone.judge();

  await someone.page.getByText("Operator North").click();
  await someone.judge();
  await someone.page.getByRole("button", { name: "Sign out" }).click();
  await expect(someone.page).toHaveURL(/\/sign-in$/);

  // Neither the way back nor the old cookie leads in again.
  await someone.page.goBack();
  await someone.open("/queue");
  await expect(someone.page).toHaveURL(/\/sign-in\?next=%2Fqueue$/);
});

test("an unknown name gets the answer of a wrong password", async ({ visit }) => {
  const someone = await visit();
  await someone.open("/sign-in");
  await someone.signIn("nobody", "whatever it is");
  await expect(someone.answer).toHaveText("This name and password do not match. Check both and try again.");
});

test("signing in leads to the page one wanted, and nowhere else", async ({ visit }) => {
  const someone = await visit();
  const wanted = "/fleet?filter=tags.region%20%3D%20%27north%27&sort=tags.site";
  await someone.open(wanted);
  await expect(someone.page).toHaveURL(/\/sign-in\?next=/);
  await someone.signIn("operator");
  await expect(someone.page).toHaveURL(wanted);
  await expect(someone.page.locator(".chip")).toHaveText(/Region\s*is\s*north/);

  const other = await visit();
  await other.open("/sign-in?next=https%3A%2F%2Felsewhere.example%2F");
  await other.signIn("operator");
  await expect(other.page).toHaveURL(/\/queue$/);
});

test("signing out everywhere ends the other browsers too", async ({ visit, hub }) => {
  const { name, password } = await hub.createPerson("everywhere", "supervisor");
  const here = await visit(await hub.person(name, password));
  const there = await visit(await hub.person(name, password));
  await here.open("/account");
  await there.open("/fleet");
  // The stream of the other browser ends, and its page says so.
  there.watch.expect("/live", 401);
  await here.page.getByRole("main").getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(here.page).toHaveURL(/\/sign-in$/);
  await expect(there.page.getByRole("link", { name: "You are signed out. Sign in" })).toBeVisible();
  await there.open("/queue");
  await expect(there.page).toHaveURL(/\/sign-in/);
});

test("a person changes their own password", async ({ visit, hub }) => {
  const { name, password } = await hub.createPerson("changer", "operator");
  const one = await visit(await hub.person(name, password));
  const change = async (current, next, repeat) => {
    await one.page.getByLabel("Current password").fill(current);
    await one.page.getByLabel("New password", { exact: true }).fill(next);
    await one.page.getByLabel("New password again").fill(repeat);
    await one.page.getByRole("button", { name: "Change password" }).click();
  };
  await one.open("/account");
  await change("something else", "three green boats", "three green boats");
  await expect(one.answer).toHaveText("The current password is not right. Nothing changed.");
  await change(password, "three green boats", "three red boats");
  await expect(one.answer).toHaveText("The two passwords differ. Nothing changed.");
  await change(password, "short", "short");
  await expect(one.answer).toHaveText("A password has at least 10 characters. Nothing changed.");
  await change(password, "three green boats", "three green boats");
  await expect(one.answer).toHaveText("Your password is changed. Other browsers are signed out.");
  await one.judge();
  await hub.person(name, "three green boats");
});
