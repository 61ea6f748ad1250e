// The files beside the composer: for each conversation in this tab, kept over a reload.

const NEW = "new";
const PATH = "/api/attachments";
const AT_ONCE = 3;
const LOST = "The upload was interrupted. Try again.";

export const contentOf = (id) => `${PATH}/${id}/content`;

export function createWaiting({ send = upload, fetch = (...a) => globalThis.fetch(...a), storage = session } = {}) {
  let places = {}; // By conversation: [{key, id, name, size, state, progress, problem, ...}].
  let here = NEW;
  let flying = null; // Those that went with a message which the server has not yet taken.
  let begunAnew = false; // A message was sent that will make a conversation.
  let limits = { most: 10, largest: Infinity };
  let counter = 0;
  const listeners = new Set();
  const opened = new Set();

  const store = { subscribe, get, open, add, remove, again, sent, settled, busy, ids };
  return store;

  function subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  function get() {
    return places[here] ?? EMPTY;
  }

  function ids() {
    return get().filter((item) => item.state === "ready").map((item) => item.id);
  }

  function busy() {
    return get().some((item) => item.state === "queued" || item.state === "uploading");
  }

  /** Show what waits in this conversation; after a reload the server is asked what there is. */
  function open(conversationId, allowed) {
    limits = allowed;
    const place = conversationId || NEW;
    if (begunAnew && place !== NEW && here === NEW) {
      put(place, [...(places[place] ?? EMPTY), ...(places[NEW] ?? EMPTY)]);
      put(NEW, EMPTY);
      if (flying?.place === NEW) flying.place = place;
      begunAnew = false;
    }
    here = place;
    if (!opened.has(place)) {
      opened.add(place);
      recall(place);
    }
    tell();
  }

  function add(files) {
    for (const file of files) {
      const item = { key: ++counter, name: file.name || "file", size: file.size, state: "queued", progress: 0, file };
      if (limits.most === 0) return;
      if (get().filter((each) => each.state !== "failed").length >= limits.most)
        fail(item, `At most ${limits.most} files go with a message. Send this one with the next.`);
      else if (file.size > limits.largest)
        fail(item, `This file is larger than ${sized(limits.largest)}, which is the most. Attach a part of it.`);
      put(here, [...get(), item]);
    }
    tell();
    next();
  }

  function remove(key) {
    const item = find(key);
    if (!item) return;
    item.request?.abort();
    if (item.id) fetch(`${PATH}/${item.id}`, { method: "DELETE" }).catch(() => {});
    each((place, items) => put(place, items.filter((other) => other.key !== key)));
    tell();
    next();
  }

  function again(key) {
    change(key, { state: "queued", problem: "", progress: 0, retriable: false });
    next();
  }

  /** They went with a message; what could not be uploaded is let go. */
  function sent() {
    flying = { place: here, items: get().filter((item) => item.state === "ready") };
    begunAnew = here === NEW;
    put(here, EMPTY);
    tell();
  }

  /** The server took the message, or did not. */
  function settled(what) {
    const { place, items } = flying ?? { place: here, items: EMPTY };
    flying = null;
    if (what === "returned") {
      begunAnew = false;
      put(place, [...items, ...(places[place] ?? EMPTY)]);
    } else remember(place);
    tell();
  }

  function next() {
    const all = Object.values(places).flat();
    let room = AT_ONCE - all.filter((item) => item.state === "uploading").length;
    for (const item of all) {
      if (room <= 0) return;
      if (item.state !== "queued") continue;
      room -= 1;
      start(item);
    }
  }

  function start({ key, file, name }) {
    const request = send(file, name, (progress) => change(key, { progress }));
    change(key, { state: "uploading", request });
    request.done.then(({ status, body }) => {
      if (status === 201) change(key, { ...known(body), state: "ready", file: null, request: null });
      else change(key, { state: "failed", problem: body?.message ?? LOST, retriable: !status || status >= 429, request: null });
      next();
    });
  }

  function recall(place) {
    const wanted = read(place);
    Promise.all(wanted.map(look)).then((found) => {
      const there = new Set((places[place] ?? EMPTY).map((item) => item.id));
      const back = found.filter((item) => item && !there.has(item.id));
      if (back.length) put(place, [...back, ...(places[place] ?? EMPTY)]);
      else remember(place);
      tell();
    });
  }

  async function look(id) {
    try {
      const answer = await fetch(`${PATH}/${id}`);
      const body = answer.ok ? await answer.json() : null;
      return body?.waiting ? { key: ++counter, state: "ready", ...known(body) } : null;
    } catch {
      return null;
    }
  }

  function find(key) {
    return Object.values(places).flat().find((item) => item.key === key);
  }

  function change(key, changes) {
    each((place, items) => {
      if (items.some((item) => item.key === key))
        put(place, items.map((item) => (item.key === key ? { ...item, ...changes } : item)));
    });
    tell();
  }

  function each(visit) {
    for (const [place, items] of Object.entries(places)) visit(place, items);
  }

  function put(place, items) {
    places = { ...places, [place]: items };
    remember(place);
  }

  function remember(place) {
    const items = [...(flying?.place === place ? flying.items : EMPTY), ...(places[place] ?? EMPTY)];
    const ready = items.filter((item) => item.id).map((item) => item.id);
    storage.write(`attachments:${place}`, ready.join(" "));
  }

  function read(place) {
    return storage.read(`attachments:${place}`).split(" ").filter(Boolean);
  }

  function tell() {
    for (const listener of listeners) listener();
  }
}

/** A size for people. */
export function sized(bytes) {
  if (bytes < 1024) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  const units = ["KB", "MB", "GB"];
  let size = bytes / 1024;
  while (size >= 999.5 && units.length > 1) {
    size /= 1024;
    units.shift();
  }
  return `${size < 9.95 ? Number(size.toFixed(1)) : Math.round(size)} ${units[0]}`;
}

/** What a file is, in a few words: "PDF · 1.2 MB · first 12 pages". */
export function described({ kind, name, size, pages, cut }) {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1];
  const type = kind === "text" ? ending || "text" : kind === "image" ? "picture" : kind;
  const part = !cut ? "" : kind === "image" ? "first picture" : pages ? `first ${pages === 1 ? "page" : `${pages} pages`}` : "beginning only";
  const shown = ["text", "picture"].includes(type) ? type[0].toUpperCase() + type.slice(1) : type.toUpperCase();
  return [shown, sized(size), part].filter(Boolean).join(" · ");
}

const EMPTY = [];

function known({ attachment_id: id, name, kind, size, width, height, pages, cut }) {
  return { id, name, kind, size, width, height, pages, cut };
}

function fail(item, problem) {
  Object.assign(item, { state: "failed", problem, file: null });
}

function upload(file, name, onProgress) {
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append("file", file, name);
  const done = new Promise((resolve) => {
    request.onload = () => resolve({ status: request.status, body: parsed(request.responseText) });
    request.onerror = request.ontimeout = () => resolve({ status: 0 });
  });
  request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
  request.open("POST", PATH);
  request.send(form);
  return { done, abort: () => request.abort() };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const session = {
  read(key) {
    try {
      return sessionStorage.getItem(key) ?? "";
    } catch {
      return "";
    }
  },
  write(key, text) {
    try {
      if (text) sessionStorage.setItem(key, text);
      else sessionStorage.removeItem(key);
    } catch {
      // A private window without storage: they wait as long as the page.
    }
  },
};
