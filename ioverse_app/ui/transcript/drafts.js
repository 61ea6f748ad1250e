// Drafts: what was typed and not sent, for each conversation, in this browser.
//
// They outlive a reload, a closed tab and a lost session, and are found again only by the person
// who typed them: until the server has said who that is, nothing is read and nothing is kept.
// A tab finds its own draft first, then what was typed last in any. Signing out removes them all;
// those of a temporary chat end with its tab.

const PREFIX = "ioverse.";
const NEW = "new";
const TEMPORARY = "~";

export function createDrafts(local, session) {
  let owner = "";
  let onItsWay = ""; // The place whose message the server has not yet taken.
  let begun = false; // A message was sent that will make a conversation.
  const readers = new Set();
  const drafts = { own, owner: () => owner, subscribe, place, arrive, typed, sent, answered, forget };
  return drafts;

  /** Whose page this is. */
  function own(id) {
    if (id === owner) return;
    if (owner) [onItsWay, begun] = ["", false];
    owner = id;
    readers.forEach((tell) => tell());
  }

  function subscribe(tell) {
    readers.add(tell);
    return () => readers.delete(tell);
  }

  /** The key of a conversation's drafts; "" while nobody knows whose they are. */
  function place(conversationId, temporary) {
    return owner && `${owner}:${temporary ? TEMPORARY : ""}${conversationId || NEW}`;
  }

  /** What the field should hold here. `text` is in it now, from `before`, or typed too early for any. */
  function arrive(here, before, text) {
    const made = begun && !isNew(here);
    if (made || (before && nameOf(before) === nameOf(here) && ownerOf(before) === ownerOf(here))) {
      move(before, here);
      return text || recall(here);
    }
    if (before && isTemporary(before)) forgetAt(before);
    if (!before && text) {
      typed(here, text);
      return text;
    }
    return recall(here);
  }

  function typed(here, text) {
    for (const storage of storagesOf(here)) write(storage, "draft", here, text);
  }

  function sent(here, text) {
    write(session, "sent", here, text);
    typed(here, "");
    [onItsWay, begun] = [here || NEW, isNew(here)];
  }

  /** The server has the message, or gives its text back. Whether there is nothing more to do. */
  function answered(text) {
    const taken = Boolean(onItsWay && !text);
    if (onItsWay) write(session, "sent", onItsWay, "");
    onItsWay = "";
    if (!taken) begun = false;
    return taken;
  }

  /** Remove every draft of this person. */
  function forget() {
    for (const storage of [local, session])
      for (const key of keysOf(storage)) if (key.startsWith(PREFIX) && key.includes(`:${owner}:`)) remove(storage, key);
  }

  /** What was left here: sent and not taken, then typed. */
  function recall(here) {
    if (here === onItsWay) return draftOf(here);
    const text = [read(session, "sent", here), draftOf(here)].filter(Boolean).join("\n");
    write(session, "sent", here, "");
    typed(here, text);
    return text;
  }

  function move(from, to) {
    if (from !== to) {
      const [waiting, draft] = [read(session, "sent", from), draftOf(from)];
      forgetAt(from);
      write(session, "sent", to, waiting);
      typed(to, draft);
      if (onItsWay === from) onItsWay = to;
    }
    begun = begun && isNew(to);
  }

  function forgetAt(here) {
    write(session, "sent", here, "");
    typed(here, "");
  }

  function draftOf(here) {
    return storagesOf(here).map((storage) => read(storage, "draft", here)).find(Boolean) ?? "";
  }

  function storagesOf(here) {
    return isTemporary(here) ? [session] : [session, local];
  }
}

const ownerOf = (place) => place.slice(0, place.indexOf(":"));
const idOf = (place) => place.slice(place.indexOf(":") + 1);
const isTemporary = (place) => idOf(place).startsWith(TEMPORARY);
const nameOf = (place) => idOf(place).replace(TEMPORARY, "");
const isNew = (place) => nameOf(place) === NEW;

// A private window may have no storage: then a draft lives as long as the page.
const attempt = (run, otherwise) => {
  try {
    return run() ?? otherwise;
  } catch {
    return otherwise;
  }
};
const storage = (name) => attempt(() => globalThis[name], null);
const keysOf = (storage) => attempt(() => Object.keys(storage), []);
const remove = (storage, key) => attempt(() => storage.removeItem(key));

function read(storage, kind, place) {
  return place ? attempt(() => storage.getItem(`${PREFIX}${kind}:${place}`), "") : "";
}

function write(storage, kind, place, text) {
  if (!place) return;
  const key = `${PREFIX}${kind}:${place}`;
  if (text) attempt(() => storage.setItem(key, text));
  else remove(storage, key);
}

export const drafts = createDrafts(storage("localStorage"), storage("sessionStorage"));
