// Group G of the conformance checklist, where it names the Node service SDK (spec 10).

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { deviceId, failure, registry } from "./support.mjs";

const fleet = deviceId();

before(async () => {
  for (let start = 0; start < 250; start += 100) {
    const count = Math.min(100, 250 - start);
    const devices = Array.from({ length: count }, (_, n) => ({ deviceId: `${fleet}-${start + n}`, tags: { fleet, floor: n % 2 } }));
    await registry.addDevices(devices);
  }
});

test("98, 99: pages of 100, 100 and 50, and no more after them", async () => {
  const query = registry.createQuery(`SELECT * FROM devices WHERE tags.fleet = '${fleet}'`, 100);
  const sizes = [];
  while (query.hasMoreResults) {
    const { result } = await query.nextAsTwin();
    sizes.push(result.length);
    assert.ok(result.every((twin) => twin.tags.fleet === fleet));
  }
  assert.deepEqual(sizes, [100, 100, 50]);
});

test("101: aggregates are plain objects", async () => {
  const query = registry.createQuery(`SELECT tags.floor AS floor, COUNT() AS n FROM devices WHERE tags.fleet = '${fleet}' GROUP BY tags.floor`);
  const { result } = await query.next();
  assert.deepEqual(new Map(result.map(({ floor, n }) => [floor, n])), new Map([[0, 125], [1, 125]]));
  assert.equal(query.hasMoreResults, false);
});

test("102: a syntax error is ArgumentError and says where", async () => {
  const error = await failure(registry.createQuery("SELECT * FROM devices WHERE").next());
  assert.equal(error.name, "ArgumentError");
  assert.match(error.responseBody, /ErrorCode:ArgumentInvalid;BadRequest: /);
});
