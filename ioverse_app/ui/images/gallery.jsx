// The images that were saved: searched, filtered, chosen, and loaded page by page as one scrolls.
import { memo, useEffect, useMemo, useRef, useState } from "react";
import { Search } from "lucide-react";
import { imageStore, zipOf } from "./image_store.js";
import { worded } from "./control.jsx";
import { Thumbnail } from "./tile.jsx";
import { useLatest } from "./use_images.js";

const TYPED_MS = 250;
const MOST = 200; // chosen at once, as the server has it
const ANY = { search: "", model: "", size: "", days: "" };
const DAYS = [["", "Any time"], ["1", "Today"], ["7", "Last 7 days"], ["30", "Last 30 days"], ["365", "Last year"]];

export function Gallery({ does, store }) {
  const { gallery, cursor, loaded, filters, key } = store;
  const [wanted, setWanted] = useFilters(does);
  const [chosen, setChosen] = useChosen(gallery);
  const filtered = Object.values(wanted).some(Boolean);
  useEffect(() => {
    if (store.stale) does.current.onFind(asked(wanted), key, "");
  }, [store.stale]);
  const choice = useLatest({ chosen, setChosen });
  return (
    <section aria-label="Gallery" className="image-gallery">
      <header>
        <h2>Saved images</h2>
        {gallery.length && !chosen ? <button className="button quiet small" onClick={() => setChosen(new Set())} type="button">Select</button> : null}
      </header>
      {gallery.length || filtered ? <Filters filters={filters} set={setWanted} wanted={wanted} /> : null}
      {chosen ? <Choice chosen={chosen} does={does} setChosen={setChosen} /> : null}
      {loaded ? null : <div aria-busy="true" aria-label="Loading the gallery" className="image-grid">{SKELETONS.map((n) => <div className="skeleton" key={n} />)}</div>}
      {loaded && !gallery.length ? (
        <p className="image-empty">{filtered ? "No saved image matches. Try fewer words, or other filters." : "Images that you save are kept here."}</p>
      ) : null}
      <ul className="image-grid" data-choosing={Boolean(chosen)}>
        {gallery.map((image) => (
          <Kept choice={choice} choosing={Boolean(chosen)} does={does} image={image} isChosen={Boolean(chosen?.has(image.id))} key={image.id} />
        ))}
      </ul>
      {cursor ? <More cursor={cursor} onReach={() => does.current.onFind(asked(wanted), key, cursor)} /> : null}
    </section>
  );
}

const SKELETONS = Array.from({ length: 8 }, (_, n) => n);

const Kept = memo(function Kept({ choice, choosing, does, image, isChosen }) {
  if (choosing)
    return (
      <li>
        <label className="image-choice">
          <input aria-label={image.title} checked={isChosen} onChange={() => choice.current.setChosen((all) => toggled(all, image.id))} type="checkbox" />
          <Thumbnail image={image} />
        </label>
      </li>
    );
  return (
    <li data-image={image.id}>
      <button aria-label={`Show ${image.title}`} className="image-open" onClick={() => does.current.open(image.id)} title={image.title} type="button">
        <Thumbnail image={image} />
      </button>
    </li>
  );
});

function Filters({ filters, set, wanted }) {
  const change = (name) => (event) => set({ ...wanted, [name]: event.target.value });
  return (
    <div className="image-filters" role="search">
      <div className="search-field">
        <Search aria-hidden="true" />
        <input aria-label="Search prompts" onChange={change("search")} placeholder="Search prompts" type="search" value={wanted.search} />
      </div>
      <Filter label="Model of saved images" onChange={change("model")} options={[["", "Any model"], ...filters.models]} value={wanted.model} />
      <Filter label="Size of saved images" onChange={change("size")}
        options={[["", "Any size"], ...filters.sizes.map((size) => [size, worded("size", size)])]} value={wanted.size} />
      <Filter label="Date of saved images" onChange={change("days")} options={DAYS} value={wanted.days} />
    </div>
  );
}

function Filter({ label, onChange, options, value }) {
  return (
    <select aria-label={label} className="field" onChange={onChange} value={value}>
      {options.map(([each, words]) => <option key={each} value={each}>{words}</option>)}
    </select>
  );
}

/** What can be done with all that are chosen. */
function Choice({ chosen, does, setChosen }) {
  const ids = [...chosen];
  const remove = () => {
    does.current.onDelete(ids, "deleted");
    setChosen(null);
  };
  return (
    <div aria-label="Selected images" className="image-choosing" role="group">
      <span aria-live="polite">{ids.length} selected{ids.length >= MOST ? ", which is the most" : ""}</span>
      {ids.length ? <a className="button small" download="images.zip" href={zipOf(ids)} role="button">Download ZIP</a>
        : <button className="button small" disabled type="button">Download ZIP</button>}
      <button className="button small" disabled={!ids.length} onClick={remove} type="button">Delete</button>
      <button className="button quiet small" onClick={() => setChosen(null)} type="button">Done</button>
    </div>
  );
}

/** The way to older images, which goes by itself when it is nearly in view. */
function More({ cursor, onReach }) {
  const button = useRef(null);
  const reach = useLatest(onReach);
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && reach.current(), { rootMargin: "600px" });
    seen.observe(button.current);
    return () => seen.disconnect();
  }, [cursor]);
  return <button className="button quiet small image-older" onClick={onReach} ref={button} type="button">Show older images</button>;
}

/** The filters, asked for a moment after they were changed. A key of its own tells each answer apart. */
function useFilters(does) {
  const [wanted, setWanted] = useState(ANY);
  const key = useMemo(() => (Object.values(wanted).some(Boolean) ? JSON.stringify(wanted) : ""), [wanted]);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return undefined;
    }
    imageStore.wanting(key);
    const timer = setTimeout(() => does.current.onFind(asked(wanted), key, ""), TYPED_MS);
    return () => clearTimeout(timer);
  }, [key]);
  const latest = useLatest(key);
  useEffect(() => () => {
    if (!latest.current) return;
    imageStore.wanting("");
    does.current.onFind({}, "", "");
  }, []);
  return [wanted, setWanted];
}

function asked({ days, ...rest }) {
  if (!days) return rest;
  const since = new Date();
  since.setHours(0, 0, 0, 0);
  since.setDate(since.getDate() - (Number(days) - 1));
  return { ...rest, since: since.getTime() };
}

/** The ids that are chosen, or null: only of images that are there. */
function useChosen(images) {
  const [chosen, setChosen] = useState(null);
  useEffect(() => {
    setChosen((all) => {
      if (!all?.size) return all;
      const there = new Set(images.map(({ id }) => id));
      const left = [...all].filter((id) => there.has(id));
      return left.length === all.size ? all : new Set(left);
    });
  }, [images]);
  return [chosen, setChosen];
}

function toggled(all, id) {
  const changed = new Set(all);
  if (!changed.delete(id) && changed.size < MOST) changed.add(id);
  return changed;
}
