// The scroll container of a conversation: it stays with the reader.
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { refs } from "$/utils/state";
import { announceIn } from "./announcer.js";
import { texts } from "./store.js";
import "./transcript.css";

const AT_END = 8; // px
const NEAR_END = 70; // px: a reader coming down need not catch the last line of a growing text
const NEAR_TOP = 600; // px
const SETTLE_MS = 1500; // what is drawn around a message that was asked for moves it no more
const SHOWN_MS = 2000;

export function ConversationLog({ children, conversationId, onGap, onNearTop, className = "", ...rest }) {
  const scroller = useRef(null);
  const content = useRef(null);
  const region = useRef(null);
  const [atEnd, setAtEnd] = useState(true);
  const { toEnd, toMessage } = useStay(scroller, content, conversationId, setAtEnd, onNearTop);
  useEffect(() => announceIn(region.current), []);
  useEffect(() => {
    texts.onGap = onGap ?? null;
  }, [onGap]);
  useEffect(() => {
    refs.conversation_log = { current: { set value(to) { to?.message ? toMessage(to.message) : toEnd(); } } };
    const sent = () => toEnd();
    document.addEventListener("composer:sent", sent);
    return () => document.removeEventListener("composer:sent", sent);
  }, [toEnd, toMessage]);
  return (
    <div className={`conversation ${className}`} {...rest}>
      <div aria-label="Conversation" aria-live="off" className="conversation-log" ref={scroller} role="log" tabIndex={0}>
        <div className="conversation-content" ref={content}>{children}</div>
      </div>
      <div aria-live="polite" className="only-heard" ref={region} />
      {atEnd ? null : (
        <button aria-label="Jump to newest" className="conversation-jump" onClick={() => toEnd("smooth")} title="Jump to newest" type="button">
          <svg aria-hidden="true" fill="none" height="18" stroke="currentColor" strokeLinecap="round" strokeLinejoin="round" strokeWidth="2" viewBox="0 0 24 24" width="18">
            <path d="M12 5v14M6 13l6 6 6-6" />
          </svg>
        </button>
      )}
    </div>
  );
}

/** Follows the growth for a reader at the end, and holds the place of one who scrolled up. */
function useStay(scroller, content, conversationId, setAtEnd, onNearTop) {
  const view = useRef({ stuck: true, top: 0, anchor: null, place: null, height: 0, asked: 0, pressed: false });
  const nearTop = useRef(onNearTop);
  nearTop.current = onNearTop;
  const toEnd = useRef((behavior = "auto") => {
    const box = scroller.current;
    if (!box) return; // The page was left.
    const { motion } = document.documentElement.dataset;
    const calm = motion === "reduce" || matchMedia("(prefers-reduced-motion: reduce)").matches;
    view.current.stuck = true;
    box.scrollTo({ top: box.scrollHeight, behavior: calm ? "auto" : behavior });
  }).current;
  const toMessage = useRef((id) => {
    const box = scroller.current;
    if (!box) return;
    const until = performance.now() + SETTLE_MS;
    const done = new AbortController();
    for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"])
      box.addEventListener(kind, () => done.abort(), { passive: true, signal: done.signal });
    const look = () => {
      if (done.signal.aborted || performance.now() > until) return done.abort();
      const message = messageOf(content.current, id);
      if (message) {
        view.current.stuck = false;
        message.scrollIntoView({ block: message.offsetHeight > box.clientHeight ? "start" : "center" });
        pointOut(message);
      }
      return requestAnimationFrame(look);
    };
    look();
  }).current;

  useLayoutEffect(() => {
    Object.assign(view.current, { asked: 0, anchor: null });
    toEnd();
  }, [conversationId]);

  useEffect(() => {
    const box = scroller.current;
    const now = view.current;
    const selecting = () => now.pressed && document.getSelection()?.type === "Range";
    const left = () => box.scrollHeight - box.clientHeight - box.scrollTop;

    const remember = () => {
      now.top = box.scrollTop;
      now.height = box.scrollHeight;
      now.anchor = now.stuck ? null : anchorIn(content.current, box.getBoundingClientRect());
      now.place = placeOf(content.current, now.anchor);
    };
    // Whatever came in or grew above the anchor, it stays where the reader sees it.
    const hold = () => {
      if (now.stuck) return;
      const place = placeOf(content.current, now.anchor);
      if (place === null || now.place === null || place === now.place) return;
      box.scrollTop += place - now.place;
      now.top += place - now.place;
      now.place = place;
    };
    const scrolled = () => {
      hold();
      if (box.scrollTop === now.top) return setAtEnd(now.stuck); // The hand that scrolled was ours.
      if (left() <= (box.scrollTop > now.top ? NEAR_END : AT_END)) now.stuck = true;
      else if (box.scrollTop < now.top) now.stuck = false;
      setAtEnd(now.stuck);
      remember();
      const messages = content.current.querySelectorAll("[data-message-id]").length;
      if (!now.stuck && box.scrollTop < NEAR_TOP && now.asked !== messages) {
        now.asked = messages;
        nearTop.current?.();
      }
    };
    const resized = () => {
      // Moved up since, and not by a shrinking text: its scroll event is still to come.
      const leaving = box.scrollTop < now.top && box.scrollHeight >= now.height;
      if (!now.stuck || leaving) return hold();
      if (selecting()) return;
      box.scrollTop = box.scrollHeight;
      now.top = box.scrollTop;
      now.height = box.scrollHeight;
    };
    const observer = new ResizeObserver(resized);
    observer.observe(content.current);
    observer.observe(box);
    const stop = new AbortController();
    const listening = { passive: true, signal: stop.signal };
    box.addEventListener("scroll", scrolled, listening);
    box.addEventListener("pointerdown", () => (now.pressed = true), listening);
    document.addEventListener("pointerup", () => (now.pressed = false), listening);
    return () => {
      observer.disconnect();
      stop.abort();
    };
  }, []);
  return { toEnd, toMessage };
}

/** The first message that begins within the view, or the one that fills it: the place to hold. */
function anchorIn(content, { top, bottom }) {
  let filling = null;
  for (const message of content.querySelectorAll("[data-message-id]")) {
    const at = message.getBoundingClientRect();
    if (at.top >= bottom) break;
    if (at.bottom <= top || !at.height) continue;
    if (at.top >= top) return message.dataset.messageId;
    filling = message.dataset.messageId;
  }
  return filling;
}

/** Where a message begins within the content, whatever the scroll position. */
function placeOf(content, id) {
  const message = messageOf(content, id);
  return message ? Math.round(message.getBoundingClientRect().top - content.getBoundingClientRect().top) : null;
}

function messageOf(content, id) {
  return id && content?.querySelector(`[data-message-id="${CSS.escape(id)}"]`);
}

/** Shows for a moment which message was asked for. */
function pointOut(message) {
  if (message.dataset.shown === "now") return;
  message.dataset.shown = "now";
  setTimeout(() => (message.dataset.shown = "before"), SHOWN_MS);
}
