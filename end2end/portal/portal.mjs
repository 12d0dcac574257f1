// A small intranet portal: one page with a frame that grows with what is in it.

import { once } from "node:events";
import { createServer } from "node:http";

/** A portal on a port of its own; `127.0.0.1` and `localhost` are different origins of the same portal. */
export class Portal {
  static async start() {
    const portal = new Portal();
    portal.frames = new Map();
    portal.server = createServer((request, answer) => {
      const page = portal.frames.get(new URL(request.url, "http://portal").pathname);
      if (request.url === "/favicon.ico") answer.writeHead(204).end();
      else if (!page) answer.writeHead(404).end();
      else answer.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
    });
    portal.server.listen(0, "127.0.0.1");
    await once(portal.server, "listening");
    portal.port = portal.server.address().port;
    return portal;
  }

  /** The origin that embeds name. */
  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Puts an address of the hub into a page of the portal; returns the address of that page. */
  show(path, address, width = "100%") {
    const hub = new URL(address).origin;
    this.frames.set(
      path,
      `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Intranet</title></head><body>
        <h1>Intranet</h1>
        <iframe src="${address}" title="Panel" width="${width}" height="100" referrerpolicy="strict-origin"></iframe>
        <script>
          addEventListener("message", (event) => {
            if (event.origin !== "${hub}" || event.data?.muster !== "height") return;
            document.querySelector("iframe").height = Math.min(event.data.height, 1000);
          });
        </script></body></html>`,
    );
    return this.origin + path;
  }

  async close() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
