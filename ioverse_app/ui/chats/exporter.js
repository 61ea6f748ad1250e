// Downloads: a chat is asked for as a file, which is handed over when it is written.
const FAILED = "This chat could not be exported. Check your connection, and try again.";
const SHOWN_MS = 8000;

const listeners = new Set();
let said = null; // { text, failed }

export const exporter = {
  get: () => said,
  atFirst: () => null,
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  close: () => say(null),
};

function say(now) {
  said = now;
  listeners.forEach((listener) => listener());
  return now;
}

/** Ask for a chat in a format; `name` is what people call it. */
export async function download(chatId, { format, name, whole }) {
  const mine = say({ text: `Writing the ${name} file…` });
  const done = (now = null) => said === mine && say(now);
  try {
    const query = new URLSearchParams({ format, ...(whole ? { whole: "true" } : {}) });
    const answer = await fetch(`/api/chats/${encodeURIComponent(chatId)}/export?${query}`);
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message ?? FAILED, { cause: "told" });
    hand(await answer.blob(), nameIn(answer.headers.get("content-disposition")) ?? `chat.${format}`);
    done();
  } catch (error) {
    const failed = { text: error.cause === "told" ? error.message : FAILED, failed: true };
    if (done(failed)) setTimeout(() => said === failed && say(null), SHOWN_MS);
  }
}

function hand(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export function nameIn(header) {
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(header ?? "")?.[1];
  try {
    return encoded ? decodeURIComponent(encoded) : null;
  } catch {
    return null;
  }
}
