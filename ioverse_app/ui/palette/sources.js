// Where the lines of the palette come from. A source is a function of what was typed and of what the
// server found for it, and answers with lines: { key, title, note?, words?, hint?, run }. They are
// ranked by what was typed, unless it says `ranked`. A new source is one more entry below; what it
// needs from the server comes with PaletteState.search and is in `found`.
import { commands } from "./commands.js";
import { chatStore } from "../chats/chat_store.js";
import { score } from "./fuzzy.js";

const MOST = 8; // of each source, once something was typed
const RECENT = 5;

export const sources = [
  { name: "Chats", lines: chats },
  { name: "Messages", lines: said, ranked: true },
  { name: "Actions", lines: () => ofCommands("Actions") },
  { name: "Settings", lines: () => ofCommands("Settings") },
];

/** The groups to show: [{ name, lines }], none of them empty. */
export function groupsFor(typed, found) {
  return sources
    .map(({ name, lines, ranked }) => ({ name, lines: pick(lines(typed, found), typed, ranked) }))
    .filter(({ lines }) => lines.length);
}

function pick(lines, typed, ranked) {
  if (!typed.trim() || ranked) return lines;
  return lines
    .map((line) => [score(typed, line.title, line.words), line])
    .filter(([value]) => value)
    .sort(([a], [b]) => b - a)
    .slice(0, MOST)
    .map(([, line]) => line);
}

function chats(typed, found) {
  const { chats: list, archived } = chatStore.get();
  if (!typed.trim()) return list.lines.slice(0, RECENT).map(({ id, title }) => chat(id, title));
  const known = new Map([...list.lines, ...archived.lines].map(({ id, title }) => [id, title]));
  for (const [id, title] of found.chats ?? []) if (!known.has(id)) known.set(id, title);
  return [...known].map(([id, title]) => chat(id, title));
}

/** What was said, as the server ranked it, while it is what was asked for. */
function said(typed, found) {
  if (!typed.trim() || found.words !== typed) return [];
  return (found.said ?? []).map(([path, snippet, title]) => ({
    key: path, title: snippet, note: title, run: (page) => page.go(path),
  }));
}

const chat = (id, title) => ({ key: id, title, run: (page) => page.go(`/chat/${id}`) });

const ofCommands = (group) =>
  commands
    .filter((command) => command.group === group && (!command.there || command.there()))
    .map(({ name, words, keys, run }) => ({ key: name, title: name, words, hint: keys?.[0], run }));
