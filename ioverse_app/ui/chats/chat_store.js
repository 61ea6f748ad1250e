// The lines of the lists of chats that this page has: kept in order, changed line by line.

const DAY_MS = 24 * 60 * 60 * 1000;

const lineOf = ([id, title, activeAt, pinned, archived, deletedAt = 0]) =>
  ({ id, title, activeAt, pinned: Boolean(pinned), archived: Boolean(archived), deletedAt });

const placeOf = (line) => (line.deletedAt ? "trash" : line.archived ? "archived" : "chats");

const newestFirst = (a, b) => b.activeAt - a.activeAt || (a.id < b.id ? 1 : -1);
const pinnedFirst = (a, b) => b.pinned - a.pinned || newestFirst(a, b);
const lastDeletedFirst = (a, b) => b.deletedAt - a.deletedAt || (a.id < b.id ? 1 : -1);
const ORDERS = { chats: pinnedFirst, archived: newestFirst, trash: lastDeletedFirst };

/** One list. What lies behind its last page it leaves out. */
function createList(order) {
  const lines = new Map();
  let end = null; // the last line of the pages that were loaded, while there are more behind it
  const list = { loaded: false, cursor: "", lines: [], first, next, put, drop };
  return list;

  function first(page, cursor) {
    const last = page.at(-1);
    const joins = list.loaded && cursor && page.some((line) => lines.has(line.id));
    for (const line of [...lines.values()])
      if (!joins || order(line, last) <= 0) lines.delete(line.id);
    if (!joins) [list.cursor, end] = [cursor, cursor ? last : null];
    add(page);
  }

  function next(page, cursor) {
    [list.cursor, end] = [cursor, cursor ? (page.at(-1) ?? end) : null];
    add(page);
  }

  function put(line) {
    if (!list.loaded || (end && order(line, end) > 0)) return drop(line.id);
    lines.set(line.id, line);
    sort();
  }

  function drop(id) {
    if (lines.delete(id)) sort();
  }

  function add(page) {
    for (const line of page) lines.set(line.id, line);
    list.loaded = true;
    sort();
  }

  function sort() {
    list.lines = [...lines.values()].sort(order);
  }
}

export function createChats() {
  const lists = Object.fromEntries(Object.entries(ORDERS).map(([name, order]) => [name, createList(order)]));
  const readers = new Set();
  const nothing = shot();
  let snapshot = nothing;
  return { take, get: () => snapshot, atFirst: () => nothing, subscribe };

  /** A page of a list, or the lines that changed, as `list_pushes.py` sends them. */
  function take(value) {
    if (value.page) {
      const list = lists[value.list];
      const page = value.page.map(lineOf);
      if (!value.behind) list.first(page, value.cursor);
      else if (value.behind === list.cursor) list.next(page, value.cursor);
    } else {
      for (const id of value.gone) Object.values(lists).forEach((list) => list.drop(id));
      for (const line of value.changed.map(lineOf))
        for (const [name, list] of Object.entries(lists))
          if (name === placeOf(line)) list.put(line);
          else list.drop(line.id);
    }
    snapshot = shot();
    readers.forEach((tell) => tell());
  }

  function shot() {
    const of = ([name, { loaded, cursor, lines }]) => [name, { loaded, cursor, lines }];
    return Object.fromEntries(Object.entries(lists).map(of));
  }

  function subscribe(tell) {
    readers.add(tell);
    return () => readers.delete(tell);
  }
}

export const chatStore = createChats();

const midnight = (moment) => new Date(moment).setHours(0, 0, 0, 0);

/** The name of the days that a moment belongs to, in this browser's own time zone. */
export function daysOf(moment, now) {
  const days = Math.round((midnight(now) - midnight(moment)) / DAY_MS); // some days have 23 hours
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days <= 7) return "Previous 7 days";
  if (days <= 30) return "Previous 30 days";
  const sameYear = new Date(moment).getFullYear() === new Date(now).getFullYear();
  return new Date(moment).toLocaleDateString("en", { month: "long", ...(sameYear ? {} : { year: "numeric" }) });
}

/** Lines in order, as groups with a name. */
export function grouped(lines, now) {
  const groups = [];
  for (const line of lines) {
    const name = line.pinned && placeOf(line) === "chats" ? "Pinned" : daysOf(line.deletedAt || line.activeAt, now);
    if (groups.at(-1)?.name !== name) groups.push({ name, lines: [] });
    groups.at(-1).lines.push(line);
  }
  return groups;
}

/** For how many more days a deleted chat can be brought back, rounded up. */
export const daysLeft = (deletedAt, now, keptDays) =>
  Math.max(0, Math.ceil(keptDays - Math.max(0, now - deletedAt) / DAY_MS));

/** How long it is until the names of the days change. */
export const untilMidnight = (now) => new Date(midnight(now)).setDate(new Date(now).getDate() + 1) - now;
