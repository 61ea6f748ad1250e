// The field that a message is written in. What is typed stays in this browser until the server took it.
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { refs } from "$/utils/state";
import { drafts } from "./drafts.js";
import "./transcript.css";

const GROWS_BY_ITSELF = typeof CSS !== "undefined" && CSS.supports("field-sizing", "content");

const ASK_MS = 100;
const ASK_AGAIN_MS = 3000;

refs.drafts = { current: { set value(owner) { drafts.own(owner); } } };
globalThis.document?.addEventListener("sign-out", () => drafts.forget());

export function ComposerField({
  conversationId = "", temporary = false, onWhose, placeholder, allowEmpty = false, name = "message", ...rest
}) {
  const field = useRef(null);
  const place = useRef("");
  const owner = useSyncExternalStore(drafts.subscribe, drafts.owner, drafts.owner);
  useTold(owner, onWhose);

  useLayoutEffect(() => {
    const box = field.current;
    const before = place.current;
    place.current = drafts.place(conversationId, temporary);
    if (place.current) put(box, drafts.arrive(place.current, before, box.value));
    if (matchMedia("(hover: hover) and (pointer: fine)").matches && !isElsewhere(box)) box.focus({ preventScroll: true });
  }, [owner, conversationId, temporary]);

  useEffect(() => {
    const box = field.current;
    const submitted = (event) => {
      const hasFiles = Boolean(box.form?.elements.attachments?.value);
      if (!box.value.trim() && !allowEmpty && !hasFiles) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      drafts.sent(place.current, box.value);
      // The form is read while this event is handled, so the field is emptied after it.
      setTimeout(() => put(box, ""), 0);
      document.dispatchEvent(new CustomEvent("composer:sent"));
    };
    const { form } = box;
    form?.addEventListener("submit", submitted);
    return () => form?.removeEventListener("submit", submitted);
  }, [allowEmpty]);

  // rx.set_value("composer", ""): taken. Any other text: put back, unless something new was typed.
  useEffect(() => {
    const box = field.current;
    refs.ref_composer = {
      current: {
        get value() {
          return box.value;
        },
        set value(text) {
          if (drafts.answered(text)) return;
          put(box, text && box.value ? `${text}\n${box.value}` : text);
          drafts.typed(place.current, box.value);
        },
        focus: () => box.focus(),
        blur: () => box.blur(),
      },
    };
  }, []);

  return (
    <textarea
      aria-label="Message"
      autoComplete="off"
      className="composer-field"
      dir="auto"
      enterKeyHint="send"
      name={name}
      onInput={(event) => {
        drafts.typed(place.current, event.currentTarget.value);
        fit(event.currentTarget);
      }}
      onKeyDown={sendOnEnter}
      placeholder={placeholder}
      ref={field}
      rows={1}
      {...rest}
    />
  );
}

/** Whether the person is in a menu, a dialog or another field already. */
function isElsewhere(box) {
  const at = document.activeElement;
  return at !== box && Boolean(at?.closest("[role=menu], [role=dialog], input, select, textarea"));
}

/** The server says by itself whose page this is, but that may have come before this field was there. */
function useTold(owner, ask) {
  useEffect(() => {
    if (owner) return undefined;
    let timer = setTimeout(function again() {
      ask?.();
      timer = setTimeout(again, ASK_AGAIN_MS);
    }, ASK_MS);
    return () => clearTimeout(timer);
  }, [owner, Boolean(ask)]);
}

function sendOnEnter(event) {
  const composing = event.nativeEvent.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || event.shiftKey || composing) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}

function put(box, text) {
  box.value = text;
  fit(box);
}

function fit(box) {
  if (GROWS_BY_ITSELF) return;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
}
