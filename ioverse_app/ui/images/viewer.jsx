// One image in full, with zoom and everything that is known of it. Arrow keys go to its neighbours.
import { useEffect, useRef, useState } from "react";
import { ChevronLeft, ChevronRight, X, ZoomIn, ZoomOut } from "lucide-react";
import { addressOf, thumbnailOf } from "./image_store.js";
import { Overlay } from "./overlay.jsx";
import { Actions, Icon } from "./tile.jsx";
import { useAsked } from "./use_images.js";

const ZOOMS = [1, 1.5, 2, 3, 4, 6, 8];

export function Viewer({ does, id, store }) {
  const [zoom, setZoom] = useState(0);
  const detail = store.detail?.id === id ? store.detail : null;
  const list = listWith(store, id);
  const at = list.findIndex((image) => image.id === id);
  const known = list[at];
  const whole = Boolean(detail?.facts || detail?.missing);
  useAsked(whole, () => does.current.onShow(id), id, { first: 0 });
  useEffect(() => setZoom(0), [id]);

  const close = () => does.current.open("");
  const go = (step) => list[at + step] && at >= 0 && does.current.open(list[at + step].id);
  const closer = (step) => setZoom((now) => Math.max(0, Math.min(ZOOMS.length - 1, now + step)));
  const pressed = (event) => {
    const keys = { ArrowLeft: () => go(-1), ArrowRight: () => go(1), "+": () => closer(1), "=": () => closer(1), "-": () => closer(-1), 0: () => setZoom(0) };
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  };
  const shown = detail?.facts ? detail : known;
  return (
    <Overlay className="image-viewer" label="Image" onClose={close} onKey={pressed}>
      <div className="viewer-bar">
        {at >= 0 && list.length > 1 ? <span className="viewer-place">{at + 1} of {list.length}{store.cursor && known?.saved ? "+" : ""}</span> : null}
        <span className="spacer" />
        <Icon disabled={zoom === 0} label="Zoom out" onClick={() => closer(-1)}><ZoomOut /></Icon>
        <output aria-label="Zoom">{ZOOMS[zoom] * 100}%</output>
        <Icon disabled={zoom === ZOOMS.length - 1} label="Zoom in" onClick={() => closer(1)}><ZoomIn /></Icon>
        <Icon label="Close" onClick={close}><X /></Icon>
      </div>
      <div className="viewer-stage">
        {detail?.missing ? <p className="problem" role="alert">{detail.missing}</p> : (
          <Stage closer={closer} id={id} shown={shown} zoom={ZOOMS[zoom]} />
        )}
        {list[at - 1] ? <Icon className="icon-button viewer-step" data-side="left" label="Newer image" onClick={() => go(-1)}><ChevronLeft /></Icon> : null}
        {at >= 0 && list[at + 1] ? <Icon className="icon-button viewer-step" data-side="right" label="Older image" onClick={() => go(1)}><ChevronRight /></Icon> : null}
      </div>
      {detail?.missing ? null : (
        <aside aria-label="Details" className="viewer-facts">
          {shown ? <Actions does={does} image={shown} isFull /> : null}
          {detail?.facts ? <Facts detail={detail} does={does} /> : <div className="skeleton" />}
        </aside>
      )}
    </Overlay>
  );
}

/** The image as large as fits, or larger: then it is moved by scrolling or by dragging. */
function Stage({ closer, id, shown, zoom }) {
  const box = useRef(null);
  const held = useRef(null);
  useEffect(() => {
    const { current } = box;
    current.scrollLeft = (current.scrollWidth - current.clientWidth) / 2;
    current.scrollTop = (current.scrollHeight - current.clientHeight) / 2;
  }, [zoom, id]);
  useEffect(() => {
    const { current } = box;
    const wheeled = (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      closer(event.deltaY < 0 ? 1 : -1);
    };
    current.addEventListener("wheel", wheeled, { passive: false });
    return () => current.removeEventListener("wheel", wheeled);
  }, []);
  const hold = ({ clientX, clientY, pointerType }) => {
    if (zoom > 1 && pointerType === "mouse") held.current = [clientX + box.current.scrollLeft, clientY + box.current.scrollTop];
  };
  const drag = ({ clientX, clientY }) => {
    if (!held.current) return;
    [box.current.scrollLeft, box.current.scrollTop] = [held.current[0] - clientX, held.current[1] - clientY];
  };
  const release = () => (held.current = null);
  return (
    <div className="viewer-scroll" data-zoomed={zoom > 1} onDoubleClick={() => closer(zoom > 1 ? -99 : 2)} onPointerDown={hold}
      onPointerLeave={release} onPointerMove={drag} onPointerUp={release} ref={box}>
      <img alt={shown?.title ?? "Image"} draggable={false} height={shown?.height} key={id} src={addressOf(id)}
        style={{ width: `${zoom * 100}%`, height: `${zoom * 100}%`, backgroundImage: `url("${thumbnailOf(id)}")` }} width={shown?.width} />
    </div>
  );
}

function Facts({ detail, does }) {
  return (
    <>
      <h2>Prompt</h2>
      <p className="viewer-prompt" dir="auto">{detail.prompt}</p>
      {detail.revised ? (
        <>
          <h2>As the model understood it</h2>
          <p className="viewer-prompt" dir="auto">{detail.revised}</p>
        </>
      ) : null}
      <dl>
        {detail.facts.map(([name, value]) => (
          <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
        ))}
      </dl>
      {detail.sources.length ? (
        <>
          <h2>Made from</h2>
          <div className="viewer-sources">
            {detail.sources.map((id) => (
              <button aria-label="Show the image that this was made from" key={id} onClick={() => does.current.open(id)} type="button">
                <img alt="" height="56" src={thumbnailOf(id)} width="56" />
              </button>
            ))}
          </div>
        </>
      ) : null}
    </>
  );
}

/** The list that an image stands in: the gallery, or the results. */
function listWith({ cards, gallery }, id) {
  if (gallery.some((image) => image.id === id)) return gallery;
  const results = cards.flatMap(({ images }) => images);
  return results.some((image) => image.id === id) ? results : [];
}
