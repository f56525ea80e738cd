// The peer of bench/room.py: Node's socket.io, where whatever one says is told to everybody.
// Prints its port. It checks no right and stores nothing, which ours does before it tells.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, {
  transports: ["websocket"],
  pingInterval: 25000,
  pingTimeout: 20000,
  maxHttpBufferSize: 65536,
  serveClient: false,
});
let seq = 0;

io.on("connection", (socket) => {
  socket.on("room.join", (body, answer) => {
    socket.join(body.room);
    answer({ ok: {} });
  });
  socket.on("chat.send", ({ text, key, room }, answer) => {
    const at = new Date().toISOString();
    const message = { id: key, author: key, name: "Ines Carvalho", role: "host", sent_at: at, text };
    const event = { seq: ++seq, at, type: "message", message };
    io.to(room).emit("room.events", { meeting: room, events: [event] });
    answer({ ok: message });
  });
});

http.listen(0, "127.0.0.1", () => console.log(http.address().port));
