// The files that wait for a message: chosen, pasted or dropped, above the text of the composer.
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { Paperclip, RotateCw, X } from "lucide-react";
import { refs } from "$/utils/state";
import { FileIcon } from "./attached.jsx";
import { contentOf, createWaiting, described, sized } from "./waiting.js";
import "./attachments.css";

const waiting = createWaiting();

refs.attachments = { current: { set value(what) { waiting.settled(what); } } };

export function Tray({ conversationId = "", most, largest }) {
  const items = useSyncExternalStore(waiting.subscribe, waiting.get, () => NONE);
  const box = useRef(null);
  useEffect(() => waiting.open(conversationId, { most, largest }), [conversationId, most, largest]);
  const held = useSending(box);
  const dropping = useDrop(most > 0);
  usePaste(most > 0);
  return (
    <div className="attachment-tray" ref={box}>
      <input name="attachments" readOnly type="hidden" value={waiting.ids().join(" ")} />
      {items.length > 0 && (
        <ul aria-label="Attached files">
          {items.map((item) => <Chip item={item} key={item.key} />)}
        </ul>
      )}
      {held && <p className="attachment-note" role="status">Sending as soon as the files are there…</p>}
      {dropping && <div className="attachment-drop" role="status"><span>Drop files to attach them</span></div>}
    </div>
  );
}

export function AttachButton() {
  const input = useRef(null);
  return (
    <>
      <button aria-label="Attach files" className="icon-button" onClick={() => input.current.click()}
        title="Attach files" type="button">
        <Paperclip />
      </button>
      <input hidden multiple onChange={(event) => {
        waiting.add([...event.target.files]);
        event.target.value = "";
        focusComposer();
      }} ref={input} type="file" />
    </>
  );
}

function Chip({ item }) {
  const { key, name, state, problem, retriable } = item;
  return (
    <li className="attachment-chip" data-state={state}>
      {item.id && item.kind === "image"
        ? <img alt="" src={contentOf(item.id)} />
        : <FileIcon kind={item.kind} />}
      <span className="attachment-words">
        <span className="attachment-name" title={name}>{name}</span>
        {problem ? <span className="attachment-problem" role="alert">{problem}</span> : <State {...item} />}
      </span>
      {retriable && (
        <button aria-label={`Try ${name} again`} className="icon-button" onClick={() => waiting.again(key)} title="Try again" type="button">
          <RotateCw />
        </button>
      )}
      <button aria-label={`Remove ${name}`} className="icon-button" onClick={() => { waiting.remove(key); focusComposer(); }}
        title="Remove" type="button">
        <X />
      </button>
    </li>
  );
}

function State(item) {
  const { state, progress, size, name } = item;
  if (state === "ready") return <span className="attachment-facts">{described(item)}</span>;
  if (progress >= 1) return <span className="attachment-facts">Reading…</span>;
  return (
    <span className="attachment-facts">
      {sized(size)}
      <progress aria-label={`Uploading ${name}`} max="1" value={progress} />
    </span>
  );
}

/** Sends with the files: while some are under way, Send waits for them. */
function useSending(box) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    const submitting = (event) => {
      if (event.target !== box.current?.closest("form")) return;
      if (!waiting.busy()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      setHeld(true);
    };
    const sent = () => setTimeout(waiting.sent, 0); // the form is read while this event is handled
    document.addEventListener("submit", submitting, true);
    document.addEventListener("composer:sent", sent);
    return () => {
      document.removeEventListener("submit", submitting, true);
      document.removeEventListener("composer:sent", sent);
    };
  }, []);
  useEffect(() => {
    if (!held) return undefined;
    const look = () => {
      if (waiting.busy()) return;
      setHeld(false);
      // One that failed needs a decision: it is there with its sentence.
      if (waiting.get().every((item) => item.state === "ready"))
        setTimeout(() => box.current?.closest("form")?.requestSubmit(), 0);
    };
    look();
    return waiting.subscribe(look);
  }, [held]);
  return held;
}

/** Files may be dropped anywhere on the page; whether some are held over it. */
function useDrop(allowed) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!allowed) return undefined;
    const has = (event) => event.dataTransfer?.types.includes("Files");
    const moved = (event) => {
      if (!has(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      setOver(true);
    };
    const left = (event) => event.relatedTarget || setOver(false);
    const dropped = (event) => {
      setOver(false);
      if (!has(event)) return;
      event.preventDefault();
      waiting.add([...event.dataTransfer.files]);
      focusComposer();
    };
    const listeners = { dragenter: moved, dragover: moved, dragleave: left, drop: dropped };
    for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener);
    };
  }, [allowed]);
  return over;
}

/** Files and pictures may be pasted; where there is text as well, the text is meant. */
function usePaste(allowed) {
  useEffect(() => {
    if (!allowed) return undefined;
    const pasted = (event) => {
      const { files, types } = event.clipboardData ?? {};
      if (!files?.length || types.includes("text/plain")) return;
      if (event.target.closest?.("input, textarea:not(.composer-field), [contenteditable]")) return;
      event.preventDefault();
      waiting.add([...files].map(called));
    };
    document.addEventListener("paste", pasted);
    return () => document.removeEventListener("paste", pasted);
  }, [allowed]);
}

function called(file) {
  if (file.name && file.name !== "image.png") return file;
  return new File([file], "Pasted picture.png", { type: file.type });
}

function focusComposer() {
  document.querySelector(".composer-field")?.focus({ preventScroll: true });
}

const NONE = [];
