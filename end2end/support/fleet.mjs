// The fleet page as a reader sees it.

import { expect } from "@playwright/test";

/** A count as pages write it: "1,234". */
export function number(text) {
  const digits = text.match(/\d[\d,]*/)?.[0];
  if (!digits) throw new Error(`no number in ${JSON.stringify(text)}`);
  return Number(digits.replaceAll(",", ""));
}

/** The fleet page of a visitor. */
export class Fleet {
  constructor(visitor) {
    this.visitor = visitor;
    this.page = visitor.page;
    this.field = this.page.getByRole("combobox", { name: "Filter devices" });
    this.table = this.page.getByRole("table", { name: "Devices" });
    this.pager = this.page.getByRole("navigation", { name: "Pages" });
    this.chips = this.page.locator(".chip");
  }

  /** The link of a device. */
  link(id) {
    return this.table.getByRole("link", { name: id, exact: true });
  }

  /** The row of a device. */
  row(id) {
    return this.table.getByRole("row").filter({ has: this.page.getByRole("link", { name: id, exact: true }) });
  }

  /** A head of the table. */
  head(name) {
    return this.table.getByRole("columnheader", { name, exact: true });
  }

  /** The ids in view. */
  async ids() {
    return this.table.locator("tbody a.id").allTextContents();
  }

  /** The values of a column in view, by its head. */
  async column(name) {
    const heads = (await this.table.getByRole("columnheader").allTextContents()).map((text) => text.trim());
    return this.table.locator(`tbody tr > :nth-child(${heads.indexOf(name) + 1})`).allTextContents();
  }

  /** First row, last row, and length of the whole list. */
  async place() {
    const text = await this.pager.textContent();
    const [, first, last, total] = text.match(/([\d,]+)–([\d,]+) of ([\d,]+)/) ?? [];
    return { first: number(first), last: number(last), total: number(total) };
  }

  /** The length of the whole list. */
  async total() {
    return (await this.place()).total;
  }

  /** Types into the filter and sends it. */
  async filter(text) {
    await this.field.fill(text);
    await this.field.press("Enter");
  }

  /** Waits until the list has so many devices. */
  async has(total, options) {
    await expect(this.pager).toContainText(new RegExp(` of ${total.toLocaleString("en")}(?!\\d)`), options);
  }
}
