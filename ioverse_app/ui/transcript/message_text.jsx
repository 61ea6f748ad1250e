// The text of one message, read from the store of this page and drawn as it grows.
import {
  lazy, memo, startTransition, Suspense, useCallback, useDeferredValue, useEffect, useLayoutEffect, useRef, useState,
  useSyncExternalStore,
} from "react";
import { refs } from "$/utils/state";
import { announceAnswer } from "./announcer.js";
import { placeCaret, removeCaret } from "./caret.js";
import { PlainInstead } from "./plain_instead.jsx";
import { portionOf } from "./portion.js";
import { endTurn, takeTurn } from "./turns.js";
import { texts } from "./store.js";
import "./transcript.css";

// The server appends through rx.set_value's event: see pushes.py.
refs.t = {
  current: {
    set value(push) {
      texts.take(push);
    },
  },
};

// A page that was left open over an update may not find its files any more: plain text then.
const fetchMarkdown = () => import("./markdown.jsx").catch(() => ({ default: Plain }));
const Markdown = lazy(fetchMarkdown);
if (typeof window !== "undefined") setTimeout(fetchMarkdown, 0);

const MUCH = 1500; // characters

export const MessageText = memo(function MessageText({ messageId, role = "assistant", streaming = false, length }) {
  const text = useText(messageId);
  const root = useRef(null);
  useEffect(() => {
    if (length !== undefined && !streaming) texts.expect(messageId, length);
  }, [messageId, length, streaming]);
  useFinished(streaming, () => role === "assistant" && announceAnswer(texts.get(messageId)));
  const drawn = useCallback(() => streaming && root.current && placeCaret(root.current), [streaming]);
  const begun = text !== "";
  useLayoutEffect(() => {
    if (!begun || !streaming) return;
    const { current } = root;
    placeCaret(current);
    return () => removeCaret(current);
  }, [begun, streaming]);
  if (!begun) return streaming ? <Waiting /> : null;
  return (
    <div className="message-text" data-streaming={streaming || undefined} ref={root}>
      {role === "user" ? <Plain text={text} /> : <Answer id={messageId} onDrawn={drawn} streaming={streaming} text={text} />}
    </div>
  );
});

function useText(id) {
  const follow = useCallback((reader) => texts.subscribe(id, reader), [id]);
  return useSyncExternalStore(follow, () => texts.get(id), () => "");
}

/**
 * Markdown when it is this message's turn: a long conversation opens at its newest message. Much at
 * once is drawn in the background, piece by piece, so that it does not hold up the page.
 */
function Answer({ id, onDrawn, streaming, text }) {
  const [turn, setTurn] = useState(streaming);
  const later = useDeferredValue(text);
  const drawn = useCallback(() => {
    texts.drawn(id);
    endTurn();
    onDrawn();
  }, [id, onDrawn]);
  useEffect(() => (turn ? undefined : takeTurn(() => draw(text, () => setTurn(true)))), [turn]);
  if (!turn) return <Plain text={portionOf(text).text} />;
  return (
    <Suspense fallback={<Plain text={portionOf(text).text} />}>
      <PlainInstead onFailed={drawn} text={text}>
        <Markdown id={id} onDrawn={drawn} streaming={streaming} text={text.length - later.length > MUCH ? later : text} />
      </PlainInstead>
    </Suspense>
  );
}

async function draw(text, show) {
  const markdown = await fetchMarkdown();
  await markdown.fetchFor?.(text);
  startTransition(show);
}

function Plain({ text }) {
  return <div className="text-plain" dir="auto">{text}</div>;
}

function Waiting() {
  return (
    <div aria-label="Waiting for the answer" className="text-waiting" role="status">
      <i />
      <i />
      <i />
    </div>
  );
}

function useFinished(streaming, tell) {
  const before = useRef(streaming);
  useEffect(() => {
    if (before.current && !streaming) tell();
    before.current = streaming;
  }, [streaming]);
}
