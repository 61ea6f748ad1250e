// The list of chats: by days, page by page, one line each, with what can be done with it.
import { memo, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { DropdownMenu } from "@radix-ui/themes";
import { Archive, ArchiveRestore, Ellipsis, Pencil, Pin, PinOff, Trash2 } from "lucide-react";
import { Link } from "react-router";
import { refs } from "$/utils/state";
import { chatStore, grouped, untilMidnight } from "./chat_store.js";

const ASK_MS = 200;
const ASK_AGAIN_MS = 3000;

refs.chat_list = { current: { set value(told) { chatStore.take(told); } } };

export function ChatList({ openId, onMore, onRename, onPin, onArchive, onDelete }) {
  const stored = useSyncExternalStore(chatStore.subscribe, chatStore.get, chatStore.atFirst);
  const [inArchive, setInArchive] = useState(false);
  const list = inArchive ? stored.archived : stored.chats;
  const today = useToday();
  const groups = useMemo(() => grouped(list.lines, today), [list.lines, today]);
  const [renamingId, setRenamingId] = useState("");
  const [chosen, setChosen] = useChosen(list.lines);
  const does = useLatest({ onRename, onPin, onArchive, onDelete, setRenamingId, setChosen });

  useLoaded(stored.chats.loaded, () => onMore(false, ""));

  const show = (archived) => {
    setInArchive(archived);
    setChosen(null);
    if (archived) onMore(true, "");
  };
  return (
    <div className="chat-list">
      <div className="list-head">
        {inArchive ? <Quiet onClick={() => show(false)}>Back to chats</Quiet> : null}
        {list.lines.length && !chosen ? <Quiet onClick={() => setChosen(new Set())}>Select</Quiet> : null}
      </div>
      {chosen ? <Choice archived={inArchive} chosen={chosen} does={does} lines={list.lines} /> : null}
      {list.loaded ? null : [0, 1, 2, 3, 4].map((n) => <div className="skeleton" key={n} />)}
      {list.loaded && !list.lines.length ? (
        <p className="empty">{inArchive ? "Chats that you archive are kept here." : "Your chats will be listed here."}</p>
      ) : null}
      {groups.map((group) => (
        <section aria-label={group.name} key={group.name}>
          <h2>{group.name}</h2>
          {group.lines.map((line) => (
            <Line chosen={chosen?.has(line.id)} choosing={Boolean(chosen)} does={does} key={line.id} line={line}
              open={line.id === openId} renaming={line.id === renamingId} />
          ))}
        </section>
      ))}
      {list.cursor ? <Older cursor={list.cursor} onReach={() => onMore(inArchive, list.cursor)} /> : null}
      {list.loaded && !inArchive && !list.cursor ? (
        <Quiet onClick={() => show(true)}>Archived chats</Quiet>
      ) : null}
    </div>
  );
}

const Line = memo(function Line({ line, open, renaming, choosing, chosen, does }) {
  if (choosing)
    return (
      <label className="chat-row choice" data-open={open}>
        <input aria-label={line.title} checked={chosen} type="checkbox"
          onChange={() => does.current.setChosen((all) => toggled(all, line.id))} />
        <span>{line.title}</span>
      </label>
    );
  return (
    <div className="chat-row" data-chat={line.id} data-open={open}>
      {renaming ? <TitleField does={does} line={line} /> : (
        <>
          <Link aria-current={open ? "page" : "false"} data-closes-sidebar="" dir="auto" title={line.title} to={`/chat/${line.id}`}>
            {line.title}
          </Link>
          <Menu does={does} line={line} />
        </>
      )}
    </div>
  );
});

function TitleField({ line, does }) {
  const finish = () => {
    does.current.setRenamingId("");
    requestAnimationFrame(() => document.querySelector(`[data-chat="${line.id}"] a`)?.focus());
  };
  const submit = (event) => {
    event.preventDefault();
    does.current.onRename(line.id, new FormData(event.target).get("title"));
    finish();
  };
  const pressed = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // The drawer would take it as well.
    finish();
  };
  return (
    <form onSubmit={submit}>
      <input aria-label="Title" autoFocus className="field" defaultValue={line.title} maxLength={255} name="title"
        onBlur={() => does.current.setRenamingId("")} onKeyDown={pressed} />
    </form>
  );
}

function Menu({ line, does }) {
  const chosen = useRef(null);
  // What is chosen happens once the menu is gone: until then it holds the focus.
  const item = (run) => () => (chosen.current = run);
  const closed = (event) => {
    if (!chosen.current) return;
    const [run] = [chosen.current, (chosen.current = null)];
    if (run(does.current) === "takes focus") event.preventDefault();
  };
  const { id, title, pinned, archived } = line;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger>
        <button aria-label="Chat menu" className="icon-button" type="button"><Ellipsis /></button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Content onCloseAutoFocus={closed}>
        <DropdownMenu.Item onSelect={item(({ setRenamingId }) => (setRenamingId(id), "takes focus"))}>
          <Pencil size={16} />Rename
        </DropdownMenu.Item>
        {archived ? null : (
          <DropdownMenu.Item onSelect={item(({ onPin }) => onPin(id, !pinned))}>
            {pinned ? <PinOff size={16} /> : <Pin size={16} />}{pinned ? "Unpin" : "Pin"}
          </DropdownMenu.Item>
        )}
        <DropdownMenu.Item onSelect={item(({ onArchive }) => onArchive([id], !archived))}>
          {archived ? <ArchiveRestore size={16} /> : <Archive size={16} />}{archived ? "Unarchive" : "Archive"}
        </DropdownMenu.Item>
        <DropdownMenu.Item color="red" onSelect={item(({ onDelete }) => onDelete([id], title))}>
          <Trash2 size={16} />Delete
        </DropdownMenu.Item>
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}

/** What can be done with all that are chosen. */
function Choice({ chosen, lines, archived, does }) {
  const ids = [...chosen];
  const title = lines.find((line) => line.id === ids[0])?.title ?? "";
  return (
    <div aria-label="Selected chats" className="choice-bar" role="group">
      <span aria-live="polite">{ids.length} selected</span>
      <Quiet disabled={!ids.length} onClick={() => does.current.onArchive(ids, !archived)}>
        {archived ? "Unarchive" : "Archive"}
      </Quiet>
      <Quiet disabled={!ids.length} onClick={() => does.current.onDelete(ids, title)}>Delete</Quiet>
      <Quiet onClick={() => does.current.setChosen(null)}>Done</Quiet>
    </div>
  );
}

/** The way to older chats, which goes by itself when it comes into view. */
function Older({ cursor, onReach }) {
  const button = useRef(null);
  const reach = useLatest(onReach);
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && reach.current());
    seen.observe(button.current);
    return () => seen.disconnect();
  }, [cursor, reach]);
  return <button className="button quiet small" onClick={onReach} ref={button} type="button">Show older chats</button>;
}

function Quiet(props) {
  return <button className="button quiet small" type="button" {...props} />;
}

/** The server sends the first page by itself, but that may have come before this list was there. */
function useLoaded(loaded, ask) {
  const latest = useLatest(ask);
  useEffect(() => {
    if (loaded) return undefined;
    let timer = setTimeout(function again() {
      latest.current();
      timer = setTimeout(again, ASK_AGAIN_MS);
    }, ASK_MS);
    return () => clearTimeout(timer);
  }, [loaded, latest]);
}

/** The ids that are chosen, or null: only of lines that are there; with the last one the choice ends. */
function useChosen(lines) {
  const [chosen, setChosen] = useState(null);
  useEffect(() => {
    setChosen((all) => {
      if (!all?.size) return all;
      const there = new Set(lines.map((line) => line.id));
      const left = [...all].filter((id) => there.has(id));
      return left.length === all.size ? all : left.length ? new Set(left) : null;
    });
  }, [lines]);
  return [chosen, setChosen];
}

function toggled(all, id) {
  const changed = new Set(all);
  if (!changed.delete(id)) changed.add(id);
  return changed;
}

/** This moment, again after every midnight. */
function useToday() {
  const [today, setToday] = useState(() => Date.now());
  const renew = useCallback(() => setToday(Date.now()), []);
  useEffect(() => {
    const timer = setTimeout(renew, untilMidnight(today) + 1000);
    return () => clearTimeout(timer);
  }, [today, renew]);
  return today;
}

function useLatest(value) {
  const latest = useRef(value);
  latest.current = value;
  return latest;
}
