// What a portal does to sign a token for a viewer: nothing but a standard library. server/docs/embeds.md shows it.

import { createHmac } from "node:crypto";

/** A token with these claims, signed with the secret of an embed. */
export function sign(secret, claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const message = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  const key = Buffer.from(secret, "base64");
  return `${message}.${createHmac("sha256", key).update(message).digest("base64url")}`;
}
