// The field that a message is written in. What is typed stays in this tab until the server took it.
import { useEffect, useLayoutEffect, useRef } from "react";
import { refs } from "$/utils/state";
import "./transcript.css";

const GROWS_BY_ITSELF = typeof CSS !== "undefined" && CSS.supports("field-sizing", "content");

export function ComposerField({ conversationId = "", placeholder, allowEmpty = false, name = "message", ...rest }) {
  const field = useRef(null);
  const place = useRef(null);

  useLayoutEffect(() => {
    const box = field.current;
    const before = place.current;
    place.current = conversationId || NEW;
    // A first message made this conversation: what was typed meanwhile belongs to it.
    const begun = begunAnew && place.current !== NEW;
    if (begun) moveDrafts(NEW, place.current);
    // Typed before the page came alive: that is newer than any draft.
    if (!box.value || (before && !begun)) box.value = recall(place.current);
    fit(box);
    if (matchMedia("(hover: hover) and (pointer: fine)").matches) box.focus({ preventScroll: true });
  }, [conversationId]);

  useEffect(() => {
    const box = field.current;
    const submitted = (event) => {
      if (!box.value.trim() && !allowEmpty) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      remember("sent", place.current, box.value);
      remember("draft", place.current, "");
      sentFrom = place.current;
      begunAnew = sentFrom === NEW;
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
          const taken = sentFrom;
          if (taken) remember("sent", taken, "");
          sentFrom = null;
          if (taken && !text) return;
          begunAnew = false;
          put(box, text && box.value ? `${text}\n${box.value}` : text);
          remember("draft", place.current, box.value);
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
        remember("draft", place.current, event.currentTarget.value);
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

const NEW = "new";
let sentFrom = null; // The conversation whose message the server has not yet taken.
let begunAnew = false; // A message was sent that will make a conversation.

const remember = (kind, place, text) => write(`${kind}:${place}`, text);

/** What a reload or another conversation left here: sent and not taken, then typed. */
function recall(place) {
  if (place === sentFrom) return read(`draft:${place}`); // It is on its way.
  const text = ["sent", "draft"].map((kind) => read(`${kind}:${place}`)).filter(Boolean).join("\n");
  remember("sent", place, "");
  remember("draft", place, text);
  return text;
}

function moveDrafts(from, to) {
  for (const kind of ["sent", "draft"]) {
    remember(kind, to, read(`${kind}:${from}`));
    remember(kind, from, "");
  }
  if (sentFrom === from) sentFrom = to;
  begunAnew = false;
}

function read(key) {
  try {
    return sessionStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function write(key, text) {
  try {
    if (text) sessionStorage.setItem(key, text);
    else sessionStorage.removeItem(key);
  } catch {
    // A private window without storage: the draft lives as long as the page.
  }
}
