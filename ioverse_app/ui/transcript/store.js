// The texts of the messages on this page: each known by its message's id, each only ever growing.

const KEY = 12; // A text goes by the last 12 characters of its message's id: frames stay small.
const GAP_MS = 150; // How long a missing piece may be late before it is asked for.
const ASK_AGAIN_MS = [150, 2000, 5000, 15000];
const UNKNOWN_MS = 1500; // How long a message on the screen may be without any text.
const REST = 4; // Drawing takes at most a fifth of the time,
const MOST_REST_MS = 800; // but a text is never older than this.
const HIDDEN_MS = 500; // Background tabs get no animation frames.
const ASTRAL = /[\u{10000}-\u{10ffff}]/gu;

/** The name of a message's text on the wire: "<id>" for the message, "<id>/r" and "<id>/t" for its reasoning and translation. */
export const keyOf = (id) => {
  const [message, channel] = id.split("/");
  return message.slice(-KEY) + (channel ? `/${channel}` : "");
};

/** The length as Python counts it: in code points. */
export const length = (text) => text.length - (text.match(ASTRAL)?.length ?? 0);

const skip = (text, points) => {
  if (points <= 0) return text;
  return length(text) === text.length ? text.slice(points) : [...text].slice(points).join("");
};

const nextFrame = (run) => {
  if (typeof requestAnimationFrame !== "function") return void setTimeout(run, 0);
  let done = false;
  const once = () => done || ((done = true), run());
  requestAnimationFrame(once);
  setTimeout(once, HIDDEN_MS);
};

export function createStore(schedule = nextFrame) {
  const entries = new Map();
  const changed = new Set();
  let planned = false;
  const store = { onGap: null, take, get, known, have, subscribe, expect, drawn, forget };
  return store;

  function entryOf(id) {
    const key = keyOf(id);
    if (!entries.has(key))
      entries.set(key, {
        id, text: "", have: 0, known: false, held: [], wanted: 0,
        shown: "", since: 0, due: 0, readers: new Set(), timer: null, asked: 0,
      });
    return entries.get(key);
  }

  /** One push, or a list of pushes: [id, offset, text], offsets in code points. Offset -1 replaces. */
  function take(value) {
    if (!Array.isArray(value)) return;
    for (const push of Array.isArray(value[0]) ? value : [value]) put(...push);
  }

  function put(id, offset, text) {
    if (text === null) return forget([id]);
    const entry = entryOf(id);
    const other = offset === 0 && !text.startsWith(entry.text) && !entry.text.startsWith(text);
    if (offset < 0 || other) Object.assign(entry, { text: "", have: 0, held: [], wanted: 0 });
    if (!entry.known) notice(entry);
    entry.known = true;
    append(entry, Math.max(offset, 0), text);
    for (let held; (held = entry.held.findIndex(([at]) => at <= entry.have)) >= 0; )
      append(entry, ...entry.held.splice(held, 1)[0]);
    if (whole(entry)) settle(entry);
    else watch(entry, GAP_MS);
  }

  function append(entry, offset, text) {
    if (offset > entry.have) return void entry.held.push([offset, text]);
    const fresh = skip(text, entry.have - offset);
    if (!fresh) return;
    entry.text += fresh;
    entry.have += length(fresh);
    entry.asked = 0;
    notice(entry);
  }

  function notice(entry) {
    changed.add(entry);
    plan(0);
  }

  function plan(wait) {
    if (planned) return;
    planned = true;
    if (wait) setTimeout(() => schedule(show), wait);
    else schedule(show);
  }

  function show() {
    planned = false;
    const now = performance.now();
    let wait = Infinity;
    for (const entry of [...changed]) {
      if (entry.due > now) {
        wait = Math.min(wait, entry.due - now);
        continue;
      }
      changed.delete(entry);
      entry.shown = entry.text;
      entry.since = now;
      for (const reader of entry.readers) reader();
    }
    if (changed.size) plan(wait);
  }

  /** A text is on the screen. What took long to draw is drawn less often. */
  function drawn(id) {
    const entry = entryOf(id);
    const now = performance.now();
    entry.due = now + Math.min((now - entry.since) * REST, MOST_REST_MS);
  }

  function whole(entry) {
    return entry.known && !entry.held.length && entry.have >= entry.wanted;
  }

  function settle(entry) {
    clearTimeout(entry.timer);
    Object.assign(entry, { timer: null, asked: 0 });
  }

  function watch(entry, wait) {
    if (entry.timer || entry.asked >= ASK_AGAIN_MS.length) return;
    entry.timer = setTimeout(() => {
      entry.timer = null;
      if (whole(entry) || !entry.readers.size) return;
      store.onGap?.(entry.id, entry.have);
      entry.asked += 1;
      watch(entry, ASK_AGAIN_MS[entry.asked]);
    }, wait);
  }

  /** Follow a message that is on the screen; one that stays without text is asked for. */
  function subscribe(id, reader) {
    const entry = entryOf(id);
    entry.id = id;
    entry.readers.add(reader);
    if (!whole(entry)) watch(entry, UNKNOWN_MS);
    return () => entry.readers.delete(reader);
  }

  /** A finished text has this many code points: ask for what is missing. */
  function expect(id, points) {
    const entry = entryOf(id);
    Object.assign(entry, { wanted: points, asked: 0 });
    if (!whole(entry)) watch(entry, UNKNOWN_MS);
  }

  function forget(ids) {
    for (const id of ids)
      for (const key of ["", "/r", "/t"].map((channel) => keyOf(id.split("/")[0] + channel))) {
        const entry = entries.get(key);
        if (!entry) continue;
        settle(entry);
        Object.assign(entry, { text: "", have: 0, known: false, held: [], wanted: 0 });
        if (entry.readers.size) notice(entry);
        else entries.delete(key);
      }
  }

  function get(id) {
    return entries.get(keyOf(id))?.shown ?? "";
  }

  function known(id) {
    return entries.get(keyOf(id))?.known ?? false;
  }

  function have(id) {
    return entries.get(keyOf(id))?.have ?? 0;
  }
}

export const texts = createStore();
