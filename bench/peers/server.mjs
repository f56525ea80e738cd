// The peer of bench/sockets.py: Node's socket.io, held to the same terms as ours.
// Prints its port; everything else comes as JSON in the first argument.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { Server } from "socket.io";

const terms = JSON.parse(process.argv[2]);

function owner(token) {
  const [user, signature] = String(token ?? "").split(".");
  if (!signature) return null;
  const expected = createHmac("sha256", terms.secret).update(user).digest();
  const given = Buffer.from(signature, "hex");
  return given.length === expected.length && timingSafeEqual(given, expected) ? user : null;
}

const http = createServer();
const io = new Server(http, {
  transports: ["websocket"],
  pingInterval: terms.pingInterval,
  pingTimeout: terms.pingTimeout,
  connectTimeout: terms.connectTimeout,
  maxHttpBufferSize: 65536,
  serveClient: false,
});

io.use((socket, next) => {
  const user = owner(socket.handshake.auth.token);
  if (user === null) return next(new Error("unauthenticated"));
  socket.data.user = user;
  socket.join(`user:${user}`);
  next();
});

http.listen(0, "127.0.0.1", () => console.log(http.address().port));
