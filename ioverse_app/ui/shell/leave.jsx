// Leaves the page when the server says that its session is over. The next page is loaded anew,
// since the connection of this one still carries the cookie of the session that ended.
import { refs } from "$/utils/state";

refs.leave = {
  current: {
    set value(_) {
      const here = window.location.pathname + window.location.search;
      window.location.assign(`/login?next=${encodeURIComponent(here)}`);
    },
  },
};

export function Leave() {
  return null;
}
