// The list of chats: by days, page by page, one line each, with what can be done with it.
import { memo, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { DropdownMenu } from "@radix-ui/themes";
import { Archive, ArchiveRestore, Pencil, Pin, PinOff, Share2, Trash2 } from "lucide-react";
import { Link } from "react-router";
import { refs } from "$/utils/state";
import { chatStore, grouped, untilMidnight } from "./chat_store.js";
import { ExportChosen, ExportSubmenu } from "./export_menu.jsx";
import { RowMenu } from "./row_menu.jsx";
import { TrashLine } from "./trash_line.jsx";

const ASK_MS = 200;
const ASK_AGAIN_MS = 3000;
const CHATS = "chats", ARCHIVED = "archived", TRASH = "trash";

refs.chat_list = { current: { set value(told) { chatStore.take(told); } } };

export function ChatList({ openId, keptDays, onMore, onEmpty, ...can }) {
  const stored = useSyncExternalStore(chatStore.subscribe, chatStore.get, chatStore.atFirst);
  const [view, setView] = useState(CHATS);
  const list = stored[view];
  const [today, renewToday] = useToday();
  const groups = useMemo(() => grouped(list.lines, today), [list.lines, today]);
  const [renamingId, setRenamingId] = useState("");
  const [chosen, setChosen] = useChosen(list.lines);
  const does = useLatest({ ...can, setRenamingId, setChosen });

  useLoaded(stored.chats.loaded, () => onMore(CHATS, ""));

  const show = (next) => {
    setView(next);
    renewToday();
    setChosen(null);
    if (next !== CHATS) onMore(next, "");
  };
  const empty = {
    [CHATS]: "Your chats will be listed here.",
    [ARCHIVED]: "Chats that you archive are kept here.",
    [TRASH]: `Deleted chats are kept here for ${keptDays} days.`,
  };
  return (
    <div className="chat-list">
      {chosen ? null : (
        <div className="list-head">
          {view === CHATS ? null : <Quiet onClick={() => show(CHATS)}>Back to chats</Quiet>}
          <div className="spacer" />
          {list.lines.length ? <Quiet onClick={() => setChosen(new Set())}>Select</Quiet> : null}
        </div>
      )}
      {chosen ? <Choice chosen={chosen} does={does} lines={list.lines} view={view} /> : null}
      {list.loaded ? null : [0, 1, 2, 3, 4].map((n) => <div className="skeleton" key={n} />)}
      {list.loaded && !list.lines.length ? <p className="empty">{empty[view]}</p> : null}
      {groups.map((group) => (
        <section aria-label={group.name} key={group.name}>
          <h2>{group.name}</h2>
          {group.lines.map((line) =>
            view === TRASH && !chosen ? (
              <TrashLine does={does} keptDays={keptDays} key={line.id} line={line} now={today} />
            ) : (
              <Line chosen={chosen?.has(line.id)} choosing={Boolean(chosen)} does={does} key={line.id} line={line}
                open={line.id === openId} renaming={line.id === renamingId} />
            ),
          )}
        </section>
      ))}
      {list.cursor ? <Older cursor={list.cursor} onReach={() => onMore(view, list.cursor)} /> : null}
      {list.loaded && view === CHATS ? (
        <div className="list-foot">
          <Quiet onClick={() => show(ARCHIVED)}>Archived chats</Quiet>
          <Quiet onClick={() => show(TRASH)}>Trash</Quiet>
        </div>
      ) : null}
      {view === TRASH && list.lines.length && !chosen ? (
        <div className="list-foot">
          <Quiet onClick={onEmpty}>Empty trash</Quiet>
        </div>
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
  const { id, title, pinned, archived } = line;
  const items = (choose) => (
    <>
      <DropdownMenu.Item onSelect={choose(() => (does.current.setRenamingId(id), "takes focus"))}>
        <Pencil size={16} />Rename
      </DropdownMenu.Item>
      {archived ? null : (
        <DropdownMenu.Item onSelect={choose(() => does.current.onPin(id, !pinned))}>
          {pinned ? <PinOff size={16} /> : <Pin size={16} />}{pinned ? "Unpin" : "Pin"}
        </DropdownMenu.Item>
      )}
      <DropdownMenu.Item onSelect={choose(() => does.current.onArchive([id], !archived))}>
        {archived ? <ArchiveRestore size={16} /> : <Archive size={16} />}{archived ? "Unarchive" : "Archive"}
      </DropdownMenu.Item>
      <DropdownMenu.Item onSelect={choose(() => does.current.onShare(id))}>
        <Share2 size={16} />Share
      </DropdownMenu.Item>
      <ExportSubmenu chatId={id} />
      <DropdownMenu.Item color="red" onSelect={choose(() => does.current.onDelete([id], title))}>
        <Trash2 size={16} />Delete
      </DropdownMenu.Item>
    </>
  );
  return <RowMenu items={items} label="Chat menu" />;
}

/** What can be done with all that are chosen. */
function Choice({ chosen, lines, view, does }) {
  const ids = [...chosen];
  const title = lines.find((line) => line.id === ids[0])?.title ?? "";
  const can = does.current;
  const ways = view === TRASH
    ? [["Restore", () => can.onRestore(ids)], ["Delete", () => can.onErase(ids, title)]]
    : [
        [view === ARCHIVED ? "Unarchive" : "Archive", () => can.onArchive(ids, view !== ARCHIVED)],
        ["Delete", () => can.onDelete(ids, title)],
      ];
  return (
    <div aria-label="Selected chats" className="choice-bar" role="group">
      <span aria-live="polite">{ids.length} selected</span>
      {ways.map(([name, go]) => <Quiet disabled={!ids.length} key={name} onClick={go}>{name}</Quiet>)}
      {view === TRASH ? null : <ExportChosen disabled={!ids.length} onExport={(format) => can.onExport(ids, format)} />}
      <Quiet onClick={() => can.setChosen(null)}>Done</Quiet>
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

/** This moment, again after every midnight and when asked to. */
function useToday() {
  const [today, setToday] = useState(() => Date.now());
  const renew = useCallback(() => setToday(Date.now()), []);
  useEffect(() => {
    const timer = setTimeout(renew, untilMidnight(today) + 1000);
    return () => clearTimeout(timer);
  }, [today, renew]);
  return [today, renew];
}

function useLatest(value) {
  const latest = useRef(value);
  latest.current = value;
  return latest;
}
