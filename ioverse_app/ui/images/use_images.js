// The store of images as React reads it, and small things that several parts of the page need.
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { refs } from "$/utils/state";
import { drafts } from "../transcript/drafts.js";
import { imageStore } from "./image_store.js";

refs.images = {
  current: {
    set value(told) {
      if (told.owner) drafts.own(told.owner);
      imageStore.take(told);
    },
  },
};
globalThis.document?.addEventListener("sign-out", () => drafts.forget());

export const useImages = () => useSyncExternalStore(imageStore.subscribe, imageStore.get, imageStore.atFirst);

export function useLatest(value) {
  const latest = useRef(value);
  latest.current = value;
  return latest;
}

/** Brings the field for the prompt up, with the caret in it. */
export function focusPrompt() {
  const field = document.querySelector(".image-prompt");
  field?.scrollIntoView({ block: "center" });
  field?.focus({ preventScroll: true });
}

/** This moment, every second while it is needed. */
export function useNow(needed) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!needed) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [needed]);
  return now;
}

/** Ask again and again until it is there: what came too early was lost. */
export function useAsked(there, ask, key = "", { first = 250, next = 3000 } = {}) {
  const latest = useLatest(ask);
  useEffect(() => {
    if (there) return undefined;
    let timer = setTimeout(function again() {
      latest.current();
      timer = setTimeout(again, next);
    }, first);
    return () => clearTimeout(timer);
  }, [there, key]);
}
