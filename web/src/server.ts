/** The page's own connection to its server. */
import { Http } from "./protocol/http.ts";

export const http = new Http();
