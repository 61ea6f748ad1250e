// What is being made, what came of it, and what went wrong: one card for each request.
import { memo } from "react";
import { imageStore, isOpen, lasting } from "./image_store.js";
import { Actions, Thumbnail } from "./tile.jsx";
import { useNow } from "./use_images.js";

export function Results({ does, store }) {
  const { cards } = store;
  const working = cards.filter(({ run }) => isOpen(run)).length;
  return (
    <section aria-label="Results" className="image-results" hidden={!cards.length}>
      <p className="visually-hidden" role="status">{announced(cards, working)}</p>
      {cards.map((card) => <Card card={card} does={does} key={card.run.id} />)}
    </section>
  );
}

function Card({ card: { run, images, partials }, does }) {
  const working = isOpen(run);
  const now = useNow(working);
  const missing = working ? Math.max(0, run.count - images.length) : 0;
  const places = new Set(images.map((image) => image.place));
  const free = Array.from({ length: run.count }, (_, place) => place).filter((place) => !places.has(place)).slice(0, missing);
  const tiles = [
    ...images.map((image) => ({ place: image.place, image })),
    ...free.map((place) => ({ place, preview: partials?.get(place) })),
  ].sort((a, b) => a.place - b.place);
  const failed = !working && run.status !== "completed";
  return (
    <article aria-busy={working} className="image-card" data-run={run.id} data-status={run.status}>
      <header>
        <div className="image-card-words">
          <h3 dir="auto" title={run.title}>{run.title}</h3>
          <p>{[run.label, run.is_edit && "Edit", working && lasting(now - run.startedAt)].filter(Boolean).join(" · ")}</p>
        </div>
        {working ? <button className="button small" onClick={() => does.current.onCancel(run.id)} type="button">Cancel</button> : null}
      </header>
      {tiles.length ? (
        <ul className="image-tiles">
          {tiles.map(({ place, image, preview }) => (
            <li key={image?.id ?? place}>{image ? <Result does={does} image={image} /> : <Coming preview={preview} />}</li>
          ))}
        </ul>
      ) : null}
      {failed ? <Failure does={does} run={run} /> : null}
    </article>
  );
}

const Result = memo(function Result({ does, image }) {
  return (
    <div className="image-result" data-image={image.id}>
      <button aria-label={`Show ${image.title}`} className="image-open" onClick={() => does.current.open(image.id)} type="button">
        <Thumbnail image={image} />
      </button>
      <Actions does={does} image={image} />
    </div>
  );
});

function Coming({ preview }) {
  return (
    <div className="image-coming">
      {preview ? <img alt="How the image looks so far" src={preview} /> : <div className="skeleton" />}
    </div>
  );
}

function Failure({ does, run }) {
  const cancelled = run.status === "cancelled";
  return (
    <div className={cancelled ? "problem waiting" : "problem"} role={cancelled ? "status" : "alert"}>
      <span className="sentence">{cancelled ? "You stopped this." : run.problem || "The images were not made."}</span>
      <span className="image-ways">
        {run.masked ? null : <button className="button small" onClick={() => does.current.onAgain(run.id)} type="button">Try again</button>}
        <button className="button small" onClick={() => does.current.onReword(run.id)} type="button">Edit prompt</button>
        <button className="button quiet small" onClick={() => imageStore.dismiss(run.id)} type="button">Dismiss</button>
      </span>
    </div>
  );
}

function announced(cards, working) {
  if (working) return working === 1 ? "Images are being made." : `${working} requests are at work.`;
  const newest = cards[0];
  if (!newest || newest.run.status !== "completed") return "";
  return newest.images.length === 1 ? "The image is ready." : `${newest.images.length} images are ready.`;
}
