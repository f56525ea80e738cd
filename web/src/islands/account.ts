/** The living parts of the profile page. */
export { mount as address } from "./address.ts";
export { mount as factors } from "./factors.tsx";
export { mount as identities } from "./identities.tsx";
export { mount as keys } from "./keys.tsx";
export { mount as noticeChoices } from "./notice-choices.tsx";
export { mount as password } from "./password.ts";
export { mount as picture } from "./picture.tsx";
export { mount as profile } from "./profile.ts";
export { mount as sessions } from "./sessions.tsx";
