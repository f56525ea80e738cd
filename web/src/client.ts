/** For programs in a browser or in Node: HTTP with tokens that renew themselves, and the socket. */
export { type Authorization, type Call, Http, type HttpOptions } from "./protocol/http.ts";
export { isProblem, type ProblemBody, Refused, Unreachable } from "./protocol/problem.ts";
export { Live, type LiveOptions, type LiveState } from "./protocol/socket.ts";
export { type Granted, type Kept, Tokens, type TokensOptions } from "./protocol/tokens.ts";
