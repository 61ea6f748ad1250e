// The files of a message: pictures to look at, the others to download.
import { useEffect, useRef, useState } from "react";
import { Download, FileText, File as PlainFile, Image as Picture, X } from "lucide-react";
import { contentOf, described } from "./waiting.js";
import "./attachments.css";

export function Attached({ items }) {
  const [shown, setShown] = useState(null);
  const pictures = items.filter((item) => item.kind === "image");
  const files = items.filter((item) => item.kind !== "image");
  return (
    <div className="attached">
      {pictures.length > 0 && (
        <ul aria-label="Pictures" className="attached-pictures" data-several={pictures.length > 1}>
          {pictures.map((item) => (
            <li key={item.id}>
              <button aria-label={`Show ${item.name}`} onClick={() => setShown(item)} type="button">
                <img alt={item.name} height={item.height} loading="lazy" src={contentOf(item.id)} width={item.width} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {files.length > 0 && (
        <ul aria-label="Files" className="attached-files">
          {files.map((item) => (
            <li key={item.id}>
              <a aria-label={`Download ${item.name}`} className="attachment-chip" download={item.name} href={contentOf(item.id)} title={item.name}>
                <FileIcon kind={item.kind} />
                <Words item={item} />
                <Download className="attachment-download" />
              </a>
            </li>
          ))}
        </ul>
      )}
      {shown && <Lightbox item={shown} onClose={() => setShown(null)} />}
    </div>
  );
}

/** The files of a question that is edited: its field `attachments` has those that are kept. */
export function Kept({ items }) {
  const [left, setLeft] = useState([]);
  const kept = items.filter((item) => !left.includes(item.id));
  return (
    <>
      <input name="attachments" readOnly type="hidden" value={kept.map((item) => item.id).join(" ")} />
      {kept.length > 0 && (
        <ul aria-label="Files of this message" className="attached-files">
          {kept.map((item) => (
            <li className="attachment-chip" key={item.id}>
              {item.kind === "image" ? <img alt="" src={contentOf(item.id)} /> : <FileIcon kind={item.kind} />}
              <Words item={item} />
              <button aria-label={`Remove ${item.name}`} className="icon-button" onClick={() => setLeft([...left, item.id])}
                title="Remove" type="button">
                <X />
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export function FileIcon({ kind }) {
  const Icon = { image: Picture, pdf: FileText, docx: FileText, text: FileText }[kind] ?? PlainFile;
  return <span className="attachment-icon"><Icon aria-hidden="true" /></span>;
}

function Words({ item }) {
  return (
    <span className="attachment-words">
      <span className="attachment-name">{item.name}</span>
      <span className="attachment-facts">{described(item)}</span>
    </span>
  );
}

/** A picture over the page. Escape closes it, and the focus goes back to where it was. */
function Lightbox({ item, onClose }) {
  const dialog = useRef(null);
  useEffect(() => {
    const { current: box } = dialog;
    const before = document.activeElement;
    box.showModal();
    return () => {
      box.close();
      before?.focus();
    };
  }, []);
  return (
    <dialog aria-label={item.name} className="lightbox" onCancel={onClose} onClose={onClose} ref={dialog}
      onClick={(event) => event.target.tagName !== "IMG" && !event.target.closest("a, button") && onClose()}>
      <div className="lightbox-bar">
        <span className="attachment-name">{item.name}</span>
        <a aria-label={`Download ${item.name}`} className="icon-button" download={item.name} href={contentOf(item.id)} title="Download">
          <Download />
        </a>
        <button aria-label="Close" autoFocus className="icon-button" onClick={onClose} title="Close" type="button">
          <X />
        </button>
      </div>
      <img alt={item.name} height={item.height} src={contentOf(item.id)} width={item.width} />
    </dialog>
  );
}
