// The images that this page has: what is being made, what waits to be saved, the gallery, one in full.
// Without a page, so that Node can test it.

const DISMISSED = "ioverse.images.dismissed";
const REMEMBERED = 50;
const OPEN = ["queued", "in_progress", "requires_action"];
const newestFirst = (a, b) => b.at - a.at || (a.id < b.id ? 1 : -1);

export const isOpen = (run) => OPEN.includes(run.status);

export const addressOf = (id) => `/api/images/${id}/file`;
export const thumbnailOf = (id) => `/api/images/${id}/thumbnail`;
export const downloadOf = (id) => `/api/images/${id}/file?download=1`;
export const zipOf = (ids) => `/api/images/archive?ids=${ids.join(",")}`;

export function createImages(clock = () => Date.now(), storage = null) {
  const readers = new Set();
  const runs = new Map();
  const results = new Map(); // of runs that this page has seen, and all that wait to be saved
  const saved = new Map();
  const partials = new Map();
  const dismissed = new Set(recalled(storage));
  const state = { owner: "", models: null, connect: "", filters: { models: [], sizes: [] }, key: "", cursor: "",
    loaded: false, stale: false, detail: null, link: null, checked: { serial: 0, problems: {}, problem: "" }, wish: null };
  let end = null; // the last of the gallery's pages, while there are more behind it
  const nothing = shot();
  let snapshot = nothing;
  return { take, dismiss, wanting, get: () => snapshot, atFirst: () => nothing, subscribe };

  /** What the server tells, as `pushes.py` sends it. */
  function take(told) {
    for (const name of ["owner", "models", "connect", "filters", "detail", "wish", "link"])
      if (name in told) state[name] = told[name];
    if ("serial" in told) state.checked = { serial: told.serial, problems: told.problems, problem: told.problem };
    if (told.results) replaceResults(told.results);
    for (const run of told.runs ?? []) putRun(run);
    if (told.page) takePage(told);
    if (told.partial) {
      const [run, place, preview] = told.partial;
      partials.set(run, new Map(partials.get(run)).set(place, preview));
    }
    for (const image of told.changed ?? []) put(image);
    for (const id of told.gone ?? []) drop(id);
    for (const id of told.dismissed ?? []) forget(id);
    tell();
  }

  /** Put a run that failed away, in this browser and for good. */
  function dismiss(runId) {
    forget(runId);
    tell();
  }

  function forget(runId) {
    runs.delete(runId);
    dismissed.add(runId);
    remember(storage, [...dismissed].slice(-REMEMBERED));
  }

  /** The gallery is asked for by other filters now: what is there stays until they are answered. */
  function wanting(key) {
    state.key = key;
    tell();
  }

  function putRun(run) {
    if (dismissed.has(run.id)) return;
    const before = runs.get(run.id);
    runs.set(run.id, { ...run, startedAt: before?.startedAt ?? clock() - run.seconds * 1000 });
    if (!isOpen(run)) partials.delete(run.id);
  }

  function replaceResults(images) {
    const there = new Set(images.map((image) => image.id));
    for (const [id, image] of results) if (!image.saved && !there.has(id)) results.delete(id);
    for (const image of images) results.set(image.id, image);
  }

  function takePage({ page, cursor, behind, key }) {
    if (key !== state.key || (behind && behind !== state.cursor)) return; // of other filters
    if (!behind) saved.clear();
    for (const image of page) saved.set(image.id, image);
    [state.cursor, state.loaded, state.stale] = [cursor, true, false];
    end = cursor ? (page.at(-1) ?? end) : null;
  }

  function put(image) {
    if (!image.saved || results.has(image.id) || runs.has(image.run)) results.set(image.id, image);
    if (saved.has(image.id) || (image.saved && !state.key && !(end && newestFirst(image, end) > 0))) {
      if (image.saved) saved.set(image.id, image);
      else saved.delete(image.id);
    } else if (image.saved && state.key) state.stale = true; // only the server knows whether it matches
    if (state.detail?.id === image.id) state.detail = { ...state.detail, ...image };
  }

  function drop(id) {
    results.delete(id);
    saved.delete(id);
    if (state.detail?.id === id) state.detail = { id, missing: "This image was deleted." };
  }

  function tell() {
    snapshot = shot();
    readers.forEach((each) => each());
  }

  function shot() {
    return { ...state, cards: cards(), gallery: [...saved.values()].sort(newestFirst) };
  }

  /** One for each run that is at work, failed, or has something to look at; the newest first. */
  function cards() {
    const found = new Map();
    for (const run of runs.values()) found.set(run.id, { run, images: [], partials: partials.get(run.id) });
    for (const image of results.values()) {
      const id = image.run || image.id;
      if (!found.has(id)) found.set(id, { run: runOf(image, id), images: [] });
      found.get(id).images.push(image);
    }
    return [...found.values()]
      .filter(({ run, images }) => images.length || run.status !== "completed")
      .map((card) => ({ ...card, images: card.images.sort((a, b) => a.place - b.place) }))
      .sort((a, b) => (a.run.id < b.run.id ? 1 : -1));
  }

  function subscribe(reader) {
    readers.add(reader);
    return () => readers.delete(reader);
  }
}

const runOf = ({ title, label }, id) => ({ id, title, label, count: 0, status: "completed", problem: "", startedAt: 0 });

/** What stands in the fields of a model of all that was chosen, for this one or another. */
export function fitting(controls, settings) {
  const fits = ({ name, kind, options, any, reason }) => {
    const value = settings[name];
    if (!value || reason) return false;
    return kind !== "choice" || options.includes(value) || any;
  };
  return Object.fromEntries(controls.filter(fits).map(({ name }) => [name, settings[name]]));
}

/** Such as "45 s" or "2 min 5 s". */
export function lasting(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

// A private window may have no storage.
function recalled(storage) {
  try {
    return (storage?.getItem(DISMISSED) ?? "").split(" ").filter(Boolean);
  } catch {
    return [];
  }
}

function remember(storage, ids) {
  try {
    storage?.setItem(DISMISSED, ids.join(" "));
  } catch {
    // then it is shown again after a reload
  }
}

const localStorageOrNone = () => {
  try {
    return globalThis.window?.localStorage ?? null;
  } catch {
    return null;
  }
};

export const imageStore = createImages(undefined, localStorageOrNone());
