import assert from "node:assert/strict";
import { test } from "node:test";
import { pieces } from "../../../src/islands/room/links.ts";

const hrefs = (text: string) =>
  pieces(text).flatMap((piece) => (typeof piece === "string" ? [] : [piece.href]));

test("addresses are found in sentences and brackets", () => {
  assert.deepEqual(pieces("See https://example.org/a_(b), and (http://example.org)."), [
    "See ",
    { href: "https://example.org/a_(b)", text: "https://example.org/a_(b)" },
    ", and (",
    { href: "http://example.org/", text: "http://example.org" },
    ").",
  ]);
});

test("what is no address of the web is text", () => {
  const texts = [
    "javascript:alert(1)",
    "JAVASCRIPT://example.org/%0aalert(1)",
    "data:text/html,<b>x</b>",
    "https://",
    "https:///x",
    "https://noor:secret@example.org/",
    "file:///etc/passwd",
    "www.example.org",
  ];
  for (const text of texts) assert.deepEqual([text, hrefs(text)], [text, []]);
});

test("an address ends where markup would begin", () => {
  assert.deepEqual(hrefs('https://example.org/"onclick="x'), ["https://example.org/"]);
  assert.deepEqual(hrefs("https://example.org/<script>"), ["https://example.org/"]);
});

test("all of the text is there again, in its order", () => {
  for (const text of ["", "x", "https://a.org https://b.org", "a\nhttps://a.org\nb"]) {
    const all = pieces(text).map((piece) => (typeof piece === "string" ? piece : piece.text));
    assert.equal(all.join(""), text);
  }
});
