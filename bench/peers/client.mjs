// What the JavaScript client of socket.io makes of a server; the test that runs it judges.
// Arguments: the URL and the Host to name. Prints one JSON object.
import { io } from "socket.io-client";

const [url, host] = process.argv.slice(2);
const seen = {};

function open(options, namespace = "/") {
  return io(url + namespace, {
    transports: ["websocket"],
    extraHeaders: { Host: host },
    forceNew: true,
    reconnection: false,
    ...options,
  });
}

function once(socket, event) {
  return new Promise((resolve) => socket.once(event, (...told) => resolve(told)));
}

const ann = open({ auth: { token: "ann" } });
await once(ann, "connect");
seen.sid = ann.id;
seen.transport = ann.io.engine.transport.name;
seen.echo = await ann.timeout(5000).emitWithAck("test.echo", { text: "héllo" });
seen.invalid = await ann.timeout(5000).emitWithAck("test.echo", { text: 7 });
seen.unknown = await ann.timeout(5000).emitWithAck("test.nothing");
seen.binary = await ann.timeout(5000).emitWithAck("test.echo", { text: new Uint8Array([1, 2]) });
seen.after = await ann.timeout(5000).emitWithAck("test.echo", { text: "still here" });

const admin = ann.io.socket("/admin");
const [refused] = await once(admin, "connect_error");
seen.namespace = { message: refused.message, data: refused.data };

const nobody = open({});
const [stranger] = await once(nobody, "connect_error");
seen.nobody = { message: stranger.message, data: stranger.data };

const said = once(ann, "test.said");
await ann.emitWithAck("test.enter", { text: "hall" });
await ann.emitWithAck("test.shout", { text: "to all" });
seen.said = (await said)[0];

const ended = once(ann, "ended");
const gone = once(ann, "disconnect");
ann.emit("test.sign_out");
seen.ended = (await ended)[0];
seen.disconnect = (await gone)[0];
seen.comes_back = ann.active;

const pinged = open({ auth: { token: "ben" } });
await once(pinged, "connect");
await once(pinged.io, "ping");
seen.pinged = true;
const left = once(pinged, "disconnect");
pinged.disconnect();
seen.left = (await left)[0];
console.log(JSON.stringify(seen));
process.exit(0);
