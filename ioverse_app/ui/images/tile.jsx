// An image in a list: a blurred placeholder, then its thumbnail; and what can be done with it.
import { memo, useRef, useState } from "react";
import { Brush, Check, Copy, Download, Heart, Maximize2, RotateCcw, Share2, Shuffle, Trash2 } from "lucide-react";
import { addressOf, downloadOf, thumbnailOf } from "./image_store.js";

const TICK_MS = 2500;

export const Thumbnail = memo(function Thumbnail({ image }) {
  const [there, setThere] = useState(false);
  const known = (element) => element?.complete && element.naturalWidth && setThere(true);
  return (
    <span className="thumbnail" style={{ backgroundImage: image.blurred ? `url("${image.blurred}")` : undefined }}>
      <img alt={image.title} data-there={there} decoding="async" draggable={false} height={image.height} loading="lazy"
        onLoad={() => setThere(true)} ref={known} src={thumbnailOf(image.id)} width={image.width} />
    </span>
  );
});

/** The buttons of an image, the same in a result and in full size. */
export function Actions({ does, image, isFull = false }) {
  const { id, saved } = image;
  return (
    <div className="image-actions">
      {saved ? (
        <span className="image-saved"><Check size={14} />Saved</span>
      ) : (
        <button className="button small" onClick={() => does.current.onSave([id])} type="button"><Heart size={14} />Save</button>
      )}
      {isFull ? null : <Icon label="Full size" onClick={() => does.current.open(id)}><Maximize2 /></Icon>}
      <a aria-label="Download" className="icon-button" download={image.name} href={downloadOf(id)} role="button" title="Download"><Download /></a>
      <CopyImage id={id} />
      <Icon disabled={!saved} label="Share" onClick={() => does.current.share(id)} title={saved ? "Share" : "Save the image to share it"}><Share2 /></Icon>
      <Icon label="Reuse" onClick={() => (isFull && does.current.open(""), does.current.onReuse(id))} title="Reuse the prompt and settings"><RotateCcw /></Icon>
      <Icon label="Variations" onClick={() => (isFull && does.current.open(""), does.current.onVary(id))} title="Make a variation"><Shuffle /></Icon>
      <Icon disabled={!does.current.editable} label="Edit" onClick={() => does.current.edit(image)}
        title={does.current.editable ? "Edit" : "No connected model edits images"}><Brush /></Icon>
      {saved ? (
        <Icon label="Delete" onClick={() => (isFull && does.current.open(""), does.current.onDelete([id], "deleted"))}><Trash2 /></Icon>
      ) : (
        <Icon label="Discard" onClick={() => (isFull && does.current.open(""), does.current.onDelete([id], "discarded"))}><Trash2 /></Icon>
      )}
    </div>
  );
}

export function Icon({ children, label, title = label, ...rest }) {
  return <button aria-label={label} className="icon-button" title={title} type="button" {...rest}>{children}</button>;
}

function CopyImage({ id }) {
  const [state, setState] = useState("");
  const timer = useRef(null);
  const copy = async () => {
    const done = await copyImage(id).then(() => "Copied", () => "This browser cannot copy images");
    setState(done);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setState(""), TICK_MS);
  };
  return (
    <Icon data-copied={state === "Copied" || undefined} label="Copy" onClick={copy} title={state || "Copy the image"}>
      {state === "Copied" ? <Check /> : <Copy />}
    </Icon>
  );
}

/** Clipboards take PNG, whatever the image is. The promise goes in at once: Safari wants it so. */
async function copyImage(id) {
  await navigator.clipboard.write([new ClipboardItem({ "image/png": pngOf(addressOf(id)) })]);
}

async function pngOf(address) {
  const blob = await (await fetch(address)).blob();
  if (blob.type === "image/png") return blob;
  const bitmap = await createImageBitmap(blob);
  const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return new Promise((resolve, reject) => canvas.toBlob((png) => (png ? resolve(png) : reject(new Error("no picture"))), "image/png"));
}
