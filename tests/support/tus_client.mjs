// tus-js-client as programs use it: sends a part, is stopped, and goes on from where it was.
import { createRequire } from "node:module";
import process from "node:process";

const [web, endpoint, token, size] = process.argv.slice(2);
const { Upload } = createRequire(`${web}/package.json`)("tus-js-client");
const data = Buffer.alloc(Number(size), "0123456789abcdef");
data.write("%PDF-1.7\n");
const shared = { endpoint, headers: { Authorization: `Bearer ${token}` }, retryDelays: [] };

function begun() {
  return new Promise((resolve, reject) => {
    const upload = new Upload(data, {
      ...shared,
      metadata: { filename: "Atlas.pdf", title: "Atlas" },
      chunkSize: 100_000,
      onChunkComplete: (_, accepted) => {
        if (accepted >= 300_000) void upload.abort().then(() => resolve(upload.url));
      },
      onError: reject,
    });
    upload.start();
  });
}

function finished(url) {
  const sent = [];
  return new Promise((resolve, reject) => {
    const upload = new Upload(data, {
      ...shared,
      uploadUrl: url,
      onProgress: (bytes) => sent.push(bytes),
      onSuccess: () => resolve(sent[0]),
      onError: reject,
    });
    upload.start();
  });
}

const url = await begun();
process.stdout.write(JSON.stringify({ url, from: await finished(url) }));
