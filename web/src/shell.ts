/** Every page's script: small, without a framework. What is alive comes by itself (islands). */
import { reportUncaught } from "./errors.ts";
import { mountIslands } from "./islands/mount.ts";
import { dialogs } from "./shell/dialogs.ts";
import { forms } from "./shell/forms.ts";
import { menus } from "./shell/menus.ts";
import { strength } from "./shell/strength.ts";
import { tabs } from "./shell/tabs.ts";
import { theme } from "./shell/theme.ts";
import { toasts } from "./shell/toast.ts";
import { tooltips } from "./shell/tooltip.ts";

reportUncaught();
for (const start of [theme, menus, dialogs, tooltips, tabs, toasts, forms, strength]) start();
document.documentElement.dataset["alive"] = "";
mountIslands(document);
